#include "results/durability_costs.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "results/make_row.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

// A run of the workload durability, each cell measured by the same eight processes.
struct MeasuredSteps {
  std::vector<Row> rows;
  FiguresByCell replicates;

  Cell cell(const std::string& step, const std::string& mode = "") const {
    Cell cell = sample::served_by("clwb", sample::cell("m/" + step + mode));
    cell.workload = "durability";
    cell.threads = threads;
    cell.parameters.clear();
    for (const ParameterSpec& spec : find_workload("durability")->parameters) {
      cell.parameters[spec.name] = spec.default_value;
    }
    cell.parameters["step"] = step;
    cell.durable = true;
    cell.latency_mode = mode;
    if (!mode.empty()) cell.timing = Timing::operation;
    return cell;
  }
  // `ns` by the index of the process; for a timed cell of each operation, else of a slice's.
  void add(const Cell& cell, const std::function<double(unsigned)>& ns, unsigned processes = 8) {
    std::vector<Replicate> all;
    for (unsigned index = 0; index < processes; ++index) {
      all.push_back(sample::replicate(index, ns(index)));
      if (cell.timing != Timing::operation) continue;
      // Ticks are half a nanosecond.
      all.back().histogram = sample::histogram(static_cast<std::uint64_t>(2 * ns(index)), 1000);
    }
    rows.push_back(make_row(cell, all, "", RowContext{}));
    replicates[cell.name] = figures_of(all);
  }
  void add(const std::string& step, double ns, const std::string& mode = "") {
    add(cell(step, mode), [ns](unsigned index) { return ns * (1 + 0.01 * index); });
  }
  std::vector<DurabilityCosts> costs() const { return durability_costs(rows, replicates); }

  unsigned threads = 1;
};

TEST(DurabilityCosts, tell_the_steps_apart_within_each_process) {
  MeasuredSteps run;
  // Processes differ by far more than the steps do, and rows come in any order.
  run.add(run.cell("store_flush_fence"), [](unsigned i) { return 100.0 * i + 180; });
  run.add(run.cell("store"), [](unsigned i) { return 100.0 * i + 50; });
  run.add(run.cell("store_flush"), [](unsigned i) { return 100.0 * i + 80; });
  const auto costs = run.costs();
  ASSERT_EQ(costs.size(), 1u);
  const auto& steps = costs[0].steps;
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(steps[0].step, "store");
  EXPECT_FALSE(steps[0].cost_ns);
  EXPECT_EQ(steps[1].step, "store_flush");
  EXPECT_NEAR(steps[1].cost_ns.value().estimate, 30, 1e-9);
  EXPECT_NEAR(steps[2].cost_ns.value().estimate, 100, 1e-9);
  EXPECT_NEAR(steps[2].cost_ns.value().low, 100, 1e-9);
  EXPECT_EQ(steps[2].cell, "m/store_flush_fence");
}

TEST(DurabilityCosts, name_the_four_latencies_and_reconcile_them) {
  MeasuredSteps run;
  run.add("store_flush_fence", 100);
  run.add("store_flush_barrier", 250);
  run.add("store_flush_fence", 120, "issue");
  run.add("store_flush_fence", 300, "durable");
  const auto costs = run.costs();
  ASSERT_EQ(costs.size(), 1u);
  EXPECT_NEAR(costs[0].inverse_throughput_ns.value().estimate, 103.5, 1);
  EXPECT_NEAR(costs[0].dependent_ns.value().estimate, 258.75, 2);
  EXPECT_NEAR(costs[0].issue_ns.value().estimate, 124.2, 2);
  EXPECT_NEAR(costs[0].durable_ns.value().estimate, 310.5, 3);
  EXPECT_NEAR(costs[0].in_flight.value().estimate, 3, 0.02);
  EXPECT_TRUE(durability_contradictions(run.rows, run.replicates).empty());
}

TEST(DurabilityCosts, are_of_one_thread_where_there_are_several) {
  MeasuredSteps run;
  run.threads = 2;
  run.add("store", 50);
  run.add("store_flush", 70);
  const auto costs = run.costs();
  ASSERT_EQ(costs.size(), 1u);
  EXPECT_NEAR(costs[0].steps[0].ns_per_operation.estimate, 103.5, 1);
  EXPECT_NEAR(costs[0].steps[1].cost_ns.value().estimate, 41.4, 0.5);
}

TEST(DurabilityCosts, keep_rows_apart_that_differ_by_more_than_their_step) {
  MeasuredSteps run;
  run.add("store", 50);
  Cell other = run.cell("store_flush");
  other.parameters["line"] = "flushed";
  run.add(other, [](unsigned) { return 90.0; });
  Cell far = sample::served_by("movnt", run.cell("store_flush"));
  far.name = "m/far";
  run.add(far, [](unsigned) { return 90.0; });
  EXPECT_TRUE(run.costs().empty()) << "one step says nothing of another";
}

TEST(DurabilityCosts, say_what_was_done_and_where_in_the_title) {
  MeasuredSteps run;
  for (const char* step : {"store", "store_flush"}) {
    Cell cell = run.cell(step);
    cell.parameters["repeat"] = "2";
    cell.placement.asked = "far";
    run.add(cell, [](unsigned) { return 1.0; });
  }
  ASSERT_EQ(run.costs().size(), 1u);
  EXPECT_EQ(run.costs()[0].title,
            "durability line=dirty operation_size=64 repeat=2, clwb, 1 thread, path direct on "
            "dram:1M, far");
}

// The sentence against the cell, or "".
std::string refusal(const MeasuredSteps& run, const std::string& cell) {
  const auto refused = durability_contradictions(run.rows, run.replicates);
  const auto found = refused.find(cell);
  return found == refused.end() ? "" : found->second;
}

TEST(DurabilityContradictions, refuse_a_latency_whose_clock_stopped_early) {
  MeasuredSteps run;  // facts: a store, a flush and a fence "in 30 ns", 220 each in a row
  run.add("store_flush_fence", 220);
  run.add("store_flush_fence", 30, "durable");
  run.add("store_flush_fence", 30, "issue");
  EXPECT_EQ(refusal(run, "m/store_flush_fencedurable"),
            "Little's law is broken: operations that take 228 ns each and have a durable latency "
            "of 30.9 ns are 0.14 at a time in each thread, which always has one: the clock stopped "
            "before the operation was over");
  EXPECT_EQ(refusal(run, "m/store_flush_fenceissue"), "") << "issue stops early by its meaning";
  EXPECT_EQ(durability_contradictions(run.rows, run.replicates).size(), 1u);
}

TEST(DurabilityContradictions, refuse_a_chain_that_is_faster_than_what_may_overlap) {
  MeasuredSteps run;
  run.add("store_flush_fence", 220);
  run.add("store_flush_barrier", 100);
  EXPECT_NE(refusal(run, "m/store_flush_barrier").find("have a dependent latency of"),
            std::string::npos);
}

TEST(DurabilityContradictions, refuse_more_operations_at_once_than_a_core_holds) {
  MeasuredSteps run;
  run.add("store_flush_fence", 1);
  run.add("store_flush_fence", 400, "durable");
  EXPECT_NE(refusal(run, "m/store_flush_fencedurable")
                .find("more than a core can hold: the operations were not waited for"),
            std::string::npos);
}

TEST(DurabilityContradictions, leave_alone_what_the_intervals_allow) {
  MeasuredSteps wide;
  wide.add("store_flush_fence", 200);
  wide.add(wide.cell("store_flush_fence", "durable"),
           [](unsigned index) { return index < 3 ? 300.0 : 100.0; });
  EXPECT_EQ(durability_contradictions(wide.rows, wide.replicates).size(), 0u);
  MeasuredSteps few;
  few.add(
      few.cell("store_flush_fence"), [](unsigned) { return 220.0; }, 5);
  few.add(
      few.cell("store_flush_fence", "durable"), [](unsigned) { return 30.0; }, 5);
  EXPECT_EQ(durability_contradictions(few.rows, few.replicates).size(), 0u)
      << "five processes have no interval";
}

}  // namespace
}  // namespace pmembench
