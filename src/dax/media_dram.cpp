// dram: anonymous memory on chosen nodes and page sizes.
#include <linux/mman.h>
#include <sys/mman.h>

#include <cerrno>
#include <cmath>
#include <cstdint>

#include "base/units.hpp"
#include "dax/media.hpp"
#include "dax/media_memory.hpp"
#include "dax/system_error.hpp"
#include "platform/memory_limit.hpp"
#include "platform/topology.hpp"

namespace pmembench {
namespace {

Status check_node(const Topology& topology, int node) {
  if (node < 0) return {};
  const NumaNode* found = topology.node(node);
  if (found != nullptr && found->memory_bytes.value_or(1) > 0) return {};
  std::string with_memory;
  for (const NumaNode& each : topology.nodes) {
    if (each.memory_bytes.value_or(1) == 0) continue;
    with_memory += fmt::format("{}{}", with_memory.empty() ? "" : ", ", each.id);
  }
  return environment_error("NUMA node {} {}; nodes with memory: {}", node,
                           found == nullptr ? "does not exist" : "has no memory", with_memory);
}

// The pool of reserved pages is looked at beforehand: the kernel would say no more than ENOMEM.
Status check_huge_pages(const Topology& topology, const MediaSpec& spec, int node,
                        std::uint64_t size_bytes) {
  const std::uint64_t page_bytes = huge_page_bytes(spec.pages);
  if (spec.size_bytes % page_bytes != 0) {
    return usage_error("size {} is not a multiple of the page size {}; round it up",
                       format_size(spec.size_bytes), format_size(page_bytes));
  }
  std::uint64_t free_pages = 0;
  for (const NumaNode& each : topology.nodes) {
    if (node >= 0 && each.id != node) continue;
    const auto count = each.huge_pages_free.find(page_bytes);
    if (count != each.huge_pages_free.end()) free_pages += count->second;
  }
  const std::uint64_t needed = size_bytes / page_bytes;
  if (needed <= free_pages) return {};
  const std::string where = node < 0 ? "" : fmt::format(" on node {}", node);
  const std::string folder =
      node < 0 ? "/sys/kernel/mm" : fmt::format("/sys/devices/system/node/node{}", node);
  return environment_error(
      "{} huge pages of {} are needed{} and {} are free; reserve them as root: echo {} > "
      "{}/hugepages/hugepages-{}kB/nr_hugepages",
      needed, format_size(page_bytes), where, free_pages, needed, folder, page_bytes / 1024);
}

Status check_amount(const Topology& topology, const MediaSpec& spec, const OpenOptions& options,
                    int node, std::uint64_t size_bytes) {
  const auto available = available_memory_bytes(options.sysfs_root);
  if (available && spec.size_bytes > *available) {
    return environment_error("{} of memory asked for and {} are available{}; ask for less",
                             format_size(spec.size_bytes), format_size(*available),
                             memory_limit_words(options.sysfs_root));
  }
  const NumaNode* there = topology.node(node);
  if (there != nullptr && there->memory_bytes && size_bytes > *there->memory_bytes) {
    return environment_error("{} of memory asked for and node {} has {} in all; ask for less",
                             format_size(size_bytes), node, format_size(*there->memory_bytes));
  }
  return {};
}

Status check_on_node(const Topology& topology, const MediaSpec& spec, const OpenOptions& options,
                     int node, std::uint64_t size_bytes) {
  if (Status exists = check_node(topology, node); !exists) return exists;
  if (huge_page_bytes(spec.pages) != 0) return check_huge_pages(topology, spec, node, size_bytes);
  return check_amount(topology, spec, options, node, size_bytes);
}

// Each node has room for what falls to it.
Status check_interleave(const Topology& topology, const MediaSpec& spec,
                        const OpenOptions& options) {
  const std::uint64_t page_bytes = interleave_page_bytes(spec);
  const std::uint64_t pages = (spec.size_bytes + page_bytes - 1) / page_bytes;
  std::uint64_t round = 0;
  for (const NodeWeight& each : spec.interleave) round += each.weight;
  if (pages < round) {
    return usage_error(
        "{} are {} pages of {}, and interleave={} distributes {} a round; ask for more memory, for "
        "pages=4k or for smaller weights",
        format_size(spec.size_bytes), pages, format_size(page_bytes),
        interleave_text(spec.interleave), round);
  }
  for (const auto& [node, share] : interleaved_shares(spec.interleave, pages)) {
    const auto here = std::llround(share * static_cast<double>(pages));
    const Status fits =
        check_on_node(topology, spec, options, node, static_cast<std::uint64_t>(here) * page_bytes);
    if (!fits) return fits;
  }
  return {};
}

Result<Mapping> map_anonymous(std::uint64_t size_bytes, int flags) {
  void* address =
      mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  if (address == MAP_FAILED) {
    return system_error(errno, "{} of memory cannot be mapped", format_size(size_bytes));
  }
  return Mapping(address, size_bytes);
}

// A huge page begins at a multiple of its size, so more is mapped and the ends are given back.
Result<Mapping> map_aligned(std::uint64_t size_bytes) {
  Result<Mapping> wide = map_anonymous(size_bytes + kHugePageBytes, 0);
  if (!wide) return wide;
  const auto start = reinterpret_cast<std::uintptr_t>(wide->address());
  const std::uint64_t head_bytes = (kHugePageBytes - start % kHugePageBytes) % kHugePageBytes;
  const std::uint64_t tail_bytes = kHugePageBytes - head_bytes;
  unsigned char* address = wide->address() + head_bytes;
  if (head_bytes != 0) munmap(wide->address(), head_bytes);
  if (tail_bytes != 0) munmap(address + size_bytes, tail_bytes);
  wide->release();
  return Mapping(address, size_bytes);
}

Result<Mapping> map_dram(const MediaSpec& spec) {
  switch (spec.pages) {
    case PageChoice::huge_2m:
      return map_anonymous(spec.size_bytes, MAP_HUGETLB | MAP_HUGE_2MB);
    case PageChoice::huge_1g:
      return map_anonymous(spec.size_bytes, MAP_HUGETLB | MAP_HUGE_1GB);
    case PageChoice::small_4k:
      return map_anonymous(spec.size_bytes, 0);
    case PageChoice::transparent:
    case PageChoice::kernel_default:
      break;
  }
  return map_aligned(spec.size_bytes);
}

}  // namespace

Status look_at_dram(const MediaSpec& spec, const OpenOptions& options) {
  const Topology topology = read_topology(options.sysfs_root);
  if (spec.pages == PageChoice::transparent && spec.size_bytes < kHugePageBytes) {
    return usage_error("{} cannot hold a transparent huge page; ask for 2 MiB or more",
                       format_size(spec.size_bytes));
  }
  if (!spec.interleave.empty()) return check_interleave(topology, spec, options);
  return check_on_node(topology, spec, options, asked_node(spec, options), spec.size_bytes);
}

Result<Medium> open_dram(const MediaSpec& spec, const OpenOptions& options, bool map) {
  if (Status looked = look_at_dram(spec, options); !looked) return looked.error();
  Medium medium;
  medium.facts.size_bytes = spec.size_bytes;
  medium.facts.persistence_domain = DAX_DOMAIN_NONE;
  medium.node = asked_node(spec, options);
  if (!map) return medium;
  Result<Mapping> mapping = map_dram(spec);
  if (!mapping) return mapping.error();
  medium.mapping = std::move(*mapping);
  return medium;
}

}  // namespace pmembench
