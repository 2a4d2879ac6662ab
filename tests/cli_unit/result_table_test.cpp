#include "cli/result_table.hpp"

#include <gmock/gmock.h>

#include "results/make_row.hpp"
#include "tests/results/sample.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Row row_of(const Cell& cell, const std::vector<Replicate>& replicates) {
  return make_row(cell, replicates, "", RowContext{});
}

// The line of the table that begins with `backend`.
std::string line_of(const std::string& text, const std::string& backend) {
  std::size_t begin = ("\n" + text).find("\n" + backend + "  ");
  if (begin == std::string::npos) return "no such line";
  return text.substr(begin, text.find('\n', begin) - begin);
}

TEST(ResultTable, has_a_line_a_row_under_its_medium) {
  const std::string text = result_text({sample::row()});
  EXPECT_THAT(text, StartsWith("dram:1M\n"));
  const std::string line = line_of(text, "movnt");
  EXPECT_THAT(line, HasSubstr("direct"));
  EXPECT_THAT(line, HasSubstr("random"));
  EXPECT_THAT(line, HasSubstr("10 M/s"));     // 100 ns an operation
  EXPECT_THAT(line, HasSubstr("611 MiB/s"));  // of 64 bytes
  EXPECT_THAT(line, HasSubstr("99.9 ns"));
  EXPECT_THAT(line, HasSubstr("±0."));
  EXPECT_THAT(line, HasSubstr("  10"));
}

// Two rows that differ in it alone are two rows to the reader, too.
TEST(ResultTable, shows_placement_rate_and_slots_of_a_cell) {
  Cell cell = sample::cell("dram:1M/movnt/direct/random/t2/cpu_node=0;node=1/poisson@10%");
  EXPECT_THAT(line_of(result_text({row_of(cell, {sample::replicate(0, 100)})}), "movnt"),
              HasSubstr(" random, cpu_node=0;node=1, poisson@10%  "));
  cell = sample::timed_cell();
  cell.name = "dram:1M/movnt/direct/random/t2/operation-issue/slots=10ms";
  EXPECT_THAT(line_of(result_text({row_of(cell, {sample::replicate(0, 100)})}), "movnt"),
              HasSubstr(" random, slots=10ms  "));
}

// Rows that differ in the options of their backend alone read apart.
TEST(ResultTable, shows_the_options_of_a_backend) {
  std::vector<Row> rows;
  for (const char* options : {"", ":engine=io_uring,queue_depth=8", ":file=/dev/x"}) {
    Cell cell = sample::cell(fmt::format("dram:1M/movnt{}/direct/random/access=write/t2", options));
    rows.push_back(row_of(cell, {sample::replicate(0, 100)}));
  }
  const std::string text = result_text(rows);
  EXPECT_THAT(line_of(text, "movnt:engine=io_uring,queue_depth=8"),
              HasSubstr("direct  random/access=write"));
  EXPECT_THAT(line_of(text, "movnt:file=/dev/x"), HasSubstr("direct  random/access=write"));
  EXPECT_THAT(line_of(text, "movnt"), HasSubstr("direct  random/access=write"));
}

TEST(ResultTable, leaves_an_interval_out_where_there_is_none) {
  const std::string text = result_text({row_of(sample::cell(), {sample::replicate(0, 100)})});
  EXPECT_THAT(text, Not(HasSubstr("±")));
  EXPECT_THAT(line_of(text, "movnt"), HasSubstr(" c"));
  EXPECT_THAT(text,
              HasSubstr("flag c: not converged: its interval is missing or wider than asked"));
}

TEST(ResultTable, says_which_percentiles_too_few_operations_support) {
  Cell cell = sample::timed_cell();
  Replicate replicate = sample::replicate(0, 100);
  replicate.histogram = sample::histogram(200, 200);
  replicate.floor_ns = 20;
  const std::string text = result_text({row_of(cell, {replicate})});
  EXPECT_THAT(line_of(text, "movnt"), HasSubstr("n/a"));
  EXPECT_THAT(text, HasSubstr("n/a: too few operations were timed for that percentile.\n"));
  EXPECT_THAT(
      text, HasSubstr("harness floor: the clock, read between two timed operations, up to 20 ns"));
}

TEST(ResultTable, calls_a_latency_below_the_clocks_floor_so) {
  Cell cell = sample::timed_cell();
  Replicate replicate = sample::replicate(0, 100);
  replicate.histogram = sample::histogram(20, 100'000);  // of half a nanosecond
  replicate.floor_ns = 30;
  EXPECT_THAT(line_of(result_text({row_of(cell, {replicate})}), "movnt"), HasSubstr("< floor"));
}

// Each step of a chain is not timed, so no number of them would give percentiles.
TEST(ResultTable, has_no_percentiles_of_a_chain) {
  Cell chain = sample::cell();
  chain.latency_mode = "dependent";
  const std::string text = result_text({row_of(chain, {sample::replicate(0, 100)})});
  EXPECT_THAT(line_of(text, "movnt"), HasSubstr("dependent"));
  EXPECT_THAT(text, Not(HasSubstr("n/a")));
}

TEST(ResultTable, explains_the_claims_that_it_uses) {
  EXPECT_THAT(result_text({row_of(sample::durable_cell(), sample::replicates())}),
              HasSubstr("emulated: the durability instructions ran"));
  const std::string read = result_text({sample::row()});
  EXPECT_THAT(read, Not(HasSubstr("emulated: ")));
  EXPECT_THAT(read, HasSubstr("volatile: nothing was made durable"));
}

TEST(ResultTable, gives_the_range_of_what_null_costs) {
  Cell null = sample::null_cell(sample::cell("dram:1M/null/direct/random/t1"));
  std::vector<Row> rows{row_of(null, {sample::replicate(0, 1.5)})};
  null.name = "dram:1M/null/direct/random/t2";
  rows.push_back(row_of(null, {sample::replicate(0, 4)}));
  EXPECT_THAT(result_text(rows),
              HasSubstr("harness floor: null costs 1.50 to 4.00 ns an operation. Nothing is "
                        "subtracted.\n"));
}

TEST(ResultTable, names_what_workloads_found_out) {
  Row row = sample::row("x");
  EXPECT_THAT(result_text({row}), testing::Not(HasSubstr("figures")));
  row.figures = {{"huge_mappable_bytes", 2097152}, {"huge_mappable_share", 0.125}};
  EXPECT_THAT(result_text({row}), HasSubstr("figures of workloads:\n  x: huge_mappable_bytes "
                                            "2.097e+06, huge_mappable_share 0.125\n"));
}

TEST(ResultTable, puts_cells_that_did_not_run_under_their_reason) {
  Cell skipped = sample::cell("x/1");
  skipped.skip_reason = "cannot run";
  std::vector<Row> rows{make_row(skipped, {}, "", RowContext{})};
  skipped.name = "x/2";
  rows.push_back(make_row(skipped, {}, "", RowContext{}));
  rows.push_back(make_row(sample::cell("y"), {}, "it died", RowContext{}));
  EXPECT_EQ(result_text(rows),
            "no cell has a result.\n"
            "did not run:\n"
            "  skipped: cannot run\n"
            "    x/1\n"
            "    x/2\n"
            "  error: it died\n"
            "    y\n");
}

TEST(ResultTable, sends_to_the_warnings_of_rows_that_have_some) {
  Replicate drifting = sample::replicate(0, 100);
  drifting.lag1 = 0.9;
  const Row row = row_of(sample::cell(), std::vector<Replicate>(10, drifting));
  ASSERT_FALSE(row.warnings.empty());
  EXPECT_THAT(result_text({row}),
              HasSubstr("flag w: has warnings; `pmembench show --warnings` prints them.\n"));
}

}  // namespace
}  // namespace pmembench
