// Counters of perf stat -j.
#include "reading.hpp"
#include "samples.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

TEST(PerfStat, makes_one_row_of_the_counters) {
  const ImportedFile file = import_text(samples::kPerf);
  const Row& row = row_named(file, "perf stat");
  EXPECT_DOUBLE_EQ(row.figures.at("task-clock [msec]"), 2000.5);
  EXPECT_DOUBLE_EQ(row.figures.at("cache-misses"), 123456);
  EXPECT_EQ(row.figures.size(), 2U);
  ASSERT_EQ(file.notes.size(), 1U);
  EXPECT_EQ(file.notes.front(), "cycles: not supported");
}

TEST(PerfStat, adds_up_intervals) {
  const std::string line =
      "{\"interval\" : 1.0, \"counter-value\" : \"5.0\", \"unit\" : \"\", \"event\" : "
      "\"faults\"}\n";
  EXPECT_DOUBLE_EQ(import_text(line + line).rows.front().row.figures.at("faults"), 10);
  const std::string ghz = "{\"counter-value\" : \"5.0\", \"unit\" : \"GHz\", \"event\" : \"x\"}\n";
  EXPECT_THAT(refusal_of(ghz + ghz), HasSubstr("values in GHz do not add up"));
}

TEST(PerfStat, refuses_what_is_no_counter) {
  EXPECT_THAT(refusal_of(samples::kPerf + "hello\n"), HasSubstr("x.txt:4: "));
  EXPECT_NE(refusal_of(samples::kPerf.substr(0, samples::kPerf.size() - 9)), "");
  EXPECT_THAT(refusal_of("{\"counter-value\" : \"-3\", \"unit\" : \"\", \"event\" : \"x\"}\n"),
              HasSubstr("'-3' is not a number from 0 on"));
  EXPECT_THAT(
      refusal_of("{\"counter-value\" : \"<not counted>\", \"unit\" : \"\", \"event\" : \"x\"}\n"),
      HasSubstr("no counter with a value: x: not counted"));
}

}  // namespace
}  // namespace pmembench
