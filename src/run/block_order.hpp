// The order of the arms in the blocks of a gate: balanced by position and by predecessor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "measure/arm_samples.hpp"

namespace pmembench {

using BlockOrder = std::array<Arm, kArms>;

// A Williams design (E. J. Williams, Aust. J. Sci. Res. A 2, 1949): a Latin square and its mirror,
// six blocks in a cycle. In any six consecutive blocks every arm is in every position twice, and
// every arm follows every other twice within a block, so that neither drift nor what one arm leaves
// in the caches favours one. The seed assigns the arms to the positions and chooses the first
// block.
[[nodiscard]] BlockOrder block_order(std::uint64_t seed, std::size_t block);

// In which order the arms of a replicate are opened and begun: the six of the design in turn. What
// is opened last gets the pages that were freed last, time and again, and has what it wrote last in
// the caches: a chase of equals differed by 1.2 % where the head was always the last.
[[nodiscard]] BlockOrder opening_order(unsigned replicate);

}  // namespace pmembench
