// Workers as processes: how they are started, what they may overwrite, what they leave behind.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "dax/media_hold.hpp"
#include "dax/registry.hpp"
#include "platform/prefetch_control.hpp"
#include "run/read_kernel.hpp"
#include "run/worker_link.hpp"

namespace pmembench {

struct WorkerSettings {
  std::vector<std::string> command;      // path and arguments of a worker
  std::vector<std::string> environment;  // KEY=VALUE added to this process's
  PluginSearch plugins;
  std::string without_cpu;  // features that the CPU is taken not to have
  bool destroy = false;     // existing content of the media may be overwritten
  bool joint = false;       // other processes of this measurement use the same bytes
  // What the paths of media led to when they were looked at (medium_identity()): a worker opens
  // that and nothing else that came to the name since. One that was there and held nothing may be
  // overwritten from the second open on; the first open still makes sure that it is empty.
  std::map<std::string, std::string> identities;
  const std::atomic<bool>* interrupted = nullptr;  // set by SIGINT; may be null
  // Of the run, which may have several launchers.
  // Media that this run keeps from all others between its workers.
  std::shared_ptr<MediaHolds> holds = std::make_shared<MediaHolds>();
  std::shared_ptr<KernelChoices> kernels = std::make_shared<KernelChoices>();
  std::shared_ptr<PrefetchControl> prefetchers = std::make_shared<PrefetchControl>();
};

// What all workers of one launcher have to be alike in, by what they were asked to open: they are
// measured together. What rows hold beyond that is compared in each row.
class OpenedAlike {
 public:
  // Runtime error: a worker that was asked for the same had another binary or plugin, or found
  // another size.
  Status remember(const OpenRequest& request, const OpenedReply& opened);

 private:
  struct Seen {
    std::string software;
    std::uint64_t size_bytes = 0;
  };
  std::map<std::string, Seen> seen_;
};

// Used by one thread. Outlives the workers that it starts.
class WorkerLauncher final : public WorkerSource {
 public:
  explicit WorkerLauncher(WorkerSettings settings) : settings_(std::move(settings)) {}

  Result<std::unique_ptr<WorkerLink>> start(const Cell& cell) override;
  [[nodiscard]] bool interrupted() const override {
    return settings_.interrupted != nullptr &&
           settings_.interrupted->load(std::memory_order_relaxed);
  }

 private:
  // Of the medium's path, looked at now if it was not before; empty: it has none.
  std::string identity_of(const std::string& media);
  Status hold(const std::string& media);
  // A worker of this launcher found it empty, or filled it since, by whichever name.
  [[nodiscard]] bool is_ours(const std::string& identity) const;

  WorkerSettings settings_;
  std::set<std::string> opened_;  // identities of what workers of this launcher have opened
  OpenedAlike alike_;
};

// How long a worker may be silent: several times the slices that it was asked for, at least.
[[nodiscard]] std::uint64_t slice_timeout_ms(std::uint64_t slice_ns);
[[nodiscard]] std::uint64_t prepare_timeout_ms(std::uint64_t slice_ns);

// An error of a request for `request`'s cell: a slice at a rate that is too high lasts until all
// arrivals are served, and ends by that name.
[[nodiscard]] Error with_cause(Error error, const CellRequest& request);

// What the worker of this cell's device is asked to open; rights are still to be added.
[[nodiscard]] OpenRequest open_request_for(const Cell& cell);

}  // namespace pmembench
