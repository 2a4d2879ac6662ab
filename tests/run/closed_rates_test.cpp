#include "run/closed_rates.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/scripted_worker.hpp"

namespace pmembench {
namespace {

Cell cell_at(const std::string& name, const std::string& rate) {
  Cell cell;
  cell.name = name;
  cell.media = "dram:1M";
  cell.arrival = "fixed";
  cell.rate = rate;
  cell.slots_ns = 1000;
  return cell;
}

TEST(ClosedRates, are_of_cells_that_ask_for_a_share) {
  EXPECT_TRUE(asks_for_share(cell_at("a", "50%")));
  EXPECT_FALSE(asks_for_share(cell_at("a", "20k")));
  Cell closed = cell_at("a", "50%");
  closed.arrival = "closed";
  EXPECT_FALSE(asks_for_share(closed));
}

TEST(ClosedRates, measure_the_cells_of_a_device_as_closed_loops_in_six_processes) {
  fakes::ScriptedWorkers workers;
  workers.slice = [](const fakes::WorkerRequest& request) {
    EXPECT_EQ(request.begun.cell.arrival, "closed");
    EXPECT_EQ(request.begun.cell.slots_ns, 0u);
    return fakes::quiet_slice(request.cell.name == "a" ? 100 : 200);
  };
  const Cell a = cell_at("a", "50%"), b = cell_at("b", "50%");
  const auto rates = measure_closed_rates(workers, {&a, &b}, 500'000);
  ASSERT_TRUE(rates) << rates.error().message;
  EXPECT_EQ(workers.started(), kClosedRateProcesses);
  EXPECT_NEAR(rates->per_s.at("a").estimate, 1e7, 1);
  EXPECT_NEAR(rates->per_s.at("b").estimate, 5e6, 1);
  EXPECT_TRUE(rates->per_s.at("a").has_interval);
  EXPECT_NEAR(std::stod(at_share_of(rates->per_s.at("b"), b).rate), 2.5e6, 1e-3);
}

TEST(ClosedRates, keep_why_a_cell_has_none_and_go_on_with_the_others) {
  fakes::ScriptedWorkers workers;
  workers.fault = [](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb != "cell" || request.cell.name != "a") return std::nullopt;
    return runtime_error("no such workload");
  };
  const Cell a = cell_at("a", "50%"), b = cell_at("b", "50%");
  const auto rates = measure_closed_rates(workers, {&a, &b}, 500'000);
  ASSERT_TRUE(rates);
  EXPECT_EQ(rates->failures.at("a").message, "no such workload");
  EXPECT_FALSE(rates->per_s.contains("a"));
  EXPECT_TRUE(rates->per_s.contains("b"));
}

TEST(ClosedRates, end_with_an_interrupt) {
  fakes::ScriptedWorkers workers;
  workers.interrupt = true;
  const Cell a = cell_at("a", "50%");
  const auto rates = measure_closed_rates(workers, {&a}, 500'000);
  ASSERT_FALSE(rates);
  EXPECT_EQ(rates.error().kind, ErrorKind::interrupted);
}

}  // namespace
}  // namespace pmembench
