#include "run/slo_runner.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "base/random.hpp"
#include "measure/histogram.hpp"
#include "record/limits.hpp"
#include "run/measure_cell.hpp"

namespace pmembench {
namespace {

constexpr double kSamplesBeyond = 20;  // that a percentile is judged by, at least
constexpr double kLongestTrial_ns = 20e9;
constexpr unsigned kFewestTrialSlices = 5;

class SloProcess {
 public:
  SloProcess(const SloInput& input, unsigned process) : input_(input), process_(process) {}

  Result<RateFinding> search() {
    auto worker = open_worker(*input_.workers, input_.cell);
    if (!worker) return worker.error();
    worker_ = worker->get();
    return halve();
  }

 private:
  Result<RateFinding> halve() {
    // The closed loop's own rate is known once a share of it was tried.
    const auto first = try_rate(fmt::format("{}%", 100 * input_.lowest_share), 0);
    if (!first) return first.error();
    finding_.trials.push_back(*first);
    RateSearch search(first->asked_per_s, finding_.closed_loop_per_s, input_.resolution);
    search.tell(first->bound_kept);
    while (search.state() == RateSearch::State::searching) {
      const auto trial = try_rate(fmt::format("{:.17g}", search.next()), search.next());
      if (!trial) return trial.error();
      finding_.trials.push_back(*trial);
      search.tell(trial->bound_kept);
    }
    finding_.state = search.state();
    finding_.kept_per_s = search.kept();
    finding_.missed_per_s = search.missed();
    return finding_;
  }

  // Long enough for the percentile; the first trial's rate is not known yet, and may be too short.
  [[nodiscard]] double trial_ns(double rate_per_s) const {
    const double wanted = static_cast<double>(input_.trial_ns);
    if (!(rate_per_s > 0)) return wanted;
    const double samples = kSamplesBeyond / (1 - input_.bound.share);
    return std::clamp(samples / rate_per_s * 1e9, wanted, std::max(wanted, kLongestTrial_ns));
  }

  Result<RateTrial> try_rate(const std::string& rate, double rate_per_s) {
    Cell cell = input_.cell;
    cell.rate = rate;
    CellOrder order;
    order.cell = &cell;
    order.replicate = process_;
    order.seed = input_.seed + finding_.trials.size();
    order.slice_ns = input_.slice_ns;
    order.slices = static_cast<unsigned>(
        std::max<double>(kFewestTrialSlices,
                         std::ceil(trial_ns(rate_per_s) / static_cast<double>(input_.slice_ns))));
    const auto outcome = measure_cell(*worker_, order);
    if (!outcome) return outcome.error();
    const RateTrial trial = judge(outcome->replicate);
    if (input_.told) input_.told(process_, trial);
    return trial;
  }

  RateTrial judge(const Replicate& replicate) {
    RateTrial trial;
    if (!replicate.histogram || !replicate.details.open_loop) return trial;
    const OpenLoopDetails& open = *replicate.details.open_loop;
    trial.asked_per_s = open.asked_per_s;
    trial.achieved_per_s = open.achieved_per_s;
    finding_.closed_loop_per_s = std::max(finding_.closed_loop_per_s, open.closed_loop_per_s);
    trial.n = replicate.histogram->count();
    trial.percentile_ns = replicate.histogram->quantile(input_.bound.share) * replicate.ns_per_tick;
    trial.service_percentile_ns = open.service.quantile(input_.bound.share) * open.ns_per_tick;
    trial.rate_kept = trial.achieved_per_s >= limits::kRateKept * trial.asked_per_s;
    trial.bound_kept = trial.rate_kept && trial.percentile_ns <= input_.bound.limit_ns &&
                       quantile_is_supported(trial.n, input_.bound.share);
    return trial;
  }

  const SloInput& input_;
  unsigned process_;
  WorkerLink* worker_ = nullptr;
  RateFinding finding_;
};

}  // namespace

Result<std::vector<RateFinding>> search_rate(const SloInput& input) {
  std::vector<RateFinding> findings;
  for (unsigned process = 0; process < input.processes; ++process) {
    auto finding = SloProcess(input, process).search();
    if (!finding && finding.error().kind == ErrorKind::interrupted) break;
    if (!finding) return finding.error();
    findings.push_back(*std::move(finding));
  }
  return findings;
}

}  // namespace pmembench
