// measure_arms: one cell in three workers whose slices are interleaved, in blocks of one slice of
// each arm.
#pragma once

#include <array>
#include <optional>

#include "measure/arm_samples.hpp"
#include "run/worker_link.hpp"

namespace pmembench {

// An arm's open worker, and the cell as it runs it.
struct MeasuredArm {
  WorkerLink* worker = nullptr;
  Cell cell;
  std::optional<double> slowdown;  // injected: CellRequest::slowdown
};

struct ArmsOrder {
  std::array<MeasuredArm, kArms> arms;
  unsigned index = 0;      // which replicate
  std::uint64_t seed = 0;  // of the orders in this replicate
  unsigned slices = 50;    // of each arm, to keep
  std::uint64_t slice_ns = 500'000;
  std::uint64_t operations = 0;  // of a slice and thread; 0: found out here
};

struct ArmsOutcome {
  ArmTriple triple;                         // whole if no arm failed
  std::uint64_t operations = 0;             // for the next replicate
  std::array<std::string, kArms> failures;  // empty: the arm did its part

  [[nodiscard]] bool whole() const;
};

// All arms begin the cell with equally many operations in a slice, in the order of opening_order.
// If these are not known, every arm calibrates, which proves that its time grows with its work, and
// the base arm once more, now that all is warm: that number holds. Then blocks, in the order of
// block_order. Warm-up: at least one block, until every arm is steady, for at most a fifth of the
// slices. A block with a disturbed slice is repeated as a whole, up to as many times as there are
// slices; after that it is kept and flagged. An arm that fails ends the replicate.
// Errors: interrupted only.
Result<ArmsOutcome> measure_arms(const ArmsOrder& order);

}  // namespace pmembench
