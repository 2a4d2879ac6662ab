#include "visibility/verdict.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pmembench {
namespace {

VisibilityCell cell(StoreWay store, LoadWay load, std::uint64_t wrong, double cost_ns) {
  VisibilityCell made;
  made.store = store;
  made.load = load;
  made.counts.tries = 1'000;
  made.counts.stale = wrong;
  made.publish_ns = cost_ns;
  return made;
}

TEST(Visibility, the_cheapest_sequence_that_was_never_wrong_is_the_verdict) {
  VisibilityPair pair{"n01",
                      "n02",
                      {cell(StoreWay::none, LoadWay::plain, 900, 10),
                       cell(StoreWay::clwb, LoadWay::clflush, 0, 300),
                       cell(StoreWay::movnt, LoadWay::clflush, 0, 200),
                       cell(StoreWay::clwb, LoadWay::plain, 3, 50)},
                      PairVerdict::not_tested,
                      {},
                      {}};
  judge(pair);
  EXPECT_EQ(pair.verdict, PairVerdict::safe);
  EXPECT_EQ(pair.cheapest, 2U);
  EXPECT_NE(pair.sentence.find("movnt"), std::string::npos);
  EXPECT_NE(pair.sentence.find("0 of 1000"), std::string::npos);
}

TEST(Visibility, where_nothing_is_wrong_nothing_can_be_told) {
  VisibilityPair pair{
      "n01",
      "n02",
      {cell(StoreWay::none, LoadWay::plain, 0, 10), cell(StoreWay::clwb, LoadWay::clflush, 0, 300)},
      PairVerdict::not_tested,
      {},
      {}};
  judge(pair);
  EXPECT_EQ(pair.verdict, PairVerdict::coherent);
  EXPECT_FALSE(pair.cheapest.has_value());
  EXPECT_NE(pair.sentence.find("coherent: cannot tell"), std::string::npos);
  pair.cells.erase(pair.cells.begin());  // without the control it is not even coherent
  judge(pair);
  EXPECT_EQ(pair.verdict, PairVerdict::not_tested);
}

TEST(Visibility, no_sequence_may_be_safe_and_none_may_be_tried) {
  VisibilityPair pair{
      "n01", "n02", {cell(StoreWay::clwb, LoadWay::plain, 1, 10)}, PairVerdict::not_tested, {}, {}};
  judge(pair);
  EXPECT_EQ(pair.verdict, PairVerdict::none_safe);
  pair.cells.front().skip_reason = "this CPU has no clwb";
  judge(pair);
  EXPECT_EQ(pair.verdict, PairVerdict::not_tested);
}

TEST(Visibility, the_upper_bound_is_what_the_tries_support) {
  EXPECT_NEAR(upper_share(0, 1'000'000), 2.995732e-6, 1e-11);
  EXPECT_DOUBLE_EQ(upper_share(0, 0), 1);
  // Clopper and Pearson, one-sided 95 %: 1 of 100 -> 0.04656.
  EXPECT_NEAR(upper_share(1, 100), 0.04656, 1e-4);
}

TEST(Visibility, the_document_has_every_cell) {
  VisibilityPair pair{
      "n01",
      "n02",
      {cell(StoreWay::none, LoadWay::plain, 5, 10), cell(StoreWay::clwb, LoadWay::clflush, 0, 300)},
      PairVerdict::not_tested,
      {},
      {}};
  pair.cells.push_back({});
  pair.cells.back().skip_reason = "this CPU has no such thing";
  judge(pair);
  const auto document = visibility_document({pair}, "file:/x", "", {});
  EXPECT_EQ(document["pairs"][0]["verdict"], "safe");
  EXPECT_EQ(document["pairs"][0]["safe_sequence"]["store"], "clwb");
  EXPECT_EQ(document["pairs"][0]["cells"][0]["stale"], 5);
  EXPECT_EQ(document["pairs"][0]["cells"][2]["skipped"], "this CPU has no such thing");
}

TEST(Visibility, sides_go_through_json_and_damaged_ones_are_refused) {
  ReaderSide reader;
  reader.counts = {10, 1, 2, 3};
  reader.load_ns = {5};
  reader.sight_ns = {100, 300, 200};
  const auto again = reader_side_from_json(to_json(reader));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->counts.wrong(), 6U);
  const auto writer = writer_side_from_json(to_json(WriterSide{{7}}));
  ASSERT_TRUE(writer);
  const VisibilityCell made =
      make_visibility_cell(StoreWay::clwb, LoadWay::plain, *writer, *again, 40);
  EXPECT_DOUBLE_EQ(made.publish_ns, 7);
  EXPECT_DOUBLE_EQ(made.sight->p50_ns, 200);
  EXPECT_DOUBLE_EQ(made.sight->clock_error_ns, 40);
  EXPECT_FALSE(reader_side_from_json({{"tries", 1}}));
  EXPECT_FALSE(writer_side_from_json(nlohmann::json::array()));
}

}  // namespace
}  // namespace pmembench
