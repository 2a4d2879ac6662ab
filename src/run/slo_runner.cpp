#include "run/slo_runner.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <optional>

#include "base/random.hpp"
#include "measure/histogram.hpp"
#include "plan/arrival_keys.hpp"
#include "record/limits.hpp"
#include "record/slice_count.hpp"
#include "run/budget.hpp"
#include "run/closed_rates.hpp"
#include "run/measure_cell.hpp"

namespace pmembench {
namespace {

constexpr double kSamplesBeyond = 20;  // that a percentile is judged by, at least
constexpr unsigned kFewestTrialSlices = 5;

// How many of `histogram`'s operations took longer, in whole buckets.
std::uint64_t count_beyond(const Histogram& histogram, double ticks) {
  std::uint64_t beyond = 0;
  for (const auto& [index, count] : histogram.sparse()) {
    if (static_cast<double>(Histogram::bucket_low(index)) > ticks) beyond += count;
  }
  return beyond;
}

class SloProcess {
 public:
  SloProcess(const SloInput& input, const Estimate& closed_per_s, unsigned process)
      : input_(input), process_(process) {
    finding_.closed_loop_per_s = closed_per_s.estimate;
  }

  Result<RateFinding> search() {
    auto worker = open_worker(*input_.workers, input_.cell);
    if (!worker) return worker.error();
    worker_ = worker->get();
    return halve();
  }

 private:
  Result<RateFinding> halve() {
    const double highest = finding_.closed_loop_per_s;
    RateSearch search(input_.lowest_share * highest, highest, input_.resolution);
    while (search.state() == RateSearch::State::searching) {
      auto trial = try_rate(search.next(), trial_ns(search.next()));
      // Once more, for longer, before the rate is left without an answer.
      if (trial && trial->answer == RateAnswer::cannot_tell && trial->rate_kept &&
          longer_ns(*trial) > 0) {
        trial = try_rate(search.next(), longer_ns(*trial));
      }
      if (!trial) return trial.error();
      finding_.trials.push_back(*trial);
      if (input_.told) input_.told(process_, *trial);
      search.tell(trial->answer);
    }
    finding_.state = search.state();
    finding_.kept_per_s = search.kept();
    finding_.missed_per_s = search.missed();
    return finding_;
  }

  [[nodiscard]] double longest_ns() const {
    return static_cast<double>(std::max(input_.trial_ns, input_.longest_trial_ns));
  }
  // Long enough for the percentile.
  [[nodiscard]] double trial_ns(double rate_per_s) const {
    const double samples = kSamplesBeyond / (1 - input_.bound.share);
    return std::clamp(samples / rate_per_s * 1e9, static_cast<double>(input_.trial_ns),
                      longest_ns());
  }
  // As long as a trial that had too few operations should have been; 0: longer than it may be.
  [[nodiscard]] double longer_ns(const RateTrial& trial) const {
    if (!(trial.achieved_per_s > 0)) return 0;
    const double needed_ns = kSamplesBeyond / (1 - input_.bound.share) / trial.achieved_per_s * 1e9;
    return needed_ns > trial_ns(trial.asked_per_s) && needed_ns <= longest_ns() ? needed_ns : 0;
  }

  Result<RateTrial> try_rate(double rate_per_s, double trial_ns) {
    Cell cell = input_.cell;
    cell.rate = fmt::format("{:.17g}", rate_per_s);
    // A slice holds an operation at least.
    const double slice_ns = std::max(static_cast<double>(input_.slice_ns), interval_ns(cell));
    CellOrder order;
    order.cell = &cell;
    order.replicate = process_;
    order.seed = input_.seed + finding_.trials.size();
    order.slice_ns = input_.slice_ns;
    order.slices =
        static_cast<unsigned>(std::max<double>(kFewestTrialSlices, std::ceil(trial_ns / slice_ns)));
    const auto outcome = measure_cell(*worker_, order);
    if (!outcome) return outcome.error();
    return judge(outcome->replicate);
  }

  [[nodiscard]] RateTrial judge(const Replicate& replicate) const {
    RateTrial trial;
    if (!replicate.histogram || !replicate.details.open_loop) return trial;
    const OpenLoopDetails& open = *replicate.details.open_loop;
    const Histogram& histogram = *replicate.histogram;
    trial.asked_per_s = open.asked_per_s;
    trial.achieved_per_s = open.achieved_per_s;
    trial.n = histogram.count();
    trial.percentile_ns = histogram.quantile(input_.bound.share) * replicate.ns_per_tick;
    trial.service_percentile_ns = open.service.quantile(input_.bound.share) * open.ns_per_tick;
    trial.disturbed_share = count_slices(replicate).disturbed_share();
    trial.rate_kept = trial.achieved_per_s >= limits::kRateKept * trial.asked_per_s;
    trial.answer = answer_of(trial, histogram, replicate.ns_per_tick);
    return trial;
  }

  // Too few operations may still hold more beyond the bound than enough of them could have.
  [[nodiscard]] RateAnswer answer_of(const RateTrial& trial, const Histogram& histogram,
                                     double ns_per_tick) const {
    // Others may have taken the time that the rate lacks.
    const bool others = trial.disturbed_share > limits::kDisturbedShare &&
                        trial.percentile_ns <= input_.bound.limit_ns;
    if (!trial.rate_kept) return others ? RateAnswer::cannot_tell : RateAnswer::missed;
    if (quantile_is_supported(trial.n, input_.bound.share)) {
      return trial.percentile_ns <= input_.bound.limit_ns ? RateAnswer::kept : RateAnswer::missed;
    }
    const auto enough = static_cast<std::uint64_t>(kSamplesBeyond / 2);
    const std::uint64_t beyond = count_beyond(histogram, input_.bound.limit_ns / ns_per_tick);
    return beyond > enough ? RateAnswer::missed : RateAnswer::cannot_tell;
  }

  const SloInput& input_;
  unsigned process_;
  WorkerLink* worker_ = nullptr;
  RateFinding finding_;
};

}  // namespace

Result<std::vector<RateFinding>> search_rate(const SloInput& input) {
  std::vector<RateFinding> findings;
  std::optional<Budget> budget;
  if (input.budget_ns > 0) budget.emplace(*input.clock, input.budget_ns);
  const auto closed = measure_closed_rates(*input.workers, {&input.cell}, input.slice_ns);
  if (!closed && closed.error().kind == ErrorKind::interrupted) return findings;
  if (!closed) return closed.error();
  const auto base = closed->per_s.find(input.cell.name);
  if (base == closed->per_s.end()) return closed->failures.at(input.cell.name);
  double longest_ns = 0;
  for (unsigned process = 0; process < input.processes; ++process) {
    const double begin_ns = budget ? budget->elapsed_ns() : 0;
    if (budget && process > 0 && budget->left_ns() < longest_ns) break;
    auto finding = SloProcess(input, base->second, process).search();
    if (!finding && finding.error().kind == ErrorKind::interrupted) break;
    if (!finding) return finding.error();
    findings.push_back(*std::move(finding));
    if (budget) longest_ns = std::max(longest_ns, budget->elapsed_ns() - begin_ns);
  }
  return findings;
}

}  // namespace pmembench
