#include "run/closed_rates.hpp"

#include <algorithm>
#include <cmath>

#include "plan/arrival_keys.hpp"
#include "run/measure_cell.hpp"

namespace pmembench {
namespace {

constexpr unsigned kClosedSlices = 9;
constexpr std::uint64_t kLongestClosedSlice_ns = 2'000'000;
constexpr double kClosedConfidence = 0.95;

Cell closed_loop_of(const Cell& cell) {
  Cell closed = cell;
  closed.arrival = "closed";
  closed.rate.clear();
  closed.slots_ns = 0;
  return closed;
}

Result<double> closed_loop_ns(WorkerLink& worker, const Cell& cell, unsigned process,
                              std::uint64_t slice_ns) {
  const Cell closed = closed_loop_of(cell);
  CellOrder order;
  order.cell = &closed;
  order.replicate = process;
  order.slices = kClosedSlices;
  order.slice_ns = std::min(slice_ns, kLongestClosedSlice_ns);
  const auto outcome = measure_cell(worker, order);
  if (!outcome) return outcome.error();
  return outcome->replicate.median_ns_per_operation;
}

}  // namespace

bool asks_for_share(const Cell& cell) {
  if (cell.arrival == "closed") return false;
  const auto rate = parse_rate(cell.rate);
  return rate && rate->share > 0;
}

Result<ClosedRates> measure_closed_rates(WorkerSource& workers,
                                         const std::vector<const Cell*>& cells,
                                         std::uint64_t slice_ns) {
  std::map<std::string, std::vector<const Cell*>> devices;
  for (const Cell* cell : cells) devices[cell->worker_key()].push_back(cell);
  ClosedRates rates;
  std::map<std::string, std::vector<double>> logarithms;
  for (const auto& [key, of_device] : devices) {
    for (unsigned process = 0; process < kClosedRateProcesses; ++process) {
      const bool none_left = std::all_of(
          of_device.begin(), of_device.end(),
          [&](const Cell* cell) { return rates.failures.contains(cell->name); });
      if (none_left) break;
      auto worker = workers.start(*of_device.front());
      if (!worker) return worker.error();
      const Status opened = (*worker)->await_open();
      for (const Cell* cell : of_device) {
        if (rates.failures.contains(cell->name)) continue;
        const auto ns = opened ? closed_loop_ns(**worker, *cell, process, slice_ns)
                               : Result<double>(opened.error());
        if (ns) {
          logarithms[cell->name].push_back(std::log(1e9 / *ns));
        } else if (ns.error().kind == ErrorKind::interrupted) {
          return ns.error();
        } else {
          rates.failures.emplace(cell->name, ns.error());
        }
      }
    }
  }
  for (const auto& [name, values] : logarithms) {
    if (rates.failures.contains(name)) continue;
    const Estimate on_log = hodges_lehmann(values, kClosedConfidence);
    rates.per_s[name] = {std::exp(on_log.estimate), std::exp(on_log.low), std::exp(on_log.high),
                         on_log.has_interval};
  }
  return rates;
}

Cell at_share_of(const Estimate& closed_per_s, Cell cell) {
  const auto rate = parse_rate(cell.rate);
  if (rate && rate->share > 0) {
    cell.rate = fmt::format("{:.17g}", rate->share * closed_per_s.estimate);
  }
  return cell;
}

}  // namespace pmembench
