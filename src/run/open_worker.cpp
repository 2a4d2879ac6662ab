#include "run/open_worker.hpp"

#include <nlohmann/json.hpp>

#include "dax/created_directory.hpp"
#include "dax/media.hpp"
#include "run/worker_process.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kOpenTimeout_ms = 600'000;
constexpr std::uint64_t kPrepareTimeout_ms = 300'000;
constexpr std::uint64_t kSliceTimeout_ms = 60'000;

// What a worker made for its medium, to be removed should the worker die before it does.
struct LeftBehind {
  CreatedFile file;
  CreatedDirectory directory;
};

LeftBehind made_by(const MediumFacts& medium, const std::string& media) {
  LeftBehind left;
  if (!medium.directory.empty()) left.directory = CreatedDirectory::adopt(medium.directory);
  const auto spec = parse_media(media);
  if (spec && medium.created && spec->kind != DAX_MEDIA_POSIX) {
    left.file = CreatedFile::adopt(spec->path);
  }
  return left;
}

class ProcessLink final : public WorkerLink {
 public:
  ProcessLink(const WorkerLauncher& launcher, std::set<std::string>& opened_media,
              std::unique_ptr<WorkerProcess> process, OpenRequest request)
      : launcher_(launcher),
        opened_media_(opened_media),
        process_(std::move(process)),
        request_(std::move(request)) {
    process_->send(to_json(request_));
  }

  Status await_open() override {
    const auto answer = process_->receive(kOpenTimeout_ms);
    if (launcher_.interrupted()) return interruption();
    if (!answer) return answer.error();
    auto opened = opened_reply_from_json(*answer);
    if (!opened) return opened.error();
    opened_ = *std::move(opened);
    calibrated_ = read_clocks();
    left_ = made_by(opened_.medium, request_.media);
    opened_media_.insert(request_.media);
    if (opened_.medium.probe.empty()) return {};
    left_by_probe_ = made_by(opened_.medium.probe.front(), request_.probe_media);
    opened_media_.insert(request_.probe_media);
    return {};
  }

  [[nodiscard]] const OpenedReply& opened() const override { return opened_; }

  Result<std::uint64_t> begin_cell(const CellRequest& request) override {
    const auto answer = ask(to_json(request), kPrepareTimeout_ms);
    if (!answer) return answer.error();
    return ready_reply_from_json(*answer);
  }

  Result<SliceReply> take_slice(bool first) override {
    const auto answer = ask({{"do", "slice"}, {"first", first}}, kSliceTimeout_ms);
    if (!answer) return answer.error();
    return slice_reply_from_json(*answer);
  }

  Result<CellDoneReply> end_cell() override {
    const auto answer = ask({{"do", "end"}}, kPrepareTimeout_ms);
    if (!answer) return answer.error();
    if (opened_.timer.invariant) {
      const Status agreed =
          check_foreign_pace(opened_.timer.ns_per_tick, calibrated_, read_clocks());
      if (!agreed) return agreed.error();
    }
    return cell_done_reply_from_json(*answer);
  }

  [[nodiscard]] bool alive() const override { return process_->alive(); }

 private:
  Result<nlohmann::json> ask(const nlohmann::json& message, std::uint64_t timeout_ms) {
    if (launcher_.interrupted()) return interruption();
    return process_->ask(message, timeout_ms);
  }

  const WorkerLauncher& launcher_;
  std::set<std::string>& opened_media_;
  LeftBehind left_, left_by_probe_;  // go after the process, which removes them unless it dies
  std::unique_ptr<WorkerProcess> process_;
  OpenRequest request_;
  OpenedReply opened_;
  ClockReading calibrated_;  // of this process, when the worker had calibrated its own
};

}  // namespace

OpenRequest open_request_for(const Cell& cell) {
  OpenRequest request;
  request.media = cell.media;
  request.backend = cell.backend;
  request.backend_options = cell.backend_options;
  request.node = cell.placement.memory_node;
  request.probe_media = cell.probe_media();
  return request;
}

Result<std::unique_ptr<WorkerLink>> WorkerLauncher::start(const Cell& cell) {
  auto process = WorkerProcess::start(settings_.command, settings_.environment);
  if (!process) return process.error();
  OpenRequest request = open_request_for(cell);
  request.destroy = may_overwrite(request.media);
  request.probe_destroy = !request.probe_media.empty() && may_overwrite(request.probe_media);
  request.plugins = settings_.plugins;
  request.without_cpu = settings_.without_cpu;
  return std::unique_ptr<WorkerLink>(
      std::make_unique<ProcessLink>(*this, opened_, *std::move(process), std::move(request)));
}

}  // namespace pmembench
