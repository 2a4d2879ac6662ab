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

}  // namespace
}  // namespace pmembench
