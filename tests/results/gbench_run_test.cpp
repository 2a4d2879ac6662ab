// Sides of a comparison out of Google Benchmark's JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "results/compare.hpp"

namespace pmembench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(GbenchRun, takes_each_repetition_as_a_replicate) {
  const auto run = gbench_run(R"({"context": {"num_cpus": 2}, "benchmarks": [
      {"name": "a", "run_name": "a", "run_type": "iteration", "real_time": 1.5, "time_unit": "us"},
      {"name": "a", "run_name": "a", "run_type": "iteration", "real_time": 1.6, "time_unit": "us"},
      {"name": "a_mean", "run_name": "a", "run_type": "aggregate", "real_time": 9, "time_unit": "us"},
      {"name": "b", "error_occurred": true, "error_message": "skipped: no clwb"}]})",
                              "x.json");
  ASSERT_TRUE(run) << run.error().message;
  ASSERT_EQ(run->cells.size(), 2U);
  EXPECT_THAT(run->cells[0].median_ns, ElementsAre(testing::Pair(0, 1500), testing::Pair(1, 1600)));
  EXPECT_EQ(run->cells[1].status, "skipped");
  EXPECT_EQ(run->environment.json()["num_cpus"], 2);
}

StoredRun read(const std::string& entries) {
  auto run = gbench_run("{\"benchmarks\": [" + entries + "]}", "x.json");
  EXPECT_TRUE(run) << (run ? "" : run.error().message);
  return run ? *std::move(run) : StoredRun();
}

std::vector<std::string> names(const StoredRun& run) {
  std::vector<std::string> names;
  for (const StoredCell& cell : run.cells) names.push_back(cell.cell);
  return names;
}

TEST(GbenchRun, says_of_a_benchmark_with_aggregates_only_that_it_has_no_replicates) {
  const StoredRun run = read(R"(
      {"name": "a", "run_name": "a", "run_type": "iteration", "real_time": 1},
      {"name": "a_mean", "run_name": "a", "run_type": "aggregate", "real_time": 1},
      {"name": "b_mean", "run_name": "b", "run_type": "aggregate", "real_time": 300},
      {"name": "b_median", "run_name": "b", "run_type": "aggregate", "real_time": 300})");
  EXPECT_THAT(names(run), ElementsAre("a", "b"));
  EXPECT_EQ(run.cells[1].status, "error");
  EXPECT_THAT(run.cells[1].reason, HasSubstr("the file has only aggregates of it"));
  ASSERT_EQ(run.left_out.size(), 1U);
  EXPECT_EQ(run.left_out[0].entry, "a_mean");
}

TEST(GbenchRun, knows_aggregates_of_old_files_by_their_names) {
  const StoredRun run = read(R"(
      {"name": "a", "iterations": 1, "real_time": 100, "time_unit": "ns"},
      {"name": "a_mean", "real_time": 100}, {"name": "a_stddev", "real_time": 1},
      {"name": "a_BigO", "cpu_coefficient": 1.0, "big_o": "N"}, {"name": "a_RMS", "rms": 0.01},
      {"name": "only_mean", "real_time": 7}, {"name": "only_stddev", "real_time": 1},
      {"name": "geometric_mean", "real_time": 5})");
  EXPECT_THAT(names(run), ElementsAre("a", "geometric_mean", "only"));
  EXPECT_THAT(run.cells[0].median_ns, ElementsAre(testing::Pair(0, 100)));
  EXPECT_EQ(run.cells[1].status, "ok") << "an ending alone makes no aggregate";
  EXPECT_EQ(run.cells[2].status, "error");
  EXPECT_EQ(run.left_out.size(), 4U);
}

TEST(GbenchRun, keeps_two_benchmarks_of_one_name_apart) {
  const StoredRun by_repetition = read(R"(
      {"name": "a", "run_type": "iteration", "repetition_index": 0, "real_time": 100},
      {"name": "a", "run_type": "iteration", "repetition_index": 1, "real_time": 101},
      {"name": "a", "run_type": "iteration", "repetition_index": 0, "real_time": 300},
      {"name": "a", "run_type": "iteration", "repetition_index": 1, "real_time": 301},
      {"name": "b", "run_type": "iteration", "repetition_index": 0, "real_time": 1})");
  EXPECT_THAT(names(by_repetition), ElementsAre("a", "a #2", "b"));
  EXPECT_THAT(by_repetition.cells[1].median_ns,
              ElementsAre(testing::Pair(0, 300), testing::Pair(1, 301)));
  EXPECT_EQ(by_repetition.cells[0].same_name, 2U);
  EXPECT_EQ(by_repetition.cells[2].same_name, 1U);
  const StoredRun by_family = read(R"(
      {"name": "a", "family_index": 0, "repetition_index": 0, "real_time": 100},
      {"name": "a", "family_index": 1, "repetition_index": 1, "real_time": 300})");
  EXPECT_THAT(names(by_family), ElementsAre("a", "a #2"));
  const StoredRun by_count = read(R"(
      {"name": "a", "repetitions": 1, "real_time": 100},
      {"name": "a", "repetitions": 1, "real_time": 300})");
  EXPECT_THAT(names(by_count), ElementsAre("a", "a #2"));
}

TEST(GbenchRun, reads_counters_that_are_no_number) {
  const StoredRun run = read(R"(
      {"name": "NaN \"x", "real_time": 1, "ratio": NaN, "b": -NaN, "c": Infinity, "d": -inf})");
  EXPECT_THAT(names(run), ElementsAre("NaN \"x"));
  EXPECT_EQ(run.cells[0].status, "ok");
}

TEST(GbenchRun, says_why_a_benchmark_has_no_time) {
  const StoredRun run = read(R"(
      {"name": "skip", "skipped": true, "skip_message": "needs AVX-512", "real_time": 0},
      {"name": "nan", "real_time": NaN}, {"name": "none"}, {"name": "zero", "real_time": 0},
      {"name": "hours", "real_time": 1, "time_unit": "h"}, {"name": "text", "real_time": "1"})");
  ASSERT_EQ(run.cells.size(), 6U);
  EXPECT_EQ(run.cells[0].status, "skipped");
  EXPECT_EQ(run.cells[0].reason, "needs AVX-512");
  for (std::size_t i = 1; i < 6; ++i) {
    EXPECT_EQ(run.cells[i].status, "error") << run.cells[i].cell;
    EXPECT_THAT(run.cells[i].reason, HasSubstr("its time is not a number above zero"));
  }
}

TEST(GbenchRun, refuses_what_it_cannot_compare) {
  const auto message = [](const std::string& text) {
    const auto refused = gbench_run(text, "x.json");
    EXPECT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::usage);
    return refused.error().message;
  };
  EXPECT_THAT(message("{"), HasSubstr("x.json is not output of Google Benchmark (it is not JSON)"));
  EXPECT_THAT(message("[]"), HasSubstr("(it has no list \"benchmarks\")"));
  EXPECT_THAT(message(R"({"benchmarks": [7]})"),
              HasSubstr("entry 1 of \"benchmarks\" is not an object"));
  EXPECT_THAT(message(R"({"benchmarks": [{"real_time": 7}]})"),
              HasSubstr("entry 1 of \"benchmarks\" has no name"));
  EXPECT_THAT(message(R"({"benchmarks": [{"name": "a"}, {"name": "b"}]})"),
              HasSubstr("run the benchmark without --benchmark_list_tests"));
  EXPECT_THAT(
      message(R"({"benchmarks": [{"name": "a_mean", "run_type": "aggregate", "real_time": 1}]})"),
      HasSubstr("x.json holds aggregates only"));
}

}  // namespace
}  // namespace pmembench
