// A visibility trial between two processes of one host.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/result.hpp"
#include "visibility/verdict.hpp"

namespace pmembench {

// How each of the two processes gets its view of the memory; `host` is 0 for the writer, 1 for the
// reader. Called in the process that uses it.
using MakeHostMemory = std::function<Result<std::unique_ptr<HostMemory>>(unsigned host)>;

struct TrialOrder {
  StoreWay store = StoreWay::none;
  LoadWay load = LoadWay::plain;
  MessageLayout layout;
  std::uint64_t tries = 0;
  std::uint64_t limit_ms = 10'000;  // for one message
  const std::atomic<bool>* interrupted = nullptr;
};

// The writer is this process, the reader a fork of it. Errors: a process that died or waited longer
// than the limit (runtime); what `make` refuses; interrupted.
Result<VisibilityCell> run_in_two_processes(const TrialOrder& order, const MakeHostMemory& make);

}  // namespace pmembench
