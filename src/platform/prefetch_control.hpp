// PrefetchControl: prefetchers of single CPUs on or off for a time, and back in any case.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "platform/prefetchers.hpp"

namespace pmembench {

// While a CPU differs from how it was found, a process of its own session watches this one: when
// this one asks, ends or is killed it writes the values back. Only a signal that kills both, a
// crash of the host, or the loss of the register's file can leave a CPU changed. Used by one
// thread, in a process that has no other thread when a CPU is first switched.
class PrefetchControl {
 public:
  // ROOT: "/" on a live host.
  explicit PrefetchControl(std::string root = "/") : root_(std::move(root)) {}
  PrefetchControl(const PrefetchControl&) = delete;
  PrefetchControl& operator=(const PrefetchControl&) = delete;
  ~PrefetchControl();

  enum class State { as_found, on, off };
  // These CPUs to that state, and all others as they were found. An error: a register cannot be
  // read or written, or does not keep what was written; then all are as they were found.
  Status apply(State state, std::span<const int> cpus);

 private:
  Status switch_cpu(const PrefetchRegister& where, int cpu, bool off);
  Status restore();
  Status begin_watch();
  Status tell(int cpu, std::uint64_t value);

  std::string root_;
  UniqueFd watcher_;  // a socket to it
  int watcher_pid_ = -1;
  PrefetchRegister where_;
  std::map<int, std::uint64_t> found_;  // of CPUs that were switched
  State state_ = State::as_found;
};

}  // namespace pmembench
