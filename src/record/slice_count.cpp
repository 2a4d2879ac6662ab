#include "record/slice_count.hpp"

#include <algorithm>

namespace pmembench {

SliceCount count_slices(const Replicate& replicate) {
  const auto kept = static_cast<std::uint64_t>(
      std::count(replicate.slice_disturbed.begin(), replicate.slice_disturbed.end(), true));
  const std::uint64_t disturbed = std::max(kept, replicate.disturbed);
  return {replicate.slice_ns_per_operation.size() + disturbed - kept, disturbed};
}

}  // namespace pmembench
