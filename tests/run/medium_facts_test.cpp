#include "run/medium_facts.hpp"

#include <gtest/gtest.h>

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
  const MediumFacts medium = medium_facts(facts);
  EXPECT_EQ(medium.kind, "dram");
  EXPECT_EQ(medium.persistence_domain, "none");
  EXPECT_EQ(medium.node_share.at(1), 0.25);
  EXPECT_EQ(medium.claim, "emulated");
  EXPECT_FALSE(medium.map_sync);
}

TEST(MediumFacts, tells_what_lies_between_a_file_and_its_bytes) {
  MediaFacts facts;
  facts.kind = "block";
  EXPECT_EQ(medium_facts(facts).block_device, "");
  EXPECT_EQ(medium_facts(facts).backend, "");
  facts.block_device = "loop device with direct I/O";
  facts.backend_says = "engine=pread durable=fdatasync";
  const MediumFacts medium = medium_facts(facts);
  EXPECT_EQ(medium.block_device, "loop device with direct I/O");
  EXPECT_EQ(medium.backend, "engine=pread durable=fdatasync");
}

TEST(MediumFacts, tells_of_a_mount_where_it_is_one) {
  MediaFacts facts;
  facts.kind = "posix";
  EXPECT_EQ(medium_facts(facts).directory, "");
  facts.directory = "/mnt/pmembench-abc123";
  facts.dax_attribute = "on";
  facts.map_sync = true;
  facts.persistence_domain = DAX_DOMAIN_MEMORY_CONTROLLER;
  const MediumFacts medium = medium_facts(facts);
  EXPECT_EQ(medium.directory, "/mnt/pmembench-abc123");
  EXPECT_EQ(medium.dax_attribute, "on");
  EXPECT_EQ(medium.claim, "durable");
}

}  // namespace
}  // namespace pmembench
