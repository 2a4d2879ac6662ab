#include "run/host_info.hpp"

#include "platform/cpu.hpp"

namespace pmembench {

Result<dax_host_info> host_info(std::string_view without_cpu) {
  const auto features = without_features(detect_cpu_features(), without_cpu);
  if (!features) return features.error();
  dax_host_info info{};
  info.struct_size = sizeof info;
  info.vector_bytes = features->vector_bytes();
  const auto add = [&](bool present, std::uint64_t bit) {
    if (present) info.cpu_features |= bit;
  };
  add(features->clflush, DAX_CPU_CLFLUSH);
  add(features->clflushopt, DAX_CPU_CLFLUSHOPT);
  add(features->clwb, DAX_CPU_CLWB);
  add(features->sse2, DAX_CPU_SSE2);
  add(features->avx2, DAX_CPU_AVX2);
  add(features->avx512f, DAX_CPU_AVX512F);
  add(features->movdir64b, DAX_CPU_MOVDIR64B);
  return info;
}

}  // namespace pmembench
