#include "run/curve_runner.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/random.hpp"
#include "measure/estimate.hpp"
#include "measure/spread.hpp"
#include "run/curve_visit.hpp"
#include "run/worker_process.hpp"

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

CurvePoint point_of(const CurveVisits& visits, const Replicate& replicate) {
  CurvePoint point;
  point.share = visits.share;
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
      : input_(std::move(input)), observer_(observer), begin_ns_(input_.clock->now_ns()) {
    outcome_.points = std::move(input_.skeleton);
    if (input_.fewer_threads)
      outcome_.fewer_threads = CurveVisits{*input_.fewer_threads, 0, {}, ""};
  }

  Result<CurveOutcome> run() {
    for (round_ = 0; round_ < input_.rounds && !stopping(); ++round_) {
      const Status status = one_round();
      if (!status && status.error().code != EINTR) return status.error();
      if (!status) break;
    }
    outcome_.interrupted = interrupted();
    outcome_.budget_ended = !outcome_.interrupted && outcome_.rounds < input_.rounds;
    return std::move(outcome_);
  }

 private:
  Status one_round() {
    LeftBehind left_behind, left_by_probe;  // go after the worker
    auto worker = WorkerProcess::start(input_.worker_command);
    if (!worker) return worker.error();
    const Cell& cell = outcome_.points.back().cell;
    OpenRequest request = open_request_for(cell);
    request.destroy = input_.destroy || input_.found_empty.contains(request.media);
    request.probe_destroy = input_.destroy || input_.found_empty.contains(request.probe_media);
    request.plugins = input_.plugins;
    request.without_cpu = input_.without_cpu;
    const auto answer = (*worker)->ask(to_json(request), kOpenTimeout_ms);
    if (!answer) return answer.error();
    auto opened = opened_reply_from_json(*answer);
    if (!opened) return opened.error();
    left_behind = made_by(*opened, request.media);
    if (!opened->medium.probe.empty()) {
      OpenedReply probe = *opened;
      probe.medium = opened->medium.probe.front();
      left_by_probe = made_by(probe, request.probe_media);
    }
    worker_ = worker->get();
    opened_ = &*opened;
    const Status status = round_ == 0 ? first_round() : further_round();
    if (status && !stopping()) ++outcome_.rounds;
    return status;
  }

  Status first_round() {
    if (const Status status = visit(outcome_.points.back()); !status) return status;
    if (!outcome_.points.back().failure.empty()) {
      return runtime_error("{}: {}", outcome_.points.back().cell.name,
                           outcome_.points.back().failure);
    }
    outcome_.maximum_bytes_per_s = load_bytes_per_s_of(outcome_.points.back().replicates.front());
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i + 1 < outcome_.points.size(); ++i) order.push_back(i);
    shuffle(order, mix_seed(input_.seed));
    for (const std::size_t at : order) {
      if (const Status status = visit(outcome_.points[at]); !status) return status;
    }
    return refine();
  }

  // Points where this process's curve is least known.
  Status refine() {
    while (input_.cell_at && outcome_.points.size() < input_.points && !stopping()) {
      const std::vector<CurvePoint> curve = curve_of_round(outcome_.points, 0);
      const std::optional<double> share = next_share(curve);
      if (!share) break;
      auto cell = input_.cell_at(*share);
      if (!cell) return cell.error();
      const auto after =
          std::find_if(outcome_.points.begin(), outcome_.points.end(),
                       [&](const CurveVisits& point) { return point.share > *share; });
      const auto added =
          outcome_.points.insert(after, CurveVisits{*std::move(cell), *share, {}, ""});
      if (const Status status = visit(*added); !status) return status;
      if (!added->failure.empty()) break;
    }
    return visit_fewer_threads();
  }

  Status further_round() {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < outcome_.points.size(); ++i) order.push_back(i);
    shuffle(order, mix_seed(input_.seed + round_));
    for (const std::size_t at : order) {
      if (const Status status = visit(outcome_.points[at]); !status) return status;
    }
    return visit_fewer_threads();
  }

  Status visit_fewer_threads() {
    return outcome_.fewer_threads ? visit(*outcome_.fewer_threads) : Status();
  }

  // A point that fails is not tried again; that the run ends is the only error, and a worker that
  // died.
  Status visit(CurveVisits& point) {
    if (!point.failure.empty()) return {};
    if (stopping()) return Error{ErrorKind::runtime, "the budget ended", EINTR};
    tell(point.cell.name);
    VisitOrder order;
    order.cell = &point.cell;
    order.replicate = round_;
    order.seed = mix_seed(input_.seed + round_);
    order.precision = input_.precision;
    order.fewest_slices = kFewestCurveSlices;
    plan_slices(order);
    if (outcome_.maximum_bytes_per_s > 0) order.load_maximum = outcome_.maximum_bytes_per_s;
    const auto ask = [&](const nlohmann::json& message, std::uint64_t timeout_ms) {
      if (interrupted())
        return Result<nlohmann::json>(Error{ErrorKind::runtime, "interrupted", EINTR});
      return worker_->ask(message, timeout_ms);
    };
    auto replicate = visit_point(ask, order, *opened_);
    ++visits_;
    if (!replicate && replicate.error().code == EINTR) return replicate.error();
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
  void plan_slices(VisitOrder& order) const {
    const double left_ns =
        std::max(0.0, kCurveBudgetShare * static_cast<double>(input_.budget_ns) -
                          static_cast<double>(input_.clock->now_ns() - begin_ns_));
    const double points = static_cast<double>(
        std::max(input_.cell_at ? input_.points : std::size_t{0}, outcome_.points.size()) +
        (outcome_.fewer_threads ? 1 : 0));
    const double owed = std::max(1.0, points * input_.rounds - static_cast<double>(visits_));
    const double share_ns = left_ns / owed;
    const double fewest = kFewestCurveSlices + 1;
    order.slice_ns = static_cast<std::uint64_t>(std::clamp(
        share_ns / fewest, kShortestSlice_ns, std::max(kShortestSlice_ns, longest_slice_ns_)));
    order.most_slices = static_cast<unsigned>(std::clamp(
        share_ns / static_cast<double>(order.slice_ns), fewest, static_cast<double>(kMostSlices)));
  }

  [[nodiscard]] bool interrupted() const {
    return input_.interrupted != nullptr && input_.interrupted->load(std::memory_order_relaxed);
  }
  [[nodiscard]] bool stopping() const {
    return interrupted() || input_.clock->now_ns() - begin_ns_ >= input_.budget_ns;
  }

  void tell(const std::string& cell) {
    Progress progress;
    progress.cell = cell;
    progress.cells = progress.open = outcome_.points.size();
    progress.round = round_ + 1;
    progress.done = visits_;
    progress.elapsed_s = static_cast<double>(input_.clock->now_ns() - begin_ns_) * 1e-9;
    progress.left_s =
        std::max(0.0, static_cast<double>(input_.budget_ns) * 1e-9 - progress.elapsed_s);
    observer_.progress(progress);
  }

  CurveInput input_;
  RunObserver& observer_;
  std::uint64_t begin_ns_;
  double longest_slice_ns_ = static_cast<double>(input_.slice_ns);
  unsigned round_ = 0;
  std::uint64_t visits_ = 0;
  WorkerProcess* worker_ = nullptr;
  const OpenedReply* opened_ = nullptr;
  CurveOutcome outcome_;
};

}  // namespace

Result<CurveOutcome> run_curve(CurveInput input, RunObserver& observer) {
  PMB_CHECK(input.skeleton.size() >= 2 && input.clock != nullptr, "a curve has two ends");
  return CurveRun(std::move(input), observer).run();
}

double load_bytes_per_s_of(const Replicate& replicate) {
  return replicate.details.loaded ? replicate.details.loaded->bytes_per_s : 0;
}

std::vector<CurvePoint> curve_of_round(const std::vector<CurveVisits>& points, unsigned round) {
  std::vector<CurvePoint> curve;
  for (const CurveVisits& point : points) {
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
