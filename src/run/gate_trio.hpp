// drive_trio: one cell in three workers whose slices are interleaved, seen from the gate.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "measure/arm_samples.hpp"
#include "plan/plan.hpp"
#include "run/protocol.hpp"
#include "run/slice_steps.hpp"

namespace pmembench {

// An arm's open worker, and the cell as it runs it.
struct TrioArm {
  Ask ask;
  Cell cell;
  OpenedReply opened;
  std::optional<double> plant;
};

struct TrioOrder {
  std::array<TrioArm, kArms> arms;
  unsigned index = 0;      // which replicate
  std::uint64_t seed = 0;  // of the orders in this replicate
  unsigned slices = 50;    // of each arm, to keep
  std::uint64_t slice_ns = 500'000;
  std::uint64_t operations = 0;  // of a slice and thread; 0: found out here
};

struct TrioOutcome {
  ArmTrio trio;                             // whole if no arm failed
  std::uint64_t operations = 0;             // for the next replicate
  std::array<std::string, kArms> failures;  // empty: the arm did its part
  [[nodiscard]] bool whole() const;
};

// All arms begin the cell with equally many operations in a slice, in the order of opening_order.
// Where these are not known, every arm calibrates, which proves that its time grows with its work,
// and the base arm once more, now that all is warm: that number holds. Then blocks: one slice of
// every arm, in the order of block_order. Warm-up: at least one block, until every arm is steady,
// for at most a fifth of the slices. A block with a disturbed slice is repeated as a whole, up to
// as many times as there are slices; after that it is kept and marked. An arm that fails ends the
// trio.
// Errors: only that a signal arrived (code EINTR).
Result<TrioOutcome> drive_trio(const TrioOrder& order);

}  // namespace pmembench
