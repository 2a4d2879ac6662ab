// The slice loop: slices of one worker, or of three whose slices take turns, until there are
// enough.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "run/worker_link.hpp"

namespace pmembench {

// Preempted, or its threads ran together for less than limits::kOverlap of the time.
[[nodiscard]] bool is_disturbed(const SliceReply& slice);

// Without the disturbed ones where at least `fewest` others remain; else all.
[[nodiscard]] std::vector<SliceReply> undisturbed(const std::vector<SliceReply>& slices,
                                                  unsigned fewest);

// Do the last five show a slope below 1 % over their span? (fio's steadystate, on a short window.)
[[nodiscard]] bool is_steady(std::span<const double> ns_per_operation);

// Slices of a warm-up, at most: a fifth of those to keep, and at least one.
[[nodiscard]] unsigned warm_up_limit(unsigned slices);

// One slice of every arm, by arm.
using Block = std::vector<SliceReply>;
[[nodiscard]] bool is_disturbed(const Block& block);

struct SlicePolicy {
  // Blocks at most before the first that counts; fewer once every arm is steady.
  unsigned warm_up = 1;
  // Disturbed blocks that are dropped and taken again; later ones are kept as they are.
  unsigned repeats = 0;
  // What comes after the blocks kept so far.
  enum class Next {
    more,
    drop_first,  // the first kept block goes, and the workers forget the latencies so far
    enough,
  };
  std::function<Next(const std::vector<Block>& kept)> next;
  // In which order the arms take their slices of a block; null: in the given order.
  std::function<std::vector<std::size_t>(std::size_t block)> order;
  // Sees every slice, those of the warm-up and those that are dropped included; may be null.
  std::function<void(std::size_t arm, const SliceReply& slice)> seen;
};

struct SliceLoopOutcome {
  std::vector<Block> kept;
  std::uint64_t disturbed = 0;  // blocks after the warm-up, those taken again included
  std::vector<std::uint64_t> involuntary_switches;  // by arm, after the warm-up
  // The arm that ended the loop, and why; absent: there were enough.
  struct Failure {
    std::size_t arm = 0;
    Error error;
  };
  std::optional<Failure> failure;
};

// Every arm has begun its cell. A policy that keeps blocks: next(kept) after each.
SliceLoopOutcome run_slices(std::span<WorkerLink* const> arms, const SlicePolicy& policy);

// The kept slices of one arm, in order.
[[nodiscard]] std::vector<SliceReply> slices_of_arm(const SliceLoopOutcome& outcome,
                                                    std::size_t arm);

// `count` blocks, as many repeats.
[[nodiscard]] SlicePolicy keep_slices(unsigned count);

}  // namespace pmembench
