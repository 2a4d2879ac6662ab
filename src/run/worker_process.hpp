// WorkerProcess: the coordinator's end of one worker.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "run/channel.hpp"

namespace pmembench {

// One child process, ended and reaped when the object goes. Used by one thread.
class WorkerProcess {
 public:
  // Starts `command` (path first, then arguments) with the protocol on its standard input and
  // output. What a terminal or a service manager sends to a whole group of processes (SIGINT,
  // SIGTERM, SIGHUP) is ignored in it: the coordinator decides when it ends, and its end tells it.
  // `environment`: KEY=VALUE that the worker has besides, or instead of, what this process has.
  static Result<std::unique_ptr<WorkerProcess>> start(
      const std::vector<std::string>& command, const std::vector<std::string>& environment = {});
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;
  // Asks it to quit, waits up to 20 s, then kills it.
  ~WorkerProcess();

  // Sends and waits for the answer. Errors: the worker died (names signal or status, and the offset
  // in the medium where it said one, code EPIPE),
  // no answer within `timeout_ms` (it is killed then, code ETIMEDOUT), interrupted (kind
  // interrupted).
  Result<nlohmann::json> ask(const nlohmann::json& message, std::uint64_t timeout_ms);
  // The two halves of ask(), for several workers that do something at the same time. Errors of
  // sending are met when the answer is waited for.
  void send(const nlohmann::json& message);
  Result<nlohmann::json> receive(std::uint64_t timeout_ms);
  [[nodiscard]] bool alive() const { return pid_ > 0; }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  WorkerProcess(pid_t pid, Channel channel) : pid_(pid), channel_(std::move(channel)) {}
  Error death();  // reaps
  Error death_by_fault(const nlohmann::json& report);
  bool reap_within(std::uint64_t milliseconds);

  pid_t pid_;
  Channel channel_;
  Status sent_;  // how the last send() went
};

// "SIGBUS (bus error)" for 7, and so on.
[[nodiscard]] std::string signal_text(int signal);

}  // namespace pmembench
