#include "results/slo_document.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "record/codec.hpp"
#include "record/limits.hpp"

namespace pmembench {
namespace {

using State = RateSearch::State;

std::size_t count_of(const std::vector<SloProcessResult>& processes, State state) {
  return static_cast<std::size_t>(
      std::count_if(processes.begin(), processes.end(),
                    [&](const SloProcessResult& one) { return one.state == state; }));
}

Estimate estimate_of(const std::vector<SloProcessResult>& processes, double confidence) {
  std::vector<double> logarithms;
  for (const SloProcessResult& one : processes) logarithms.push_back(std::log(one.kept_per_s));
  const Estimate on_log = hodges_lehmann(logarithms, confidence);
  return {std::exp(on_log.estimate), std::exp(on_log.low), std::exp(on_log.high),
          on_log.has_interval};
}

std::string interval_text(const Estimate& rate) {
  if (!rate.has_interval) return "too few processes for an interval";
  return fmt::format("{} to {}", format_rate(rate.low), format_rate(rate.high));
}

// What a person may do about a disturbed machine; empty where it was quiet.
std::string disturbance_text(const std::vector<SloProcessResult>& processes) {
  double share = 0;
  for (const SloProcessResult& one : processes) {
    share += one.disturbed_share / static_cast<double>(processes.size());
  }
  if (share <= limits::kDisturbedShare) return "";
  return fmt::format(
      "; something else held the CPUs in {:.0f} % of the slices: on a quieter machine the rate may "
      "be higher",
      100 * share);
}

SloSummary summarise(const LatencyBound& bound, const std::vector<SloProcessResult>& processes,
                     double confidence) {
  SloSummary summary;
  const std::string limit = fmt::format("{} <= {}", bound.name, format_duration_ns(bound.limit_ns));
  const std::size_t found = count_of(processes, State::found);
  const std::size_t never = count_of(processes, State::never_kept);
  const std::size_t always = count_of(processes, State::always_kept);
  const std::size_t untold = count_of(processes, State::cannot_tell);
  const std::size_t all = processes.size();
  if (all == 0 || found + never + always + untold < all) {
    summary.verdict = "NOT_MEASURED";
    summary.sentence = fmt::format("{}: no search was finished; give it more time", limit);
    return summary;
  }
  if (never == all) {
    summary.verdict = "NEVER_KEPT";
    summary.sentence = fmt::format(
        "{} is kept at no rate: not even at {}, the lowest that was tried, where it was "
        "{}",
        limit, format_rate(processes.front().missed_per_s),
        format_duration_ns(processes.front().lowest_percentile_ns));
    return summary;
  }
  if (untold > 0) {
    std::uint64_t most = 0;
    for (const SloProcessResult& one : processes) most = std::max(most, one.untold_operations);
    summary.verdict = "CANNOT_TELL";
    if (most == 0) {
      summary.sentence = fmt::format(
          "{}: no answer: the bound was kept, and the rate was not, as far as can be told because "
          "of other work",
          limit);
      return summary;
    }
    summary.sentence = fmt::format(
        "{}: no answer: {} operations fit into the longest trial, and the percentile takes "
        "{:.0f}; give a larger --budget, or ask for a lower percentile",
        limit, most, std::ceil(10 / (1 - bound.share) * (1 - 1e-9)));
    return summary;
  }
  if (never > 0) {
    summary.verdict = "MIXED";
    summary.sentence = fmt::format(
        "{} is kept at no rate in {} of {} processes, and at some rate in the others: the machine "
        "is too unsteady to say; use a quieter one, or more processes",
        limit, never, all);
    return summary;
  }
  summary.rate_per_s = estimate_of(processes, confidence);
  if (always == all) {
    summary.verdict = "ALWAYS_KEPT";
    summary.sentence = fmt::format(
        "{} is kept up to {}, all that a closed loop does here: the bound was never reached", limit,
        format_rate(summary.rate_per_s->estimate));
    return summary;
  }
  summary.verdict = "FOUND";
  summary.sentence =
      fmt::format("{} is kept up to {} ({})", limit, format_rate(summary.rate_per_s->estimate),
                  interval_text(*summary.rate_per_s));
  if (always > 0) {
    summary.sentence +=
        fmt::format("; in {} of {} processes it was kept at all rates", always, all);
  }
  return summary;
}

}  // namespace

SloSummary summarise_slo(const LatencyBound& bound, const std::vector<SloProcessResult>& processes,
                         double confidence) {
  SloSummary summary = summarise(bound, processes, confidence);
  if (summary.verdict != "NOT_MEASURED") summary.sentence += disturbance_text(processes);
  return summary;
}

nlohmann::json to_json(const SloSummary& summary) {
  return {{"verdict", summary.verdict},
          {"rate_per_s", to_json(summary.rate_per_s)},
          {"sentence", summary.sentence}};
}

}  // namespace pmembench
