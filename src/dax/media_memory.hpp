// media_memory: first touch, and the proof of what the touched memory is.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "dax/media.hpp"

namespace pmembench {

struct MemoryRange {
  unsigned char* address = nullptr;
  std::uint64_t size_bytes = 0;
};

// Asks for the pages and the node before anything is touched; only dram can be asked. An explicit
// choice that the kernel does not know is an environment error.
Status prepare_memory(std::span<const MemoryRange> ranges, PageChoice pages, int node);

// Has the kernel bring in what can fail when it is touched: what would be a SIGBUS is an error that
// names the first page (runtime). Changes no byte. `write`: a touch that writes is meant.
Status require_memory(std::span<const MemoryRange> ranges, bool write);

// Writes to every 4 KiB, so that each page is there and is no shared zero page: a zero, or where
// there may be content that is to stay (`keep`) the byte that was there.
void touch_memory(std::span<const MemoryRange> ranges, bool keep);

// Fills page_bytes, huge_share and node_share of `facts` by asking the kernel. Environment error
// where an explicit choice of pages or node was not honoured.
Status verify_memory(std::span<const MemoryRange> ranges, PageChoice pages, int node,
                     MediaFacts& facts);

[[nodiscard]] std::uint64_t huge_page_bytes(PageChoice pages);  // 0: not from the hugetlb pool

}  // namespace pmembench
