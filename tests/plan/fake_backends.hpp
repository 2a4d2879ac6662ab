// Tables whose facts a plan reads; no operation of them ever runs.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "dax/registry.hpp"

namespace pmembench {

inline constexpr std::uint64_t kDramBit = 1U << DAX_MEDIA_DRAM;
inline constexpr std::uint64_t kFileBit = 1U << DAX_MEDIA_FILE;
inline constexpr std::uint64_t kDevdaxBit = 1U << DAX_MEDIA_DEVDAX;
inline constexpr std::uint64_t kBlockBit = 1U << DAX_MEDIA_BLOCK;
inline constexpr std::uint64_t kPosixBit = 1U << DAX_MEDIA_POSIX;

inline dax_operations fake_table(const char* name, std::uint64_t media, std::uint64_t capabilities,
                                 std::uint32_t granule_bytes = 1) {
  dax_operations table{};
  table.magic = DAX_OPERATIONS_MAGIC;
  table.abi_version = DAX_OPERATIONS_ABI_VERSION;
  table.struct_size = sizeof(dax_operations);
  table.name = name;
  table.summary = "a table without deeds";
  table.capabilities = capabilities;
  table.media = media;
  table.minimum_io_bytes = granule_bytes;
  table.alignment_bytes = granule_bytes;
  table.probe = [](const dax_host_info*, char*, std::uint64_t) { return 0; };
  table.copy_from_iter = [](void*, dax_iter*) -> std::int64_t { std::abort(); };
  table.copy_to_iter = [](void*, dax_iter*) -> std::int64_t { std::abort(); };
  table.flush = [](void*, dax_iter*) -> std::int64_t { std::abort(); };
  table.drain = [](void*) -> int { std::abort(); };
  table.zero_page_range = [](void*, std::uint64_t, std::uint64_t) -> int { std::abort(); };
  return table;
}

// movnt and wide (256 B) on memory, clwb that this CPU lacks, block, and null for both.
inline Registry fake_registry() {
  const std::uint64_t memory = kDramBit | kFileBit | kDevdaxBit;
  const dax_operations movnt = fake_table("movnt", memory, DAX_CAP_DIRECT_ACCESS);
  dax_operations clwb = fake_table("clwb", memory, DAX_CAP_DIRECT_ACCESS);
  clwb.probe = [](const dax_host_info*, char* reason, std::uint64_t bytes) {
    std::snprintf(reason, bytes, "the CPU has no clwb");
    return -EOPNOTSUPP;
  };
  const dax_operations wide = fake_table("wide", kDramBit, DAX_CAP_DIRECT_ACCESS, 256);
  dax_operations block = fake_table("block", kBlockBit | kPosixBit, DAX_CAP_EMULATED, 512);
  block.open = [](const dax_host_info*, const dax_media_info*, void**, std::uint64_t*, char*,
                  std::uint64_t) -> int { std::abort(); };
  block.close = [](void*) { std::abort(); };
  block.check_options = [](const char* options, char* reason, std::uint64_t bytes) {
    if (std::string(options) == "a=b,c=d") return 0;
    std::snprintf(reason, bytes, "it takes a=b,c=d alone");
    return -EINVAL;
  };
  const dax_operations null = fake_table("null", kDramBit | kBlockBit, DAX_CAP_NO_WORK);
  const std::vector<const dax_operations*> tables{&movnt, &clwb, &wide, &block, &null};
  auto registry = Registry::build({}, tables, {});
  if (!registry) std::abort();
  return std::move(registry).value();
}

}  // namespace pmembench
