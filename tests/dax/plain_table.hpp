// A table of operations that is complete and does nothing, for tests of what is checked in tables.
#pragma once

#include <cstring>

#include "backends/dax_operations.h"

namespace pmembench {

inline dax_operations plain_table(const char* name) {
  dax_operations table{};
  table.magic = DAX_OPERATIONS_MAGIC;
  table.abi_version = DAX_OPERATIONS_ABI_VERSION;
  table.struct_size = sizeof(dax_operations);
  table.name = name;
  table.summary = "does nothing";
  table.capabilities = DAX_CAP_DIRECT_ACCESS;
  table.media = 1U << DAX_MEDIA_DRAM;
  table.minimum_io_bytes = 1;
  table.alignment_bytes = 1;
  table.probe = [](const dax_host_info*, char*, std::uint64_t) { return 0; };
  table.copy_from_iter = [](void*, dax_iter*) { return std::int64_t{0}; };
  table.copy_to_iter = [](void*, dax_iter*) { return std::int64_t{0}; };
  table.flush = [](void*, dax_iter*) { return std::int64_t{0}; };
  table.drain = [](void*) { return 0; };
  table.zero_page_range = [](void*, std::uint64_t, std::uint64_t) { return 0; };
  return table;
}

inline dax_host_info plain_host(std::uint64_t cpu_features = DAX_CPU_CLFLUSH) {
  return {sizeof(dax_host_info), 16, cpu_features};
}

}  // namespace pmembench
