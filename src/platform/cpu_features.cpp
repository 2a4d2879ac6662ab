#include "platform/cpu_features.hpp"

#include <cpuid.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "platform/host_tree.hpp"

namespace pmembench {
namespace {

struct NamedFeature {
  const char* name;
  bool CpuFeatures::*member;
};
// The names are those of /proc/cpuinfo, except invariant_tsc.
constexpr std::array kNamedFeatures = {
    NamedFeature{"sse2", &CpuFeatures::sse2},
    NamedFeature{"avx2", &CpuFeatures::avx2},
    NamedFeature{"avx512f", &CpuFeatures::avx512f},
    NamedFeature{"clflush", &CpuFeatures::clflush},
    NamedFeature{"clflushopt", &CpuFeatures::clflushopt},
    NamedFeature{"clwb", &CpuFeatures::clwb},
    NamedFeature{"movdir64b", &CpuFeatures::movdir64b},
    NamedFeature{"invariant_tsc", &CpuFeatures::invariant_tsc},
};

constexpr bool bit(std::uint64_t value, unsigned index) { return (value >> index & 1U) != 0; }

// Inline assembly, because the _xgetbv intrinsic would need the whole file compiled with -mxsave.
std::uint64_t read_xcr0() {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return std::uint64_t{high} << 32 | low;
}

}  // namespace

CpuFeatures features_of(const CpuidRegisters& registers) {
  const bool os_saves_ymm = (registers.xcr0 & 0x06U) == 0x06U;  // SSE and AVX state
  const bool os_saves_zmm = (registers.xcr0 & 0xE6U) == 0xE6U;  // and opmask, ZMM, high ZMM
  CpuFeatures features;
  features.sse2 = bit(registers.leaf1_edx, 26);
  features.clflush = bit(registers.leaf1_edx, 19);
  features.hypervisor = bit(registers.leaf1_ecx, 31);
  features.avx2 = os_saves_ymm && bit(registers.leaf7_ebx, 5);
  features.avx512f = os_saves_zmm && bit(registers.leaf7_ebx, 16);
  features.clflushopt = bit(registers.leaf7_ebx, 23);
  features.clwb = bit(registers.leaf7_ebx, 24);
  features.movdir64b = bit(registers.leaf7_ecx, 28);
  features.invariant_tsc = bit(registers.leaf80000007_edx, 8);
  return features;
}

CpuFeatures detect_cpu_features() {
  CpuidRegisters registers;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) != 0) {
    registers.leaf1_ecx = c;
    registers.leaf1_edx = d;
  }
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) != 0) {
    registers.leaf7_ebx = b;
    registers.leaf7_ecx = c;
  }
  if (__get_cpuid(0x80000007U, &a, &b, &c, &d) != 0) registers.leaf80000007_edx = d;
  const bool os_uses_xsave = bit(registers.leaf1_ecx, 27);
  if (os_uses_xsave) registers.xcr0 = read_xcr0();
  return features_of(registers);
}

Result<CpuFeatures> without_features(CpuFeatures features, std::string_view names) {
  std::string known;
  for (const NamedFeature& feature : kNamedFeatures) {
    known += known.empty() ? feature.name : std::string(", ") + feature.name;
  }
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    const std::string_view name = trimmed(names.substr(0, comma));
    names.remove_prefix(std::min(comma + 1, names.size()));
    const NamedFeature* found = nullptr;
    for (const NamedFeature& feature : kNamedFeatures) {
      if (name == feature.name) found = &feature;
    }
    if (found == nullptr) {
      return usage_error("CPU feature '{}' cannot be taken away: it is unknown; use one of {}",
                         name, known);
    }
    features.*(found->member) = false;
  }
  return features;
}

std::string hypervisor_signature() {
  if (!detect_cpu_features().hypervisor) return {};
  unsigned a = 0;
  std::array<unsigned, 3> letters{};
  // __get_cpuid would refuse the leaf: it is above the highest basic one by design.
  __cpuid(0x40000000U, a, letters[0], letters[1], letters[2]);
  std::array<char, 13> text{};
  std::memcpy(text.data(), letters.data(), sizeof letters);
  return text.data();
}

}  // namespace pmembench
