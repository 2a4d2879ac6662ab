#include "cli/result_table.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

Row ok_row() {
  Row row;
  row.cell = "dram:1M/movnt/direct/random/operation_size=64B,access=write/t2";
  row.media = "dram:1M";
  row.backend = "movnt";
  row.path = "direct";
  row.workload = "random";
  row.threads = 2;
  row.status = "ok";
  row.claim = "emulated";
  row.replicates = 6;
  row.converged = true;
  row.ns_per_operation = Estimate{100, 98, 102, true};
  row.operations_per_s = Estimate{1e7, 9.8e6, 1.02e7, true};
  row.bytes_per_s = Estimate{6.4e8, 6.3e8, 6.5e8, true};
  row.medium = {{"page_bytes", 2097152},      {"huge_share", 1.0}, {"persistence_domain", "none"},
                {"node_share", {{"0", 1.0}}}, {"file_system", ""}, {"map_sync", false}};
  return row;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(ResultTable, shows_the_rate_its_interval_and_the_claim) {
  const std::string text = result_text({ok_row()});
  for (const char* part :
       {"movnt", "random/operation_size=64B,access=write", "10 M/s", "610 MiB/s", "±2.0%", "100 ns",
        "emulated", "pages of 2 MiB", "on node 0", "persistence domain none"}) {
    EXPECT_TRUE(has(text, part)) << part << " in:\n" << text;
  }
  EXPECT_FALSE(has(text, "mark c:"));
  EXPECT_FALSE(has(text, "did not run"));
}

TEST(ResultTable, prints_no_interval_where_there_is_none) {
  Row row = ok_row();
  row.ns_per_operation = Estimate{100, 100, 100, false};
  row.converged = false;
  const std::string text = result_text({row});
  EXPECT_FALSE(has(text, "±"));
  EXPECT_TRUE(has(text, "mark c: not converged"));
}

TEST(ResultTable, prints_percentiles_that_n_supports_and_marks_those_below_the_floor) {
  Row row = ok_row();
  row.latency_ns = LatencyResult{"durable", 500, 0, 0, 0, {{"p50", 20}, {"p90", 250}}};
  row.floor_ns = 40;
  const std::string text = result_text({row});
  EXPECT_TRUE(has(text, "< floor"));
  EXPECT_TRUE(has(text, "250 ns"));
  EXPECT_TRUE(has(text, "n/a"));
  EXPECT_TRUE(has(text, "clock pair around a timed operation up to 40 ns"));
}

TEST(ResultTable, names_what_null_costs) {
  Row null = ok_row();
  null.backend = "null";
  null.claim = "volatile";
  null.bytes_per_s.reset();
  null.ns_per_operation = Estimate{0.25, 0.24, 0.26, true};
  EXPECT_TRUE(has(result_text({null}), "0.25"));
}

TEST(ResultTable, lists_what_did_not_run_with_equal_reasons_together) {
  Row skipped = ok_row();
  skipped.status = "skipped";
  skipped.reason = "this CPU has no clwb";
  Row other = skipped;
  other.cell = "another";
  const std::string text = result_text({ok_row(), skipped, other});
  EXPECT_TRUE(has(text, "skipped: this CPU has no clwb"));
  EXPECT_EQ(text.find("this CPU has no clwb"), text.rfind("this CPU has no clwb"));
  EXPECT_TRUE(has(text, "another"));
}

TEST(ResultTable, says_so_when_nothing_has_a_result) {
  EXPECT_TRUE(has(result_text({}), "no cell has a result."));
}

}  // namespace
}  // namespace pmembench
