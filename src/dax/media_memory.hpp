// media_memory: first touch, and the proof of what the touched memory is.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "dax/media.hpp"
#include "platform/moved_thread.hpp"
#include "platform/page_watch.hpp"

namespace pmembench {

struct MemoryRange {
  unsigned char* address = nullptr;
  std::uint64_t size_bytes = 0;
};

// Asks for the pages and the node before anything is touched; only dram can be asked. An explicit
// choice that the kernel does not know is an environment error. Interleaved memory is touched here,
// because the thread that touches a page decides its node. For the same reason the thread is moved
// to a CPU of the node if the host forbids mbind (containers do): the memory must be touched while
// the result lives. Records in `facts` how the memory came to its node.
Result<std::optional<MovedThread>> prepare_memory(std::span<const MemoryRange> ranges,
                                                  const MediaSpec& spec, int node,
                                                  const OpenOptions& options, MediaFacts& facts);

// Has the kernel bring in what can fail when it is touched: what would be a SIGBUS is an error that
// names the first page (runtime). Changes no byte. `write`: a touch that writes is meant.
Status require_memory(std::span<const MemoryRange> ranges, bool write);

// Writes to every 4 KiB, so that each page is present and is not the shared zero page: a zero, or,
// if there may be content that is to stay (`keep`), the byte that was there.
void touch_memory(std::span<const MemoryRange> ranges, bool keep,
                  const InParallel& in_parallel = nullptr);

// Fills page_bytes, huge_share and node_share of `facts` by asking the kernel, about each page, and
// has `watch` remember the answers. Environment error where an explicit choice of pages or nodes
// was not honoured.
Status verify_memory(std::span<const MemoryRange> ranges, const MediaSpec& spec, int node,
                     MediaFacts& facts, PageWatch& watch);

[[nodiscard]] std::uint64_t huge_page_bytes(PageChoice pages);  // 0: not from the hugetlb pool

// The unit that an interleave distributes: the page that the medium asks for; 2 MiB if it leaves
// that to the kernel, which is then asked for huge pages.
[[nodiscard]] std::uint64_t interleave_page_bytes(const MediaSpec& spec);

}  // namespace pmembench
