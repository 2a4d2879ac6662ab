// How many slices a replicate ran, and in how many of them something else held its CPUs.
#pragma once

#include <cstdint>

#include "record/replicate.hpp"

namespace pmembench {

struct SliceCount {
  std::uint64_t run = 0;  // those kept, and those thrown away because they were disturbed
  std::uint64_t disturbed = 0;
  // 0 where none was run.
  [[nodiscard]] double disturbed_share() const {
    return run > 0 ? static_cast<double>(disturbed) / static_cast<double>(run) : 0;
  }
  SliceCount& operator+=(const SliceCount& other) {
    run += other.run;
    disturbed += other.disturbed;
    return *this;
  }
};

[[nodiscard]] SliceCount count_slices(const Replicate& replicate);

}  // namespace pmembench
