// Counts huge pages in exactly one range, where the kernel can (PAGEMAP_SCAN, Linux 6.7).
#pragma once

#include <cstdint>
#include <optional>

namespace pmembench {

struct PageScan {
  std::uint64_t present_bytes = 0;
  std::uint64_t huge_bytes = 0;  // of these, mapped by a PMD
};

// nullopt where the kernel or its /proc cannot. [begin, end) is rounded outwards to base pages.
std::optional<PageScan> scan_pages(std::uint64_t begin, std::uint64_t end);

}  // namespace pmembench
