// CpuMask: a set of CPU features that is reported to a backend; the masks that this CPU can run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backends/dax_operations.h"
#include "base/result.hpp"

namespace pmembench {

struct CpuMask {
  std::uint64_t features = 0;  // DAX_CPU_*
  std::uint32_t vector_bytes = 16;
  // "avx2+clwb": the widest vectors, the best flush, and movdir64b if it is there.
  [[nodiscard]] std::string name() const;
  [[nodiscard]] bool includes(std::uint64_t feature) const { return (features & feature) != 0; }
  bool operator==(const CpuMask&) const = default;
};

// The host's facts with fewer features.
[[nodiscard]] dax_host_info host_with(const dax_host_info& host, const CpuMask& mask);

// Every combination of vectors, flush and direct store that `host` has: widest and newest first. A
// feature comes with those that every CPU which has it has too (clwb with clflushopt and clflush).
[[nodiscard]] std::vector<CpuMask> cpu_masks(const dax_host_info& host);

// All that `host` has: the first of cpu_masks.
[[nodiscard]] CpuMask full_cpu_mask(const dax_host_info& host);

// "all", or a mask's name. Errors (usage): unknown word; (environment): this CPU lacks it.
[[nodiscard]] Result<std::vector<CpuMask>> parse_cpu_masks(std::string_view text,
                                                           const dax_host_info& host);

}  // namespace pmembench
