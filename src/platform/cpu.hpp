// What the CPU is and can: read from CPUID and from ROOT/proc/cpuinfo, ROOT/sys/devices/system/cpu.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

struct CpuFacts {
  std::string vendor, model_name, microcode;  // "unknown" where absent
  std::optional<int> family, model, stepping;
  std::vector<std::string> flags;  // of interest here: clwb, avx2, ... that are present
  std::optional<unsigned> cpus_online;
  // Of the core with fewest and of the one with most: they differ on a hybrid host, and where a
  // sibling is offline.
  std::optional<unsigned> least_threads_per_core, most_threads_per_core;
};

// ROOT is "/" on a live host; tests hand in a fake tree.
CpuFacts read_cpu(const std::string& root);

// The features that backends ask about, from CPUID of the running CPU with the OS's consent
// (XCR0): the DAX_CPU_* bits of backends/dax_operations.h, repeated here by name so that platform
// needs no header of the backends.
struct CpuFeatures {
  bool sse2 = false, avx2 = false, avx512f = false;
  bool clflush = false, clflushopt = false, clwb = false, movdir64b = false;
  bool invariant_tsc = false, hypervisor = false;
  [[nodiscard]] unsigned vector_bytes() const { return avx512f ? 64 : avx2 ? 32 : 16; }
};
CpuFeatures detect_cpu_features();

// Takes away features named in a comma list ("clwb,avx512f"), so that a user can compare widths or
// see what a lesser CPU would do. Refuses unknown names.
Result<CpuFeatures> without_features(CpuFeatures features, std::string_view names);

}  // namespace pmembench
