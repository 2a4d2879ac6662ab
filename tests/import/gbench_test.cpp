// Google Benchmark's JSON as rows.
#include "import/gbench_file.hpp"
#include "reading.hpp"
#include "samples.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

TEST(Gbench, makes_a_replicate_of_each_repetition) {
  const ImportedFile file = import_text(samples::kGbench);
  EXPECT_EQ(file.host, "tango");
  const Row& row = row_named(file, "copy/64");
  EXPECT_EQ(row.source, "Google Benchmark v1.8.3");
  EXPECT_EQ(row.threads, 2U);
  EXPECT_EQ(row.replicates, 2U);
  EXPECT_EQ(row.operations, 1900U);
  EXPECT_DOUBLE_EQ(row.ns_per_operation->estimate, 1600);
  EXPECT_FALSE(row.ns_per_operation->has_interval);
  EXPECT_DOUBLE_EQ(row.bytes_per_s->estimate, 63e6);
  EXPECT_DOUBLE_EQ(row.figures.at("misses"), 4);
  EXPECT_DOUBLE_EQ(row.figures.at("cpu_time_ns"), 1500);
  EXPECT_FALSE(row.figures.contains("rate")) << "Infinity is no number";
  EXPECT_DOUBLE_EQ(file.rows.front().replicates[1].median_ns_per_operation, 1700);
}

TEST(Gbench, has_an_interval_from_six_repetitions_on) {
  std::string entries;
  for (int i = 0; i < 6; ++i) {
    entries += fmt::format(
        R"({}{{"name": "a", "run_type": "iteration", "repetitions": 6, "repetition_index": {},
        "iterations": 1, "real_time": {}, "time_unit": "ns"}})",
        i > 0 ? "," : "", i, 100 + i);
  }
  const ImportedFile file = import_text("{\"benchmarks\": [" + entries + "]}");
  EXPECT_TRUE(row_named(file, "a").ns_per_operation->has_interval);
}

TEST(Gbench, takes_aggregates_alone_without_an_interval) {
  const ImportedFile file = import_text(samples::kGbench);
  const Row& row = row_named(file, "old");
  EXPECT_EQ(row.status, "ok");
  EXPECT_DOUBLE_EQ(row.ns_per_operation->estimate, 20);
  EXPECT_DOUBLE_EQ(row.figures.at("cv"), 0.05);
  EXPECT_EQ(row.replicates, 3U);
  EXPECT_TRUE(file.rows.back().replicates.empty());
}

TEST(Gbench, keeps_the_reason_of_an_error_and_names_what_is_no_measurement) {
  const ImportedFile file = import_text(samples::kGbench);
  EXPECT_EQ(row_named(file, "bad").status, "error");
  EXPECT_EQ(row_named(file, "bad").reason, "no such file");
  EXPECT_EQ(row_named(file, "sort").status, "error") << "a fitted complexity alone has no time";
}

TEST(Gbench, keeps_two_benchmarks_of_one_name_apart) {
  const ImportedFile file = import_text(R"({"benchmarks": [
      {"name": "a", "run_type": "iteration", "family_index": 0, "real_time": 1, "time_unit": "ns"},
      {"name": "a", "run_type": "iteration", "family_index": 1, "real_time": 2, "time_unit": "ns"}]})");
  EXPECT_DOUBLE_EQ(row_named(file, "a").ns_per_operation->estimate, 1);
  EXPECT_DOUBLE_EQ(row_named(file, "a #2").ns_per_operation->estimate, 2);
}

TEST(Gbench, refuses_times_that_cannot_be) {
  for (const char* time : {"-1", "NaN", "0", "1e300", "\"1\""}) {
    const std::string text = fmt::format(
        R"({{"benchmarks": [{{"name": "a", "run_type": "iteration", "real_time": {}}}]}})", time);
    EXPECT_NE(refusal_of(text), "") << time;
  }
  EXPECT_THAT(
      refusal_of(R"({"benchmarks": [{"name": "a", "real_time": 1, "time_unit": "hours"}]})"),
      HasSubstr("benchmarks[0]: its time is not a number above zero (real_time 1, unit hours)"));
}

}  // namespace
}  // namespace pmembench
