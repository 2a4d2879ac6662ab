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

TEST(GbenchRun, refuses_what_it_cannot_compare) {
  const auto message = [](const std::string& text) {
    const auto refused = gbench_run(text, "x.json");
    EXPECT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::usage);
    return refused.error().message;
  };
  EXPECT_THAT(message("{"), HasSubstr("x.json is no output of Google Benchmark (it is no JSON)"));
  EXPECT_THAT(message("[]"), HasSubstr("(it has no list \"benchmarks\")"));
  EXPECT_THAT(message(R"({"benchmarks": [7]})"), HasSubstr("is no output of Google Benchmark"));
  EXPECT_THAT(message(R"({"benchmarks": [{"name": "a_mean", "run_type": "aggregate"}]})"),
              HasSubstr("x.json holds aggregates only"));
}

}  // namespace
}  // namespace pmembench
