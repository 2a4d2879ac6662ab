#include "run/session_details.hpp"

#include "measure/period.hpp"

namespace pmembench {
namespace {

// Series beyond this are not searched for a period: the permutations would take minutes.
constexpr std::size_t kLongestSearch = 8192;

std::optional<PeriodDetails> period_details(const std::vector<double>& values, double slot_ns,
                                            std::uint64_t seed) {
  if (values.size() > kLongestSearch) return std::nullopt;
  const Period period = find_period(values, seed);
  return PeriodDetails{period.period * slot_ns, period.p_value, period.harmonics, period.found};
}

}  // namespace

OpenLoopDetails open_loop_details(const std::string& arrival, double asked_per_s, double peak_per_s,
                                  const Histogram& service, const TimerFacts& timer) {
  OpenLoopDetails details;
  details.arrival = arrival;
  details.asked_per_s = asked_per_s;
  details.closed_loop_per_s = peak_per_s;
  details.ns_per_tick = timer.ns_per_tick;
  details.service = service;
  return details;
}

SlotDetails slot_details(const std::vector<std::unique_ptr<ThreadContext>>& threads,
                         const TimerFacts& timer, std::uint64_t seed) {
  SlotSeries all = threads.front()->slots;
  for (std::size_t i = 1; i < threads.size(); ++i) all.merge(threads[i]->slots);
  SlotSummary summary = all.summary(timer.ns_per_tick);
  SlotDetails details;
  details.slot_ns = summary.slot_ns;
  details.cut = summary.cut;
  details.last_share = summary.last_share;
  // A short slot would be an outlier at the end.
  const bool short_one = summary.last_share < 1 && !summary.count.empty();
  const auto whole = [short_one](std::vector<double> values) {
    if (short_one) values.pop_back();
    return values;
  };
  details.period_of_max = period_details(whole(summary.maximum_ns), summary.slot_ns, seed);
  details.period_of_mean = period_details(whole(summary.mean_ns), summary.slot_ns, seed);
  details.n = std::move(summary.count);
  details.mean_ns = std::move(summary.mean_ns);
  details.p50_ns = std::move(summary.p50_ns);
  details.p99_ns = std::move(summary.p99_ns);
  details.p999_ns = std::move(summary.p999_ns);
  details.max_ns = std::move(summary.maximum_ns);
  return details;
}

}  // namespace pmembench
