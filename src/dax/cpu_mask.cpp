#include "dax/cpu_mask.hpp"

#include <algorithm>

namespace pmembench {
namespace {

bool has(std::uint64_t features, std::uint64_t bit) { return (features & bit) != 0; }

std::string mask_names(const std::vector<CpuMask>& masks) {
  std::string names;
  for (const CpuMask& mask : masks) names += (names.empty() ? "" : ", ") + mask.name();
  return names;
}

}  // namespace

std::string CpuMask::name() const {
  std::string text = vector_bytes == 64 ? "avx512" : vector_bytes == 32 ? "avx2" : "sse2";
  if (has(features, DAX_CPU_CLWB)) {
    text += "+clwb";
  } else if (has(features, DAX_CPU_CLFLUSHOPT)) {
    text += "+clflushopt";
  } else if (has(features, DAX_CPU_CLFLUSH)) {
    text += "+clflush";
  }
  if (has(features, DAX_CPU_MOVDIR64B)) text += "+movdir64b";
  return text;
}

dax_host_info host_with(const dax_host_info& host, const CpuMask& mask) {
  dax_host_info info = host;
  info.cpu_features = mask.features;
  info.vector_bytes = mask.vector_bytes;
  return info;
}

std::vector<CpuMask> cpu_masks(const dax_host_info& host) {
  const std::uint64_t all = host.cpu_features;
  std::vector<CpuMask> vectors = {{DAX_CPU_SSE2, 16}};
  if (has(all, DAX_CPU_AVX2)) vectors.insert(vectors.begin(), {DAX_CPU_SSE2 | DAX_CPU_AVX2, 32});
  if (has(all, DAX_CPU_AVX512F)) {
    vectors.insert(vectors.begin(), {DAX_CPU_SSE2 | DAX_CPU_AVX2 | DAX_CPU_AVX512F, 64});
  }
  std::vector<std::uint64_t> flushes;
  std::uint64_t so_far = 0;
  for (const std::uint64_t bit : {DAX_CPU_CLFLUSH, DAX_CPU_CLFLUSHOPT, DAX_CPU_CLWB}) {
    if (!has(all, bit)) continue;
    so_far |= bit;
    flushes.insert(flushes.begin(), so_far);
  }
  if (flushes.empty()) flushes.push_back(0);
  std::vector<std::uint64_t> direct = {0};
  if (has(all, DAX_CPU_MOVDIR64B)) direct = {DAX_CPU_MOVDIR64B, 0};
  std::vector<CpuMask> masks;
  for (const CpuMask& vector : vectors) {
    for (const std::uint64_t flush : flushes) {
      for (const std::uint64_t stores : direct) {
        masks.push_back({vector.features | flush | stores, vector.vector_bytes});
      }
    }
  }
  return masks;
}

CpuMask full_cpu_mask(const dax_host_info& host) { return cpu_masks(host).front(); }

Result<std::vector<CpuMask>> parse_cpu_masks(std::string_view text, const dax_host_info& host) {
  std::vector<CpuMask> masks = cpu_masks(host);
  if (text == "all" || text.empty()) return masks;
  const auto found = std::find_if(masks.begin(), masks.end(),
                                  [&](const CpuMask& mask) { return mask.name() == text; });
  if (found != masks.end()) return std::vector<CpuMask>{*found};
  dax_host_info everything{};
  everything.cpu_features = ~std::uint64_t{0};
  const std::vector<CpuMask> known = cpu_masks(everything);
  const bool is_known = std::any_of(known.begin(), known.end(),
                                    [&](const CpuMask& mask) { return mask.name() == text; });
  if (is_known) {
    return environment_error(
        "CPU mask '{}' needs a feature that this CPU does not have; it has: {}", text,
        mask_names(masks));
  }
  return usage_error("CPU mask '{}' is not known; name 'all' or one of: {}", text,
                     mask_names(masks));
}

}  // namespace pmembench
