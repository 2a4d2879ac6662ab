// handover: lines that another CPU has in its caches, loaded one after the other: the latency from
// core to core, as MLC's c2c and multichase's ping-pong.
#include <emmintrin.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "workloads/access_pattern.hpp"
#include "workloads/chain.hpp"
#include "workloads/parameters.hpp"
#include "workloads/pointer_step.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr unsigned kSpinsOfHandover = 5000;  // then the other may be waiting for this CPU
constexpr std::uint64_t kOwnLine = 8;        // behind a node's pointer, on its line

enum class HandedState { dirty, clean, ping_pong };

HandedState handed_state_of(const Parameters& parameters) {
  const std::string& text = text_of(parameters, "state");
  if (text == "clean") return HandedState::clean;
  return text == "dirty" ? HandedState::dirty : HandedState::ping_pong;
}

ChainSpec spec_of_handover(const Parameters& parameters, std::uint64_t seed) {
  ChainSpec spec;
  spec.stride_bytes = number_of(parameters, "stride");
  spec.seed = seed;
  return spec;
}

std::uint64_t handed_lines_of(const Parameters& parameters, std::uint64_t device_bytes) {
  const std::uint64_t bytes = std::min(range_bytes_of(parameters, device_bytes), device_bytes);
  return bytes / number_of(parameters, "stride");
}

// Thread 0 has the lines: before each interval it writes to them, or flushes and loads them. Thread
// 1 then loads each once, in random order, each address by the load before.
class HandedLines final : public Workload {
 public:
  HandedLines(std::span<std::byte> region, const ChainSpec& spec, HandedState state,
              const ThreadPosition& position)
      : region_(region),
        spec_(spec),
        state_(state),
        owns_(position.index == 0),
        reads_(position.index == 1 || position.count == 1) {}

  Status prepare() override {
    if (owns_) first_ = build_chain(region_, spec_);
    return {};
  }

  // On the CPU of thread 0, whichever thread's workload this is.
  void refresh() override {
    ++interval_;
    read_ = 0;
    if (!owns_) return;
    for (std::uint64_t at = 0; at < region_.size(); at += spec_.stride_bytes) {
      std::byte* const line = region_.data() + at;
      if (state_ == HandedState::clean) _mm_clflush(line);
      if (state_ == HandedState::dirty) std::memcpy(line + kOwnLine, &interval_, sizeof interval_);
    }
    if (state_ != HandedState::clean) return;
    _mm_mfence();
    volatile std::byte seen{};
    for (std::uint64_t at = 0; at < region_.size(); at += spec_.stride_bytes) {
      seen = region_[at];
    }
    static_cast<void>(seen);
  }

  Work run(std::uint64_t operations) override {
    if (!reads_) return {operations, 0};
    // The cycle begins where its builder says: any node is as good a beginning.
    void* at = region_.data();
    for (std::uint64_t i = 0; i < operations; ++i) at = pointer_step(at);
    last_ = at;
    read_ += operations;
    return {operations, operations * DAX_LINE_BYTES};
  }

  std::string failure() const override { return {}; }

  Status verify() override {
    if (!reads_ || read_ == 0) return {};
    void* at = region_.data();
    for (std::uint64_t i = 0; i < read_; ++i) {
      std::memcpy(&at, at, sizeof at);
      if (at != region_.data() || (i + 1) % chain_nodes(spec_, region_.size()) == 0) continue;
      return runtime_error("the lines came back to the first after {} of {}: the cycle is broken",
                           i + 1, chain_nodes(spec_, region_.size()));
    }
    return at == last_ ? Status() : runtime_error("the lines did not end where they lead");
  }

 private:
  std::span<std::byte> region_;
  ChainSpec spec_;
  HandedState state_;
  bool owns_, reads_;
  void* first_ = nullptr;
  void* last_ = nullptr;
  std::uint64_t interval_ = 0;
  std::uint64_t read_ = 0;
};

// One line that goes to and fro: thread 0 makes the number odd, thread 1 even. An operation is one
// round trip.
class PingPong final : public Workload {
 public:
  PingPong(std::span<std::byte> line, const ThreadPosition& position)
      : number_(*static_cast<std::uint64_t*>(static_cast<void*>(line.data()))),
        alone_(position.count == 1),
        odd_(position.index == 0) {}

  Status prepare() override {
    if (odd_) std::atomic_ref(number_).store(0);
    return {};
  }
  void refresh() override {
    // Both threads count the trips of an interval from here.
    begin_ = trips_;
  }
  Work run(std::uint64_t operations) override {
    for (std::uint64_t i = 0; i < operations; ++i, ++trips_) {
      const std::uint64_t mine = 2 * trips_ + (odd_ ? 1 : 2);
      if (!odd_ || alone_) wait_for(odd_ ? mine - 1 : mine - 1);
      std::atomic_ref(number_).store(mine, std::memory_order_release);
      if (odd_ && !alone_) wait_for(mine + 1);
      if (alone_) std::atomic_ref(number_).store(mine + 1, std::memory_order_release);
    }
    return {operations, operations * DAX_LINE_BYTES};
  }
  std::string failure() const override { return {}; }
  Status verify() override {
    const std::uint64_t found = std::atomic_ref(number_).load(std::memory_order_acquire);
    if (found == 2 * trips_) return {};
    return runtime_error("the line went {} times to and fro and holds {} in place of {}", trips_,
                         found, 2 * trips_);
  }

 private:
  void wait_for(std::uint64_t number) {
    for (unsigned spins = 0; std::atomic_ref(number_).load(std::memory_order_acquire) < number;
         ++spins) {
      if (spins > kSpinsOfHandover) sched_yield();
    }
  }

  std::uint64_t& number_;
  bool alone_;
  bool odd_;
  std::uint64_t trips_ = 0;
  std::uint64_t begin_ = 0;
};

Status check_handover(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  const std::uint64_t stride_bytes = number_of(parameters, "stride");
  if (stride_bytes < DAX_LINE_BYTES || stride_bytes % DAX_LINE_BYTES != 0) {
    return usage_error("stride {} is not a multiple of the line of 64 bytes", stride_bytes);
  }
  if (threads > 2) {
    return usage_error(
        "lines are handed from one CPU to one other, and {} threads were asked for; "
        "use threads: 2 and a placement for each pair",
        threads);
  }
  if (device_bytes == 0 || handed_lines_of(parameters, device_bytes) >= 2) return {};
  return usage_error("range_size has fewer than two lines of stride {}", stride_bytes);
}

}  // namespace

WorkloadType handover_type() {
  WorkloadType type;
  type.name = "handover";
  type.summary = "lines that another CPU has in its caches, loaded one by one: core to core";
  type.needs_mapping = true;
  type.dependent = true;
  type.parameters = {{"state",
                      ValueKind::choice,
                      "dirty",
                      {"dirty", "clean", "ping-pong"},
                      "of the lines when they are loaded; ping-pong: one line to and fro, an "
                      "operation is both ways"},
                     {"stride", ValueKind::size, "256", {}, "bytes between the lines"},
                     {"range_size",
                      ValueKind::size,
                      "262144",
                      {},
                      "bytes that the lines are in: less than a cache"}};
  type.writes = type.durable = [](const Parameters&) { return false; };
  type.check = check_handover;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    const std::uint64_t stride = number_of(parameters, "stride");
    const auto region =
        path.mapping().first(handed_lines_of(parameters, path.size_bytes()) * stride);
    if (handed_state_of(parameters) == HandedState::ping_pong) {
      return std::unique_ptr<Workload>(std::make_unique<PingPong>(region.first(stride), position));
    }
    return std::unique_ptr<Workload>(
        std::make_unique<HandedLines>(region, spec_of_handover(parameters, position.cell_seed),
                                      handed_state_of(parameters), position));
  };
  type.first_serves = true;
  type.operations_a_slice = [](const Parameters& parameters) -> std::uint64_t {
    // Each line once: what was loaded is in the reader's own cache.
    if (handed_state_of(parameters) == HandedState::ping_pong) return 0;
    return number_of(parameters, "range_size") / number_of(parameters, "stride");
  };
  return type;
}

}  // namespace pmembench
