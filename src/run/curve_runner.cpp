#include "run/curve_runner.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "base/random.hpp"
#include "measure/estimate.hpp"
#include "measure/spread.hpp"
#include "run/budget.hpp"
#include "run/measure_point.hpp"

namespace pmembench {
namespace {

constexpr double kCurveBudgetShare = 0.9;  // the rest: processes that start, chains that are made
constexpr unsigned kFewestCurveSlices = 4;
constexpr double kShortestSlice_ns = 500e3;
constexpr unsigned kMostSlices = 40;

double error_of(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  return standard_deviation(values) / std::sqrt(static_cast<double>(values.size()));
}

CurvePoint point_of(const PointSamples& samples, const Replicate& replicate) {
  CurvePoint point;
  point.share = samples.share;
  point.latency = replicate.median_ns_per_operation;
  point.latency_error = error_of(replicate.slice_ns_per_operation);
  point.bandwidth = load_bytes_per_s_of(replicate);
  if (replicate.details.loaded) {
    point.bandwidth_error = error_of(replicate.details.loaded->slice_bytes_per_s);
  }
  return point;
}

class CurveRun {
 public:
  CurveRun(CurveInput input, RunObserver& observer)
      : input_(std::move(input)), observer_(observer), budget_(*input_.clock, input_.budget_ns) {
    outcome_.points = std::move(input_.skeleton);
    if (input_.fewer_threads)
      outcome_.fewer_threads = PointSamples{*input_.fewer_threads, 0, {}, ""};
  }

  Result<CurveOutcome> run() {
    for (round_ = 0; round_ < input_.rounds && !stopping(); ++round_) {
      const Status status = one_round();
      if (!status && status.error().kind != ErrorKind::interrupted) return status.error();
      if (!status) break;
    }
    outcome_.interrupted = interrupted();
    outcome_.budget_ended = !outcome_.interrupted && outcome_.rounds < input_.rounds;
    return std::move(outcome_);
  }

 private:
  Status one_round() {
    auto worker = open_worker(*input_.workers, outcome_.points.back().cell);
    if (!worker) return worker.error();
    worker_ = worker->get();
    const Status status = round_ == 0 ? first_round() : further_round();
    if (status && !stopping()) ++outcome_.rounds;
    return status;
  }

  Status first_round() {
    if (const Status status = measure(outcome_.points.back()); !status) return status;
    if (!outcome_.points.back().failure.empty()) {
      return runtime_error("{}: {}", outcome_.points.back().cell.name,
                           outcome_.points.back().failure);
    }
    outcome_.maximum_bytes_per_s = load_bytes_per_s_of(outcome_.points.back().replicates.front());
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i + 1 < outcome_.points.size(); ++i) order.push_back(i);
    shuffle(order, mix_seed(input_.seed));
    for (const std::size_t at : order) {
      if (const Status status = measure(outcome_.points[at]); !status) return status;
    }
    return refine();
  }

  [[nodiscard]] bool has_point(double share) const {
    return std::any_of(outcome_.points.begin(), outcome_.points.end(),
                       [share](const PointSamples& point) { return point.share == share; });
  }

  // Points where this process's curve is least known.
  Status refine() {
    while (input_.cell_at && outcome_.points.size() < input_.points && !stopping()) {
      const std::vector<CurvePoint> curve = curve_of_round(outcome_.points, 0);
      const std::optional<double> share = next_share(curve);
      if (!share || has_point(*share)) break;  // one that failed is not tried again
      auto cell = input_.cell_at(*share);
      if (!cell) return cell.error();
      const auto after =
          std::find_if(outcome_.points.begin(), outcome_.points.end(),
                       [&](const PointSamples& point) { return point.share > *share; });
      const auto added =
          outcome_.points.insert(after, PointSamples{*std::move(cell), *share, {}, ""});
      if (const Status status = measure(*added); !status) return status;
      if (!added->failure.empty()) break;
    }
    return measure_fewer_threads();
  }

  Status further_round() {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < outcome_.points.size(); ++i) order.push_back(i);
    shuffle(order, mix_seed(input_.seed + round_));
    for (const std::size_t at : order) {
      if (const Status status = measure(outcome_.points[at]); !status) return status;
    }
    return measure_fewer_threads();
  }

  Status measure_fewer_threads() {
    return outcome_.fewer_threads ? measure(*outcome_.fewer_threads) : Status();
  }

  // A point that fails is not tried again; that the run ends is the only error, and a worker that
  // died.
  Status measure(PointSamples& point) {
    if (!point.failure.empty()) return {};
    if (stopping()) return interruption();
    tell(point.cell.name);
    PointOrder order;
    order.cell = &point.cell;
    order.replicate = round_;
    order.seed = mix_seed(input_.seed + round_);
    order.precision = input_.precision;
    order.fewest_slices = kFewestCurveSlices;
    plan_slices(order);
    if (outcome_.maximum_bytes_per_s > 0) order.load_maximum = outcome_.maximum_bytes_per_s;
    auto replicate = measure_point(*worker_, order);
    ++measured_;
    if (!replicate && replicate.error().kind == ErrorKind::interrupted) return replicate.error();
    if (!replicate) {
      point.failure = replicate.error().message;
      const Status told = observer_.failure(point.cell, replicate.error());
      return told && !worker_->alive() ? Status(replicate.error()) : told;
    }
    shorten_slices(*replicate);
    point.replicates.push_back(*replicate);
    return observer_.replicate(point.cell, *replicate);
  }

  // Where others want these CPUs, a short slice that begins with a wake-up is seldom preempted, and
  // a long one always is.
  void shorten_slices(const Replicate& replicate) {
    const auto kept_disturbed = static_cast<std::size_t>(
        std::count(replicate.slice_disturbed.begin(), replicate.slice_disturbed.end(), true));
    if (2 * kept_disturbed <= replicate.slice_disturbed.size()) return;
    longest_slice_ns_ = std::max(kShortestSlice_ns, longest_slice_ns_ / 4);
  }

  // As many slices as the budget has for each visit that is still owed, and shorter ones where it
  // has not even the fewest.
  void plan_slices(PointOrder& order) const {
    const double left_ns = budget_.left_ns(kCurveBudgetShare);
    const double points = static_cast<double>(
        std::max(input_.cell_at ? input_.points : std::size_t{0}, outcome_.points.size()) +
        (outcome_.fewer_threads ? 1 : 0));
    const double owed = std::max(1.0, points * input_.rounds - static_cast<double>(measured_));
    const double share_ns = left_ns / owed;
    const double fewest = kFewestCurveSlices + 1;
    order.slice_ns = static_cast<std::uint64_t>(std::clamp(
        share_ns / fewest, kShortestSlice_ns, std::max(kShortestSlice_ns, longest_slice_ns_)));
    order.most_slices = static_cast<unsigned>(std::clamp(
        share_ns / static_cast<double>(order.slice_ns), fewest, static_cast<double>(kMostSlices)));
  }

  [[nodiscard]] bool interrupted() const { return input_.workers->interrupted(); }
  [[nodiscard]] bool stopping() const { return interrupted() || budget_.over(); }

  void tell(const std::string& cell) {
    Progress progress;
    progress.cell = cell;
    progress.cells = progress.open = outcome_.points.size();
    progress.round = round_ + 1;
    progress.done = measured_;
    progress.elapsed_s = budget_.elapsed_s();
    progress.left_s = budget_.left_ns() * 1e-9;
    observer_.progress(progress);
  }

  CurveInput input_;
  RunObserver& observer_;
  Budget budget_;
  double longest_slice_ns_ = static_cast<double>(input_.slice_ns);
  unsigned round_ = 0;
  std::uint64_t measured_ = 0;
  WorkerLink* worker_ = nullptr;
  CurveOutcome outcome_;
};

}  // namespace

Result<CurveOutcome> run_curve(CurveInput input, RunObserver& observer) {
  PMB_CHECK(input.skeleton.size() >= 2 && input.clock != nullptr && input.workers != nullptr,
            "a curve has two ends, a clock and workers");
  return CurveRun(std::move(input), observer).run();
}

double load_bytes_per_s_of(const Replicate& replicate) {
  return replicate.details.loaded ? replicate.details.loaded->bytes_per_s : 0;
}

std::vector<CurvePoint> curve_of_round(const std::vector<PointSamples>& points, unsigned round) {
  std::vector<CurvePoint> curve;
  for (const PointSamples& point : points) {
    const auto found =
        std::find_if(point.replicates.begin(), point.replicates.end(),
                     [&](const Replicate& replicate) { return replicate.index == round; });
    if (found == point.replicates.end()) {
      if (!point.failure.empty()) continue;
      return {};
    }
    curve.push_back(point_of(point, *found));
  }
  return curve;
}

}  // namespace pmembench
