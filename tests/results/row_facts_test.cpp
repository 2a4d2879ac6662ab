#include "results/row_facts.hpp"

#include <gmock/gmock.h>

#include "record/limits.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

TEST(RowFacts, have_the_interval_as_it_is_printed_and_as_a_number) {
  Row row = sample::row();
  row.ns_per_operation = {100, 96, 110, true};
  row.amplification = {{"bytes_asked", 64}, {"bytes_stored", 128}};
  const auto facts = row_facts({row});
  ASSERT_EQ(facts.size(), 1U);
  EXPECT_EQ(facts[0].interval, "±7.0%");
  EXPECT_NEAR(facts[0].half_width.value(), 0.07, 1e-9);
  EXPECT_EQ(facts[0].stored_per_byte, 2);
}

TEST(RowFacts, have_no_interval_where_there_is_none) {
  Row row = sample::row();
  row.ns_per_operation = {100, 100, 100, false};
  EXPECT_EQ(row_facts({row}).at(0).interval, "");
  EXPECT_EQ(row_facts({row}).at(0).half_width, std::nullopt);
}

TEST(RowFacts, are_of_rows_that_were_measured) {
  Row row = sample::row();
  row.status = "skipped";
  EXPECT_TRUE(row_facts({row}).empty());
}

TEST(RowFacts, say_marks_in_letters_and_in_words) {
  Row row = sample::row();
  row.converged = false;
  row.disturbed_share = 0.31;
  row.warnings = {{"page_size", "4 KiB pages"}, {"not_converged", "wide"}, {"disturbed", "31 %"}};
  const RowFacts facts = row_facts({row}).at(0);
  EXPECT_EQ(facts.marks, "cdw");
  EXPECT_THAT(facts.remarks, testing::ElementsAre("not converged", "disturbed 31 %", "page size"));
}

TEST(RowFacts, mark_beyond_the_limit_alone) {
  Row row = sample::row();
  row.converged = true;
  row.warnings.clear();
  row.disturbed_share = limits::kDisturbedShare;
  EXPECT_EQ(marks_of(row), "");
  row.disturbed_share = limits::kDisturbedShare + 0.01;
  EXPECT_EQ(marks_of(row), "d");
}

TEST(RunNoise, is_over_all_replicates) {
  Row row = sample::row();
  row.slices = 100;
  row.disturbed_share = 0.2;
  Row calm = row;
  calm.slices = 300;
  calm.disturbed_share = 0;
  Replicate one = sample::replicate(0, 100);
  one.involuntary_switches = 3;
  one.steal_share = 0.01;
  Replicate other = one;
  other.steal_share = 0.04;
  const RunNoise noise = noise_of({row, calm}, {{"a", {one}}, {"b", {one, other}}});
  EXPECT_EQ(noise.processes, 2U);
  EXPECT_EQ(noise.slices, 400U);
  EXPECT_EQ(noise.disturbed, 20U);
  EXPECT_DOUBLE_EQ(noise.disturbed_share, 0.05);
  EXPECT_EQ(noise.involuntary_switches, 9U);
  EXPECT_EQ(noise.steal_share_max, 0.04);
  EXPECT_EQ(noise_of({}, {}).steal_share_max, std::nullopt) << "nothing was measured";
}

TEST(HarnessFloor, is_what_null_and_the_clock_cost) {
  Row null = sample::row();
  null.capabilities.does_work = false;
  null.ns_per_operation = {0.02, 0, 0, false};
  Row slower = null;
  slower.ns_per_operation->estimate = 0.07;
  Row timed = sample::row();
  timed.latency_ns = LatencyResult{"durable", 1000, 100, 50, 900, {}};
  timed.floor_ns = 40;
  EXPECT_EQ(
      harness_floor({null, slower, timed}),
      "null costs 0.02 to 0.07 ns an operation; the clock, read between two timed operations, "
      "up to 40 ns");
  EXPECT_EQ(harness_floor({sample::row()}), "");
}

}  // namespace
}  // namespace pmembench
