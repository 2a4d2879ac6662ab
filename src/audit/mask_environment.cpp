#include "audit/mask_environment.hpp"

namespace pmembench {

std::vector<std::pair<std::string, std::string>> mask_environment(const CpuMask& mask,
                                                                  AuditDomain domain,
                                                                  bool stand_in) {
  const auto flag = [](bool on) { return std::string(on ? "1" : "0"); };
  std::vector<std::pair<std::string, std::string>> variables = {
      {"PMEM_NO_CLWB", flag(!mask.includes(DAX_CPU_CLWB))},
      {"PMEM_NO_CLFLUSHOPT", flag(!mask.includes(DAX_CPU_CLFLUSHOPT))},
      {"PMEM_AVX", flag(mask.vector_bytes >= 32)},
      {"PMEM_AVX512F", flag(mask.vector_bytes >= 64)},
      {"PMEM_MOVDIR64B", flag(mask.includes(DAX_CPU_MOVDIR64B))}};
  if (!stand_in) return variables;
  const bool by_page = domain == AuditDomain::page_cache;
  const bool by_byte = domain == AuditDomain::cpu_cache;
  variables.emplace_back("PMEM2_FORCE_GRANULARITY", by_page   ? "PAGE"
                                                    : by_byte ? "BYTE"
                                                              : "CACHE_LINE");
  return variables;
}

}  // namespace pmembench
