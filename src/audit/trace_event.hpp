// TraceEvent: what a traced thread did to the medium, in the order in which it happened.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pmembench {

struct TraceEvent {
  enum class Kind : std::uint8_t {
    begin,  // an operation of the case begins; `number` is its place in the case
    end,    // it returned `result`
    store,  // `bytes` are what memory holds afterwards
    load,
    flush,  // of the line that holds `address`
    fence,
    system_call,   // `number`, `arguments`, `result`
    library_call,  // of a function that a device operation must not call: `name`
    unaudited      // what the model cannot follow: `name`
  };
  Kind kind = Kind::begin;
  unsigned thread = 0;   // 0 and 1: those that run cases; from 2 on: the backend's own
  std::uint64_t ip = 0;  // of the instruction
  std::uint64_t address = 0;
  std::uint64_t size_bytes = 0;
  bool past_cache = false;  // store: non-temporal or direct
  bool ordered = false;     // flush: needs no fence
  bool implied = false;     // fence: by a locked or serialising instruction
  std::uint64_t number = 0;
  std::array<std::uint64_t, 6> arguments{};
  std::int64_t result = 0;
  std::string_view name;
  std::span<const std::byte> bytes;  // valid during the call
};

class TraceObserver {
 public:
  TraceObserver() = default;
  TraceObserver(const TraceObserver&) = delete;
  TraceObserver& operator=(const TraceObserver&) = delete;
  virtual ~TraceObserver() = default;
  virtual void on_event(const TraceEvent& event) = 0;
};

}  // namespace pmembench
