// Reads from smaps how large the pages are that back a range.
#include <algorithm>
#include <charconv>

#include "base/units.hpp"
#include "platform/host_tree.hpp"
#include "platform/page_scan.hpp"
#include "platform/topology.hpp"

namespace pmembench {
namespace {

// One mapping of smaps.
struct Mapping {
  std::uint64_t begin = 0, end = 0;
  std::uint64_t page_bytes = 0;  // KernelPageSize; larger than base pages for hugetlb and devdax
  std::uint64_t resident_bytes = 0;
  std::uint64_t huge_bytes = 0;
};

using Scanner = std::optional<PageScan> (*)(std::uint64_t begin, std::uint64_t end);

std::optional<PageScan> no_scan(std::uint64_t, std::uint64_t) { return std::nullopt; }

// The share of the present bytes of [begin, end), which is in `mapping`, that huge pages hold.
double huge_share_of(const Mapping& mapping, std::uint64_t begin, std::uint64_t end, Scanner scan) {
  if (mapping.page_bytes >= kHugePageBytes) return 1;
  const auto share = [](std::uint64_t huge, std::uint64_t present) {
    return present == 0 ? 0
                        : std::min(1.0, static_cast<double>(huge) / static_cast<double>(present));
  };
  // The scan sees this range alone, and huge pages of fs-dax, which smaps does not count.
  if (const auto exact = scan(begin, end)) return share(exact->huge_bytes, exact->present_bytes);
  return share(mapping.huge_bytes, mapping.resident_bytes);
}

// "7f0c8e000000-7f0c8e200000 rw-p ...": the line that begins a mapping.
bool parse_header(std::string_view line, Mapping& mapping) {
  const char* end = line.data() + line.size();
  const auto first = std::from_chars(line.data(), end, mapping.begin, 16);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-') return false;
  const auto last = std::from_chars(first.ptr + 1, end, mapping.end, 16);
  return last.ec == std::errc() && last.ptr != end && *last.ptr == ' ' &&
         mapping.begin < mapping.end;
}

void parse_field(std::string_view line, Mapping& mapping) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view key = line.substr(0, colon);
  const auto bytes = parse_kernel_size(line.substr(colon + 1));
  if (!bytes) return;
  if (key == "KernelPageSize") mapping.page_bytes = *bytes;
  if (key == "Rss") mapping.resident_bytes = *bytes;
  // Three counters of disjoint kinds of page: anonymous, shared memory, page cache.
  if (key == "AnonHugePages" || key == "ShmemPmdMapped" || key == "FilePmdMapped") {
    mapping.huge_bytes += *bytes;
  }
}

std::vector<Mapping> mappings_in(std::string_view smaps, std::uint64_t begin, std::uint64_t end) {
  std::vector<Mapping> found;
  bool inside = false;
  while (!smaps.empty()) {
    const std::size_t length = std::min(smaps.find('\n'), smaps.size());
    const std::string_view line = smaps.substr(0, length);
    smaps.remove_prefix(std::min(length + 1, smaps.size()));
    Mapping next;
    if (parse_header(line, next)) {
      inside = next.begin < end && begin < next.end;
      if (inside) found.push_back(next);
    } else if (inside) {
      parse_field(line, found.back());
    }
  }
  return found;
}

Result<PageBacking> backing_of(std::string_view smaps, std::uint64_t address,
                               std::uint64_t size_bytes, Scanner scan) {
  const std::uint64_t end = address + size_bytes;
  std::map<std::uint64_t, double> bytes_by_page;
  double huge_bytes = 0;
  std::uint64_t covered = 0;
  for (const Mapping& mapping : mappings_in(smaps, address, end)) {
    if (mapping.page_bytes == 0) {
      return environment_error(
          "cannot determine the page size of [{:#x}, {:#x}): smaps shows no KernelPageSize for it; "
          "use a kernel with CONFIG_PROC_PAGE_MONITOR",
          address, end);
    }
    const std::uint64_t first = std::max(address, mapping.begin);
    const std::uint64_t last = std::min(end, mapping.end);
    const std::uint64_t overlap = last - first;
    const double share = huge_share_of(mapping, first, last, scan);
    covered += overlap;
    huge_bytes += share * static_cast<double>(overlap);
    const bool promoted = share > 0.5 && mapping.page_bytes < kHugePageBytes;
    bytes_by_page[promoted ? kHugePageBytes : mapping.page_bytes] += static_cast<double>(overlap);
  }
  if (covered != size_bytes || size_bytes == 0) {
    return environment_error(
        "cannot determine the page size of [{:#x}, {:#x}): only {} of its {} bytes are mapped; map "
        "all of them first",
        address, end, covered, size_bytes);
  }
  const auto most =
      std::max_element(bytes_by_page.begin(), bytes_by_page.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return PageBacking{most->first, huge_bytes / static_cast<double>(size_bytes)};
}

}  // namespace

Result<PageBacking> page_backing_in(std::string_view smaps, std::uint64_t address,
                                    std::uint64_t size_bytes) {
  return backing_of(smaps, address, size_bytes, no_scan);
}

Result<PageBacking> page_backing(const void* address, std::uint64_t size_bytes) {
  const auto smaps = HostTree("/").text("proc/self/smaps");
  if (!smaps || smaps->empty()) {
    return environment_error(
        "cannot determine the page size of the mapping: /proc/self/smaps cannot be read; "
        "mount /proc");
  }
  return backing_of(*smaps, reinterpret_cast<std::uintptr_t>(address), size_bytes, scan_pages);
}

}  // namespace pmembench
