// Children that serve a built-in backend on DRAM, by name and CPU mask.
#pragma once

#include "audit/audit.hpp"
#include "dax/cpu_mask.hpp"
#include "backends/builtin_backends.h"
#include "dax/open_device.hpp"
#include "dax/operations_check.hpp"
#include "platform/cpu.hpp"

namespace pmembench::builtin {

inline dax_host_info host() {
  const CpuFeatures features = detect_cpu_features();
  dax_host_info info{};
  info.struct_size = sizeof info;
  info.vector_bytes = features.vector_bytes();
  const auto add = [&](bool there, std::uint64_t bit) {
    if (there) info.cpu_features |= bit;
  };
  add(features.sse2, DAX_CPU_SSE2);
  add(features.avx2, DAX_CPU_AVX2);
  add(features.avx512f, DAX_CPU_AVX512F);
  add(features.clflush, DAX_CPU_CLFLUSH);
  add(features.clflushopt, DAX_CPU_CLFLUSHOPT);
  add(features.clwb, DAX_CPU_CLWB);
  add(features.movdir64b, DAX_CPU_MOVDIR64B);
  return info;
}

inline const dax_operations* table_named(const std::string& name) {
  std::size_t count = 0;
  const dax_operations* const* const tables = pmembench_builtin_backends(&count);
  for (std::size_t i = 0; i < count; ++i) {
    if (name == tables[i]->name) return tables[i];
  }
  return nullptr;
}

inline ChildBody body(const dax_operations* table, const CpuMask& mask) {
  return [table, mask] {
    BackendEntry entry;
    entry.name = table->name;
    entry.operations = table;
    auto opened = open_device(entry, *parse_media("dram:1M"), host_with(host(), mask), {});
    if (!opened) return report_failure(opened.error());
    AuditTarget target;
    target.operations = table;
    target.handle = opened->device->handle();
    target.size_bytes = opened->device->size_bytes();
    target.domain = DAX_DOMAIN_NONE;
    DaxReader reader = opened->device->make_reader();
    void* address = nullptr;
    {
      const ReadSection section(reader);
      opened->device->direct_access(section, 0, 1, DAX_ACCESS, &address);
    }
    target.address = static_cast<unsigned char*>(address);
    serve_cases(target);
  };
}

}  // namespace pmembench::builtin
