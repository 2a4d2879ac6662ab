#include "run/open_worker.hpp"

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "dax/created_directory.hpp"
#include "dax/media.hpp"
#include "dax/media_claim.hpp"
#include "dax/media_stack.hpp"
#include "plan/cell_keys.hpp"
#include "run/checked_worker.hpp"
#include "run/worker_process.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kOpenTimeout_ms = 600'000;
constexpr std::uint64_t kPrepareTimeout_ms = 300'000;
constexpr std::uint64_t kSliceTimeout_ms = 60'000;
constexpr std::uint64_t kMillisecond_ns = 1'000'000;
// A slice is calibrated to its length and may still take a few times as long on a host that is
// busy; preparing a cell takes several slices for its pace.
constexpr std::uint64_t kSlicesInSlice = 5;
constexpr std::uint64_t kSlicesInPreparation = 20;
// First touch of the slowest medium, and zeroes written to a disk.
constexpr std::uint64_t kTouchedBytesPerMs = 100'000;

// What a worker made for its medium, to be removed should the worker die before it does.
struct LeftBehind {
  CreatedFile file;
  CreatedDirectory directory;
};

LeftBehind made_by(const MediumFacts& medium, const std::string& media, bool unnamed) {
  LeftBehind left;
  if (!medium.directory.empty()) left.directory = CreatedDirectory::adopt(medium.directory);
  const auto spec = parse_media(media);
  // Of the parts of a stack it is not known here which were made.
  const bool file = spec && spec->parts.empty() && spec->kind != DAX_MEDIA_POSIX;
  if (file && medium.created && !unnamed) {
    left.file = CreatedFile::adopt(spec->path);
  }
  return left;
}

PrefetchControl::State prefetchers_of(const Parameters& parameters) {
  const auto found = parameters.find(kPrefetchersKey);
  if (found == parameters.end() || found->second == kPrefetchersAsFound) {
    return PrefetchControl::State::as_found;
  }
  return found->second == "on" ? PrefetchControl::State::on : PrefetchControl::State::off;
}

class ProcessLink final : public WorkerLink {
 public:
  ProcessLink(const WorkerLauncher& launcher, std::set<std::string>& opened_identities,
              OpenedAlike& alike, const WorkerSettings& settings,
              std::unique_ptr<WorkerProcess> process, OpenRequest request)
      : launcher_(launcher),
        opened_identities_(opened_identities),
        alike_(alike),
        kernels_(*settings.kernels),
        prefetchers_(*settings.prefetchers),
        process_(std::move(process)),
        request_(std::move(request)) {
    process_->send(to_json(request_));
  }

  Status await_open_within(std::uint64_t most_ms) override {
    const auto spec = parse_media(request_.media);
    const std::uint64_t size_bytes = spec ? spec->size_bytes : 0;
    const auto answer =
        process_->receive(std::min(most_ms, kOpenTimeout_ms + size_bytes / kTouchedBytesPerMs));
    if (launcher_.interrupted()) return interruption();
    if (!answer) return answer.error();
    auto opened = opened_reply_from_json(*answer);
    if (!opened) return opened.error();
    opened_ = *std::move(opened);
    const Status alike = alike_.remember(request_, opened_);
    calibrated_ = read_clocks();
    left_ = made_by(opened_.medium, request_.media, opened_.unnamed);
    remember(request_.identity);
    if (opened_.medium.probe.empty()) return alike;
    left_by_probe_ =
        made_by(opened_.medium.probe.front(), request_.probe_media, opened_.probe_unnamed);
    remember(request_.probe_identity);
    return alike;
  }

  [[nodiscard]] const OpenedReply& opened() const override { return opened_; }

  Result<std::uint64_t> begin_cell(const CellRequest& request) override {
    cell_ = request;
    const Status switched =
        prefetchers_.apply(prefetchers_of(request.cell.parameters), request.cell.placement.cpus);
    if (!switched) return switched.error();
    cell_.kernel = kernels_.of(request.cell);
    const auto answer = ask(to_json(cell_), prepare_timeout_ms(request.slice_ns));
    if (!answer) return with_cause(answer.error(), cell_);
    const auto ready = ready_reply_from_json(*answer);
    if (!ready) return ready.error();
    if (ready->kernel) kernels_.remember(request.cell, *ready->kernel);
    return ready->operations;
  }

  Result<SliceReply> take_turn(bool first, unsigned turn) override {
    nlohmann::json request{{"do", "slice"}, {"first", first}};
    if (turn != 0) request["turn"] = turn;
    const auto answer = ask(request, slice_timeout_ms(cell_.slice_ns));
    if (!answer) return with_cause(answer.error(), cell_);
    return slice_reply_from_json(*answer);
  }

  Result<CellDoneReply> end_cell() override {
    const auto answer = ask({{"do", "end"}}, kPrepareTimeout_ms);
    if (!answer) return answer.error();
    if (opened_.timer.invariant && !opened_.timer.is_virtual()) {
      const Status agreed =
          check_foreign_pace(opened_.timer.ns_per_tick, calibrated_, read_clocks());
      if (!agreed) return agreed.error();
    }
    return cell_done_reply_from_json(*answer);
  }

  [[nodiscard]] bool alive() const override { return process_->alive(); }

 private:
  void remember(const std::string& identity) {
    for (std::string& each : split_identities(identity)) {
      opened_identities_.insert(std::move(each));
    }
  }

  Result<nlohmann::json> ask(const nlohmann::json& message, std::uint64_t timeout_ms) {
    if (launcher_.interrupted()) return interruption();
    return process_->ask(message, timeout_ms);
  }

  const WorkerLauncher& launcher_;
  std::set<std::string>& opened_identities_;
  OpenedAlike& alike_;
  KernelChoices& kernels_;
  PrefetchControl& prefetchers_;
  LeftBehind left_, left_by_probe_;  // go after the process, which removes them unless it dies
  std::unique_ptr<WorkerProcess> process_;
  OpenRequest request_;
  OpenedReply opened_;
  CellRequest cell_;
  ClockReading calibrated_;  // of this process, when the worker had calibrated its own
};

}  // namespace

std::uint64_t slice_timeout_ms(std::uint64_t slice_ns) {
  return kSliceTimeout_ms + kSlicesInSlice * (slice_ns / kMillisecond_ns);
}

std::uint64_t prepare_timeout_ms(std::uint64_t slice_ns) {
  return kPrepareTimeout_ms + kSlicesInPreparation * (slice_ns / kMillisecond_ns);
}

Error with_cause(Error error, const CellRequest& request) {
  if (error.code != ETIMEDOUT || request.cell.rate.empty()) return error;
  error.message += fmt::format(
      ": the rate asked for ({}) was not kept in slices of {}; ask for a lower rate, or shorter "
      "slices",
      request.cell.rate, format_duration_ns(static_cast<double>(request.slice_ns)));
  return error;
}

Status OpenedAlike::remember(const OpenRequest& request, const OpenedReply& opened) {
  const std::string key = fmt::format("{}|{}|{}|{}", request.media, request.backend,
                                      request.backend_options, request.used_bytes);
  const auto [place, first] =
      seen_.try_emplace(key, Seen{opened.software, opened.medium.size_bytes});
  const Seen& seen = place->second;
  if (seen.software != opened.software) {
    return runtime_error(
        "the software was {} when this began and is {} now: leave the binary and its plugins alone "
        "while they are measured, and start again",
        seen.software, opened.software);
  }
  if (seen.size_bytes != opened.medium.size_bytes) {
    return runtime_error(
        "{} had {} when this began and has {} now: leave it alone while it is measured, and start "
        "again",
        request.media, format_size(seen.size_bytes), format_size(opened.medium.size_bytes));
  }
  return {};
}

OpenRequest open_request_for(const Cell& cell) {
  OpenRequest request;
  request.media = cell.media;
  request.backend = cell.backend;
  request.backend_options = cell.backend_options;
  request.node = cell.placement.memory_node;
  request.probe_media = cell.probe_media();
  request.used_bytes = cell.used_bytes;
  return request;
}

std::string WorkerLauncher::identity_of(const std::string& media) {
  const auto spec = parse_media(media);
  if (!spec || spec->kind == DAX_MEDIA_POSIX) return {};
  std::vector<std::string> identities;
  for (const MediaSpec* part : simple_media(*spec)) {
    std::string& identity = identities.emplace_back();
    if (part->path.empty()) continue;
    const auto known = settings_.identities.find(part->path);
    identity = known != settings_.identities.end()
                   ? known->second
                   : settings_.identities[part->path] = medium_identity(part->path);
  }
  return join_identities(identities);
}

Status WorkerLauncher::hold(const std::string& media) {
  const auto spec = parse_media(media);
  if (!spec || spec->kind == DAX_MEDIA_POSIX || spec->kind == DAX_MEDIA_SIM) return {};
  for (const MediaSpec* part : simple_media(*spec)) {
    if (Status held = settings_.holds->take(*part, settings_.joint, "/"); !held) return held;
  }
  return {};
}

bool WorkerLauncher::is_ours(const std::string& identity) const {
  if (settings_.destroy || identity.empty()) return false;
  const std::vector<std::string> parts = split_identities(identity);
  // Memory has no identity, and nothing in it that could be lost.
  return std::all_of(parts.begin(), parts.end(), [&](const std::string& part) {
    return part.empty() || (part != "nothing" && opened_.contains(part));
  });
}

Result<std::unique_ptr<WorkerLink>> WorkerLauncher::start(const Cell& cell) {
  for (const std::string& media : {cell.media, cell.probe_media()}) {
    if (const Status held = hold(media); !held) return held.error();
  }
  auto process = WorkerProcess::start(settings_.command, settings_.environment);
  if (!process) return process.error();
  OpenRequest request = open_request_for(cell);
  request.destroy = settings_.destroy;
  request.joint = settings_.joint;
  request.held = true;
  request.identity = identity_of(request.media);
  request.found_empty = is_ours(request.identity);
  if (!request.probe_media.empty()) {
    request.probe_destroy = settings_.destroy;
    request.probe_identity = identity_of(request.probe_media);
    request.probe_found_empty = is_ours(request.probe_identity);
  }
  request.plugins = settings_.plugins;
  request.without_cpu = settings_.without_cpu;
  return checked(std::make_unique<ProcessLink>(*this, opened_, alike_, settings_,
                                               *std::move(process), std::move(request)));
}

}  // namespace pmembench
