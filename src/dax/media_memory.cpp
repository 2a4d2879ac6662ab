#include "dax/media_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "base/units.hpp"
#include "dax/system_error.hpp"
#include "platform/topology.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kOneGiB = std::uint64_t{1} << 30;

Status verify_pages(PageChoice pages, const MediaFacts& facts) {
  const std::uint64_t huge = huge_page_bytes(pages);
  if (huge != 0 && facts.page_bytes != huge) {
    return environment_error("pages of {} were asked for, but most of the memory is in pages of {}",
                             format_size(huge), format_size(facts.page_bytes));
  }
  if (pages == PageChoice::transparent && facts.huge_share <= 0) {
    return environment_error(
        "pages=thp was asked for, but no transparent huge page was given; set "
        "/sys/kernel/mm/transparent_hugepage/enabled to madvise, or leave pages= out (a backend "
        "that "
        "opens dram itself may never get any)");
  }
  if (pages == PageChoice::small_4k && facts.huge_share > 0) {
    return environment_error("pages=4k was asked for, but {:.1f} % of the memory is in huge pages",
                             facts.huge_share * 100);
  }
  return {};
}

constexpr double kRounding = 0.001;  // shares are sums of doubles

double share_on(int node, const MediaFacts& facts) {
  const auto there = facts.node_share.find(node);
  return there == facts.node_share.end() ? 0 : there->second;
}

Status verify_node(int node, const MediaFacts& facts) {
  if (node < 0 || facts.node_share.empty()) return {};
  const double share = share_on(node, facts);
  if (share >= 1 - kRounding) return {};
  return environment_error("memory was bound to node {}, but only {:.1f} % of its pages are there",
                           node, share * 100);
}

Status verify_interleave(const MediaSpec& spec, const MediaFacts& facts) {
  if (spec.interleave.empty()) return {};
  if (facts.node_share.empty()) {
    return environment_error(
        "interleave={} cannot be verified: this kernel does not report where pages are; allow "
        "move_pages in the container, or use a kernel with NUMA",
        interleave_text(spec.interleave));
  }
  const std::uint64_t page_bytes = interleave_page_bytes(spec);
  const std::uint64_t pages = (spec.size_bytes + page_bytes - 1) / page_bytes;
  // The last page of a size that is not a multiple of the page may be a small one.
  const double margin = kRounding + 1.0 / static_cast<double>(pages);
  for (const auto& [node, wanted] : interleaved_shares(spec.interleave, pages)) {
    const double share = share_on(node, facts);
    if (share >= wanted - margin && share <= wanted + margin) continue;
    return environment_error(
        "interleave={} puts {:.1f} % of the pages on node {}, but {:.1f} % of them are there; free "
        "memory on its nodes",
        interleave_text(spec.interleave), wanted * 100, node, share * 100);
  }
  return {};
}

#ifndef MADV_POPULATE_READ  // Linux 5.14
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

// Would a touch of [address, +size) raise SIGBUS? An older kernel does not say, and memory that
// cannot be populated (EINVAL) is as it is.
bool fails(unsigned char* address, std::uint64_t size_bytes, bool write) {
  const int advice = write ? MADV_POPULATE_WRITE : MADV_POPULATE_READ;
  while (madvise(address, size_bytes, advice) != 0) {
    if (errno != EINTR && errno != EAGAIN) return errno == EFAULT || errno == EHWPOISON;
  }
  return false;
}

// By a seccomp profile or the lack of a capability, not for what was asked.
bool is_forbidden(int code) { return code == EPERM || code == EACCES || code == ENOSYS; }

// Memory is on the node of the CPU that touches it first, unless a policy or a full node prevents
// it; verify_memory checks that.
Result<MovedThread> move_to_node(int node, const OpenOptions& options, const Error& refused) {
  const Topology topology = read_topology(options.sysfs_root);
  const NumaNode* const found = topology.node(node);
  std::vector<int> cpus;
  if (found != nullptr) {
    std::copy_if(found->cpus.begin(), found->cpus.end(), std::back_inserter(cpus), [&](int cpu) {
      return std::binary_search(topology.usable_cpus.begin(), topology.usable_cpus.end(), cpu);
    });
  }
  if (!cpus.empty()) return MovedThread::onto(cpus);
  return environment_error(
      "{}; and no CPU that this process may use is on that node, to touch the memory from there",
      refused.message);
}

}  // namespace

Status require_memory(std::span<const MemoryRange> ranges, bool write) {
  std::uint64_t passed_bytes = 0;
  for (const MemoryRange& range : ranges) {
    for (std::uint64_t at = 0; at < range.size_bytes; at += kHugePageBytes) {
      const std::uint64_t chunk_bytes = std::min(kHugePageBytes, range.size_bytes - at);
      if (!fails(range.address + at, chunk_bytes, write)) continue;
      std::uint64_t page = at;
      const std::uint64_t last = at + chunk_bytes - DAX_PAGE_BYTES;
      while (page < last && !fails(range.address + page, DAX_PAGE_BYTES, write)) {
        page += DAX_PAGE_BYTES;
      }
      return runtime_error(
          "its memory at offset {} raises SIGBUS: it failed, or there is no room for it in its "
          "file system; see its health (ndctl list --media-errors), or use another",
          passed_bytes + page);
    }
    passed_bytes += range.size_bytes;
  }
  return {};
}

std::uint64_t huge_page_bytes(PageChoice pages) {
  if (pages == PageChoice::huge_2m) return kHugePageBytes;
  return pages == PageChoice::huge_1g ? kOneGiB : 0;
}

std::uint64_t interleave_page_bytes(const MediaSpec& spec) {
  if (huge_page_bytes(spec.pages) != 0) return huge_page_bytes(spec.pages);
  const bool small = spec.pages == PageChoice::small_4k || spec.size_bytes < kHugePageBytes;
  return small ? DAX_PAGE_BYTES : kHugePageBytes;
}

Result<std::optional<MovedThread>> prepare_memory(std::span<const MemoryRange> ranges,
                                                  const MediaSpec& spec, int node,
                                                  const OpenOptions& options, MediaFacts& facts) {
  const PageChoice pages = spec.pages;
  std::optional<MovedThread> moved;
  for (const MemoryRange& range : ranges) {
    if (node >= 0 && !moved) {
      const Status bound = bind_memory(range.address, range.size_bytes, node);
      if (!bound && !is_forbidden(bound.error().code)) return bound.error();
      facts.placed_by = bound ? "mbind" : "first touch";
      if (!bound) {
        auto there = move_to_node(node, options, bound.error());
        if (!there) return there.error();
        moved.emplace(*std::move(there));
      }
    }
    if (huge_page_bytes(pages) != 0) continue;
    const bool small = pages == PageChoice::small_4k;
    const int advised =
        madvise(range.address, range.size_bytes, small ? MADV_NOHUGEPAGE : MADV_HUGEPAGE);
    // A kernel without transparent huge pages refuses both; only the explicit wish is lost then.
    if (advised != 0 && pages == PageChoice::transparent) {
      return system_error(errno, "this kernel has no transparent huge pages; leave pages=thp out");
    }
  }
  for (const MemoryRange& range : ranges) {
    if (spec.interleave.empty()) break;
    const Status dealt = touch_interleaved(range.address, range.size_bytes,
                                           interleave_page_bytes(spec), spec.interleave);
    if (!dealt) return dealt.error();
  }
  return moved;
}

namespace {

// A whole number of the largest common page, so that no two threads touch one page.
constexpr std::uint64_t kTouchBytes = 32 * kHugePageBytes;

void touch(const MemoryRange& range, bool keep) {
  volatile unsigned char* bytes = range.address;
  for (std::uint64_t at = 0; at < range.size_bytes; at += DAX_PAGE_BYTES) {
    bytes[at] = keep ? bytes[at] : static_cast<unsigned char>(0);
  }
}

}  // namespace

void touch_memory(std::span<const MemoryRange> ranges, bool keep, const InParallel& in_parallel) {
  std::vector<MemoryRange> parts;
  for (const MemoryRange& range : ranges) {
    for (std::uint64_t at = 0; at < range.size_bytes; at += kTouchBytes) {
      parts.push_back({range.address + at, std::min(kTouchBytes, range.size_bytes - at)});
    }
  }
  const auto part = [&](std::uint64_t index) { touch(parts[index], keep); };
  if (in_parallel && parts.size() > 1) {
    in_parallel(parts.size(), part);
    return;
  }
  for (std::uint64_t i = 0; i < parts.size(); ++i) part(i);
}

Status verify_memory(std::span<const MemoryRange> ranges, const MediaSpec& spec, int node,
                     MediaFacts& facts, PageWatch& watch) {
  std::uint64_t total_bytes = 0;
  for (const MemoryRange& range : ranges) total_bytes += range.size_bytes;
  std::map<std::uint64_t, std::uint64_t> bytes_by_page_size;
  for (const MemoryRange& range : ranges) {
    const double share = static_cast<double>(range.size_bytes) / static_cast<double>(total_bytes);
    const Result<PageBacking> backing = page_backing(range.address, range.size_bytes);
    if (!backing) return backing.error();
    bytes_by_page_size[backing->page_bytes] += range.size_bytes;
    facts.huge_share += backing->huge_share * share;
    const bool whole_pages = backing->huge_share >= 1;
    watch.add(range.address, range.size_bytes, whole_pages ? backing->page_bytes : DAX_PAGE_BYTES);
  }
  facts.node_share = watch.shares();
  facts.pages_asked = watch.pages();
  if (watch.refusal() != 0) {
    facts.nodes_unknown = fmt::format("move_pages: {}", std::strerror(watch.refusal()));
  }
  // All of it was touched: where no page has a node the kernel keeps none for such memory (a dax
  // device, fs-dax), and there is nothing to hold against what sysfs says.
  const bool nodeless = facts.node_share.size() == 1 && facts.node_share.contains(-1);
  if (node < 0 && nodeless) {
    facts.node_share.clear();
    facts.pages_asked = 0;
  }
  std::uint64_t most_bytes = 0;
  for (const auto& [page_bytes, size_bytes] : bytes_by_page_size) {
    if (size_bytes <= most_bytes) continue;
    most_bytes = size_bytes;
    facts.page_bytes = page_bytes;
  }
  if (Status good = verify_pages(spec.pages, facts); !good) return good;
  if (Status good = verify_interleave(spec, facts); !good) return good;
  for (const MemoryRange& range : ranges) {
    if (spec.interleave.empty()) break;
    const Status kept = verify_interleaved(range.address, range.size_bytes,
                                           interleave_page_bytes(spec), spec.interleave);
    if (!kept) return kept;
  }
  return verify_node(node, facts);
}

}  // namespace pmembench
