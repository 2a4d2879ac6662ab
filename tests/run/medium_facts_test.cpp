#include <gtest/gtest.h>

#include "run/protocol.hpp"

namespace pmembench {
namespace {

TEST(MediumJson, tells_what_was_mapped_and_what_it_may_claim) {
  MediaFacts facts;
  facts.kind = "dram";
  facts.size_bytes = 1 << 20;
  facts.page_bytes = 2 << 20;
  facts.huge_share = 1;
  facts.persistence_domain = DAX_DOMAIN_NONE;
  facts.node_share = {{0, 0.75}, {1, 0.25}};
  const nlohmann::json json = to_json(facts);
  EXPECT_EQ(json["kind"], "dram");
  EXPECT_EQ(json["persistence_domain"], "none");
  EXPECT_EQ(json["node_share"]["1"], 0.25);
  EXPECT_EQ(json["claim"], "emulated");
  EXPECT_EQ(json["map_sync"], false);
}

TEST(MediumJson, tells_what_lies_between_a_file_and_its_bytes) {
  MediaFacts facts;
  facts.kind = "block";
  EXPECT_FALSE(to_json(facts).contains("block_device"));
  EXPECT_FALSE(to_json(facts).contains("backend"));
  facts.block_device = "loop device with direct I/O";
  facts.backend_says = "engine=pread durable=fdatasync";
  const nlohmann::json json = to_json(facts);
  EXPECT_EQ(json["block_device"], "loop device with direct I/O");
  EXPECT_EQ(json["backend"], "engine=pread durable=fdatasync");
}

TEST(MediumJson, tells_of_a_mount_where_it_is_one) {
  MediaFacts facts;
  facts.kind = "posix";
  EXPECT_FALSE(to_json(facts).contains("directory"));
  facts.directory = "/mnt/pmembench-abc123";
  facts.dax_attribute = "on";
  facts.map_sync = true;
  facts.persistence_domain = DAX_DOMAIN_MEMORY_CONTROLLER;
  const nlohmann::json json = to_json(facts);
  EXPECT_EQ(json["directory"], "/mnt/pmembench-abc123");
  EXPECT_EQ(json["dax_attribute"], "on");
  EXPECT_EQ(json["claim"], "durable");
}

}  // namespace
}  // namespace pmembench
