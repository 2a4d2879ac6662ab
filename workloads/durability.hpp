// Durability: what it costs to make bytes durable, step by step, on lines in a known state.
#pragma once

#include <optional>

#include "workloads/lockstep.hpp"
#include "workloads/stamped_buffer.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

// How far an operation goes, each step with those before it.
enum class DurableStep { store, flush, fence, barrier };

// What an operation finds, or makes, before it flushes.
enum class LineState {
  dirty,    // it stores the range
  clean,    // it loads the range, and stores nothing
  flushed,  // it stores, flushes and fences the range: what follows finds it written back
  shared    // it stores the range, and another thread loads it
};

// Two rows that differ by one step yield the cost of that step as their difference: each operation
// makes the state itself, inside of what is timed.
class DurabilityWorkload final : public Workload {
 public:
  struct Plan {
    dax_iter iter{};    // order, size and place; its buffer is filled in by prepare()
    dax_iter before{};  // of the thread whose lines this one loads (line state shared)
    DurableStep step = DurableStep::fence;
    LineState line = LineState::dirty;
    std::uint64_t repeat = 1;       // operations on a range before the next
    std::uint64_t flush_every = 1;  // operations; their ranges are flushed in one call
    std::uint64_t fence_every = 1;
    std::uint64_t source_offset = 0;
    bool read_after = false;
    std::uint64_t cell_seed = 0;  // stamps are equal in all threads of a cell
    unsigned index = 0, count = 1;
  };
  DurabilityWorkload(const Plan& plan, Path& path) : plan_(plan), path_(path) {}

  Status prepare() override;
  void refresh() override;
  Work run(std::uint64_t operations) override;
  std::string failure() const override;
  Status verify() override;

 private:
  struct States {
    std::uint64_t touched, flushed, read, before;
  };
  [[nodiscard]] States states() const;
  void go_back_to(const States& states);
  [[nodiscard]] bool loads() const;
  Status fill_range();
  std::int64_t operate();
  std::int64_t touch_range();
  std::int64_t share_range();
  std::int64_t finish_steps();
  Status check_slot(std::uint64_t offset_bytes);

  Plan plan_;
  Path& path_;
  std::optional<Lockstep> lockstep_;  // of the line state shared
  std::optional<StampedBuffer> buffer_;
  std::optional<StampedBuffer> found_;                  // what was loaded
  dax_iter touched_{}, flushed_{}, read_{}, before_{};  // one order; each walks it for one purpose
  std::uint64_t start_state_ = 0;
  std::uint64_t repeated_ = 0, unflushed_ = 0, unfenced_ = 0;
  std::uint64_t interval_ = 0, done_in_interval_ = 0;
  std::int64_t failed_ = 0;
};

}  // namespace pmembench
