// HostPart: what one rank does for a measurement, as rank 0 asks: its own worker, clock and log.
#pragma once

#include <atomic>
#include <cstdio>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "cluster/link.hpp"
#include "platform/topology.hpp"
#include "run/open_worker.hpp"
#include "visibility/host_memory.hpp"

namespace pmembench {

// What is the same in every command of a run.
struct HostPartSettings {
  WorkerSettings worker;
  std::string version;
  std::uint64_t cpu_features = 0;
  std::string logs_folder;  // what this rank did, a line an event; empty: no log
  // A drill: in this command, after it went well a number of times, this rank gets this signal.
  // Empty: none.
  std::string drill_command;
  unsigned drill_rank = 0;
  int drill_signal = 0;
  unsigned drill_after = 0;
};

// The commands and answers are JSON. {"do":"hello"|"identity"|"open"|"begin"|"clocks"|"slices"|
// "end"|"close"|"visibility"|"quit", ...}; each answer is {...} or {"error":..., "kind":...}.
// Commands of one rank come one after the other. Used by one thread.
class HostPart {
 public:
  HostPart(ClusterLink& link, HostPartSettings settings);
  ~HostPart();
  HostPart(const HostPart&) = delete;
  HostPart& operator=(const HostPart&) = delete;

  // Never throws; an error of the link itself (not of the work) ends the run, and is `broken()`.
  nlohmann::json handle(const nlohmann::json& command);
  [[nodiscard]] const Status& link_status() const { return link_status_; }

 private:
  Result<nlohmann::json> dispatch(const std::string& verb, const nlohmann::json& command);
  Result<nlohmann::json> hello() const;
  Result<nlohmann::json> open(const nlohmann::json& command);
  Result<nlohmann::json> begin(const nlohmann::json& command);
  Result<nlohmann::json> clocks(const nlohmann::json& command);
  Result<nlohmann::json> take_slices(const nlohmann::json& command);
  Result<nlohmann::json> end();
  Result<Cell> own_cell(const nlohmann::json& command) const;
  void log(const nlohmann::json& line);

  ClusterLink& link_;
  HostPartSettings settings_;
  Topology topology_;
  MonotonicClock clock_;
  WorkerLauncher launcher_;
  std::unique_ptr<WorkerLink> worker_;
  Status link_status_;
  std::vector<MemoryLine> kept_;  // of the medium, while a nonce is in its place
  std::FILE* log_ = nullptr;
  unsigned drills_ = 0;  // how often the drill's command came
};

// The verb of a command, or "".
[[nodiscard]] std::string command_verb(const nlohmann::json& command);
// {"error":...}, and back.
[[nodiscard]] nlohmann::json error_answer(const Error& error);
[[nodiscard]] std::optional<Error> error_in(const nlohmann::json& answer);

// A rank other than 0: handles what rank 0 sends until it says quit. `patience_ms`: the longest
// silence of rank 0 until it has given its own limits with a command.
Status serve_rank(ClusterLink& link, HostPart& part, std::uint64_t patience_ms);

}  // namespace pmembench
