#include "platform/page_scan.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>

#include "base/unique_fd.hpp"

namespace pmembench {
namespace {

// From include/uapi/linux/fs.h of Linux 6.7, repeated because older headers lack them.
struct PageRegion {
  std::uint64_t start, end, categories;
};
struct ScanArguments {
  std::uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
  std::uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
static_assert(sizeof(ScanArguments) == 96);
constexpr std::uint64_t kPageIsPresent = 1U << 3;
constexpr std::uint64_t kPageIsHuge = 1U << 6;
constexpr unsigned long kPagemapScan = _IOWR('f', 16, ScanArguments);

}  // namespace

std::optional<PageScan> scan_pages(std::uint64_t begin, std::uint64_t end) {
  const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const UniqueFd fd(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  if (!fd) return std::nullopt;
  std::array<PageRegion, 256> regions{};
  ScanArguments arguments{};
  arguments.size = sizeof arguments;
  arguments.start = begin / page_bytes * page_bytes;
  arguments.end = (end + page_bytes - 1) / page_bytes * page_bytes;
  arguments.vec = reinterpret_cast<std::uintptr_t>(regions.data());
  arguments.vec_len = regions.size();
  arguments.category_mask = kPageIsPresent;
  arguments.return_mask = kPageIsPresent | kPageIsHuge;
  PageScan scan;
  while (arguments.start < arguments.end) {
    const int count = ::ioctl(fd.get(), kPagemapScan, &arguments);
    // No progress would be an endless loop; a kernel that does this cannot be asked.
    if (count < 0 || arguments.walk_end <= arguments.start) return std::nullopt;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      const std::uint64_t bytes = regions[i].end - regions[i].start;
      scan.present_bytes += bytes;
      if ((regions[i].categories & kPageIsHuge) != 0) scan.huge_bytes += bytes;
    }
    arguments.start = arguments.walk_end;
  }
  return scan;
}

}  // namespace pmembench
