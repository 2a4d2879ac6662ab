// How random pairs of lines are timed: in blocks of some pairs, all of them one after the other, and
// that several times. What comes back with a pair is the memory's; what does not is the host's.
#pragma once

#include <cstdint>

namespace pmembench {

inline constexpr std::uint64_t kPairsOfABlock = 8;
inline constexpr std::uint64_t kRoundsOfABlock = 3;
inline constexpr std::uint64_t kTimesOfABlock = kPairsOfABlock * kRoundsOfABlock;
// Of one time: loads of one line and of the other, in turns. (Of few loads a refresh would be as
// long as a conflict of rows.)
inline constexpr std::uint64_t kLoadsOfAPair = 128;

}  // namespace pmembench
