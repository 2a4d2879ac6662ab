// Workers as processes: how they are started, what they may overwrite, what they leave behind.
#pragma once

#include <atomic>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "dax/registry.hpp"
#include "run/worker_link.hpp"

namespace pmembench {

struct WorkerSettings {
  std::vector<std::string> command;      // path and arguments of a worker
  std::vector<std::string> environment;  // KEY=VALUE besides this process's
  PluginSearch plugins;
  std::string without_cpu;  // features that the CPU is taken not to have
  bool destroy = false;     // existing content of the media may be overwritten
  // Media, as cells write them, that were there before and held nothing. The first open still makes
  // sure of that; what they hold afterwards is this run's own and may be overwritten.
  std::set<std::string> found_empty;
  const std::atomic<bool>* interrupted = nullptr;  // set by SIGINT; may be null
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
  [[nodiscard]] bool may_overwrite(const std::string& media) const {
    return settings_.destroy || (settings_.found_empty.contains(media) && opened_.contains(media));
  }

  WorkerSettings settings_;
  std::set<std::string> opened_;  // media that a worker of this launcher has opened
};

// What the worker of this cell's device is asked to open; rights are still to be added.
[[nodiscard]] OpenRequest open_request_for(const Cell& cell);

}  // namespace pmembench
