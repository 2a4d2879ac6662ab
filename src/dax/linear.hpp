// Linear: one dax device made of segments of others, one behind the other (dm-linear).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dax/stacked.hpp"

namespace pmembench {

struct LinearSegment {
  std::size_t device = 0;  // index among the devices below
  std::uint64_t offset_bytes = 0;
  std::uint64_t length_bytes = 0;
};

// The segments in their order. Errors: those of make_stacked, and (usage, code EINVAL) no segment,
// or one that names no device, is not made of whole pages, is not within its device, or overlaps
// another.
Result<std::unique_ptr<DaxDevice>> make_linear(const std::string& name,
                                               std::vector<std::unique_ptr<DaxDevice>> devices,
                                               const std::vector<LinearSegment>& segments);

// All of each device, in their order.
Result<std::unique_ptr<DaxDevice>> make_linear(const std::string& name,
                                               std::vector<std::unique_ptr<DaxDevice>> devices);

}  // namespace pmembench
