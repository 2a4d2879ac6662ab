// WorkerProcess: the coordinator's end of one worker.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "run/channel.hpp"

namespace pmembench {

// Sent to a worker by the kernel when the thread that started it ends. It ends one that does not
// handle it; `pmembench worker` first gives itself a moment to remove what it made.
inline constexpr int kParentDiedSignal = SIGUSR1;

// One child process, ended and reaped when the object goes. Used by one thread.
class WorkerProcess {
 public:
  // Starts `command` (path first, then arguments) with the protocol on its standard input and
  // output. What a terminal or a service manager sends to a whole group of processes (SIGINT,
  // SIGTERM, SIGHUP) is ignored in it: the coordinator decides when it ends, and it ends when the
  // coordinator does. The thread that starts a worker outlives it: the worker dies with it.
  // `environment`: KEY=VALUE that the worker has in addition to, or instead of, those of this
  // process.
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
  // A signal ended it, or it was killed since it gave no answer. It did not end by itself.
  [[nodiscard]] bool was_ended() const { return was_ended_; }

 private:
  WorkerProcess(pid_t pid, Channel channel) : pid_(pid), channel_(std::move(channel)) {}
  Error death();  // reaps
  Error death_by_fault(const nlohmann::json& report);
  bool ends_within(std::uint64_t milliseconds);
  std::optional<int> reap();  // waits; the status, if there was one

  pid_t pid_;
  Channel channel_;
  Status sent_;                  // how the last send() went
  std::uint64_t oom_kills_ = 0;  // before it was started
  bool was_ended_ = false;
};

// "SIGBUS (bus error)" for 7, and so on.
[[nodiscard]] std::string signal_text(int signal);

}  // namespace pmembench
