#include "run/medium_facts.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace pmembench {
namespace {

TEST(MediumFacts, tells_what_was_mapped_and_what_it_may_claim) {
  MediaFacts facts;
  facts.kind = "dram";
  facts.size_bytes = 1 << 20;
  facts.page_bytes = 2 << 20;
  facts.huge_share = 1;
  facts.persistence_domain = DAX_DOMAIN_NONE;
  facts.node_share = {{0, 0.75}, {1, 0.25}};
  const MediumFacts medium = medium_facts(facts, MediaSpec{});
  EXPECT_EQ(medium.kind, "dram");
  EXPECT_EQ(medium.persistence_domain, "none");
  EXPECT_EQ(medium.node_share.at(1), 0.25);
  EXPECT_EQ(medium.claim, "emulated");
  EXPECT_FALSE(medium.map_sync);
}

TEST(MediumFacts, a_claim_of_durable_follows_the_audits) {
  MediaFacts facts;
  facts.kind = "devdax";
  facts.persistence_domain = DAX_DOMAIN_MEMORY_CONTROLLER;
  dax_operations table{};
  BackendEntry backend;
  backend.name = "mine";
  backend.origin = "built in";
  backend.operations = &table;
  dax_host_info host{};
  host.cpu_features = DAX_CPU_SSE2 | DAX_CPU_CLFLUSH;
  MediaSpec spec;
  spec.kind = DAX_MEDIA_DEVDAX;
  OpenedDevice opened;
  opened.facts = facts;
  opened.bases.push_back({nullptr, &backend});
  MediumFacts medium = medium_facts(facts, spec);
  ASSERT_EQ(medium.claim, "durable");
  follow_audit({}, opened, {}, host, spec, &medium);
  EXPECT_EQ(medium.claim, kUnauditedClaim);
  EXPECT_EQ(medium.audit, "pmembench audit mine --cpu sse2+clflush --domain memory_controller");

  medium = medium_facts(facts, spec);
  const AuditBook audited("", {{"mine", "", "", "sse2+clflush", "memory_controller"}});
  follow_audit(audited, opened, {}, host, spec, &medium);
  EXPECT_EQ(medium.claim, "durable");
  EXPECT_EQ(medium.audit, "the test suite");
}

TEST(MediumFacts, tells_what_lies_between_a_file_and_its_bytes) {
  MediaFacts facts;
  facts.kind = "block";
  EXPECT_EQ(medium_facts(facts, MediaSpec{}).block_device, "");
  EXPECT_EQ(medium_facts(facts, MediaSpec{}).backend, "");
  facts.block_device = "loop device with direct I/O";
  facts.backend_says = "engine=pread durable=fdatasync";
  const MediumFacts medium = medium_facts(facts, MediaSpec{});
  EXPECT_EQ(medium.block_device, "loop device with direct I/O");
  EXPECT_EQ(medium.backend, "engine=pread durable=fdatasync");
}

TEST(MediumFacts, tells_one_file_from_another_of_its_name) {
  const std::string path = testing::TempDir() + "medium_facts_identity";
  const auto identity = [&path] {
    std::ofstream(path) << "x";
    MediaSpec spec;
    spec.path = path;
    MediaFacts facts;
    facts.kind = "file";
    return medium_facts(facts, spec).identity;
  };
  const std::string first = identity();
  EXPECT_EQ(first.rfind("file ", 0), 0u) << first;
  EXPECT_EQ(identity(), first);
  ASSERT_EQ(std::rename(path.c_str(), (path + ".old").c_str()), 0);
  EXPECT_NE(identity(), first);
  std::remove((path + ".old").c_str());
  std::remove(path.c_str());
  MediaSpec device;
  device.path = "/dev/null";
  EXPECT_EQ(medium_facts(MediaFacts{}, device).identity, "character 1:3");
  MediaFacts made;
  made.created = true;
  EXPECT_EQ(medium_facts(made, device).identity, "");
}

TEST(MediumFacts, tells_of_a_mount_where_it_is_one) {
  MediaFacts facts;
  facts.kind = "posix";
  EXPECT_EQ(medium_facts(facts, MediaSpec{}).directory, "");
  facts.directory = "/mnt/pmembench-abc123";
  facts.dax_attribute = "on";
  facts.map_sync = true;
  facts.persistence_domain = DAX_DOMAIN_MEMORY_CONTROLLER;
  const MediumFacts medium = medium_facts(facts, MediaSpec{});
  EXPECT_EQ(medium.directory, "/mnt/pmembench-abc123");
  EXPECT_EQ(medium.dax_attribute, "on");
  EXPECT_EQ(medium.claim, "durable");
}

}  // namespace
}  // namespace pmembench
