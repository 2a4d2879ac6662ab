#include "run/cell_extras.hpp"

#include <cmath>

#include "measure/period.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

// Series beyond this are not searched for a period: the permutations would take minutes.
constexpr std::size_t kLongestSearch = 8192;

json values_json(const std::vector<double>& values) {
  json array = json::array();
  for (const double value : values) {
    array.push_back(std::isfinite(value) ? json(value) : json(nullptr));
  }
  return array;
}

json period_json(const std::vector<double>& values, double slot_ns, std::uint64_t seed) {
  if (values.size() > kLongestSearch) return nullptr;
  const Period period = find_period(values, seed);
  return {{"period_ns", period.period * slot_ns},
          {"p_value", period.p_value},
          {"harmonics", period.harmonics},
          {"found", period.found}};
}

}  // namespace

json open_loop_json(const std::string& arrival, double asked_per_s, double peak_per_s,
                    const Histogram& service, const TimerFacts& timer) {
  return {{"arrival", arrival},
          {"asked_per_s", asked_per_s},
          {"closed_loop_per_s", peak_per_s},
          {"ns_per_tick", timer.ns_per_tick},
          {"service", service.sparse()}};
}

json slots_json(const std::vector<std::unique_ptr<CellSeat>>& seats, const TimerFacts& timer,
                std::uint64_t seed) {
  SlotSeries all = seats.front()->slots;
  for (std::size_t i = 1; i < seats.size(); ++i) all.merge(seats[i]->slots);
  const SlotSummary summary = all.summary(timer.ns_per_tick);
  return {{"slot_ns", summary.slot_ns},
          {"n", summary.count},
          {"mean_ns", values_json(summary.mean_ns)},
          {"p50_ns", values_json(summary.p50_ns)},
          {"p99_ns", values_json(summary.p99_ns)},
          {"p99.9_ns", values_json(summary.p999_ns)},
          {"max_ns", values_json(summary.maximum_ns)},
          {"cut", summary.cut},
          {"period_of_max", period_json(summary.maximum_ns, summary.slot_ns, seed)},
          {"period_of_mean", period_json(summary.mean_ns, summary.slot_ns, seed)}};
}

}  // namespace pmembench
