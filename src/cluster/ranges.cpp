#include "cluster/ranges.hpp"

#include <array>

#include "base/units.hpp"
#include "workloads/workload.hpp"

namespace pmembench {
namespace {

constexpr std::array kAllRanges{Ranges::own, Ranges::disjoint, Ranges::shared, Ranges::neighbour};
// A part begins at a multiple of this, so that dax devices of either alignment can be divided.
constexpr std::uint64_t kPartAlignment = kHugePageBytes;

std::string part_text(const MediaSpec& spec, std::uint64_t offset_bytes, std::uint64_t size_bytes) {
  return fmt::format("{}:{},size={},offset={}", media_kind_name(spec.kind), spec.path, size_bytes,
                     offset_bytes);
}

}  // namespace

std::string_view name_of(Ranges ranges) {
  switch (ranges) {
    case Ranges::own:
      return "own";
    case Ranges::disjoint:
      return "disjoint";
    case Ranges::shared:
      return "shared";
    case Ranges::neighbour:
      break;
  }
  return "neighbour";
}

Result<Ranges> parse_ranges(std::string_view word) {
  std::vector<std::string> known;
  for (const Ranges each : kAllRanges) {
    if (word == name_of(each)) return each;
    known.emplace_back(name_of(each));
  }
  const std::string near = nearest(word, known);
  return usage_error("--ranges '{}' is unknown{}; write own, disjoint, shared or neighbour", word,
                     near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near));
}

bool cell_writes(const Cell& cell) {
  const WorkloadType* type = find_workload(cell.workload);
  return type != nullptr && type->writes && type->writes(cell.parameters);
}

Result<std::string> media_of_rank(const std::string& media, Ranges ranges, bool writes,
                                  unsigned rank, unsigned ranks, std::uint64_t size_bytes) {
  if (!is_one_memory(ranges)) return media;
  const auto spec = parse_media(media);
  if (!spec) return spec.error();
  if (spec->kind != DAX_MEDIA_FILE && spec->kind != DAX_MEDIA_DEVDAX) {
    return usage_error(
        "medium '{}' is not one that hosts share: use file or devdax, or --ranges own", media);
  }
  const std::uint64_t whole_bytes = spec->size_bytes != 0 ? spec->size_bytes : size_bytes;
  if (ranges == Ranges::shared) return part_text(*spec, spec->offset_bytes, whole_bytes);
  std::uint64_t part_bytes = whole_bytes / ranks;
  part_bytes -= part_bytes % (part_bytes >= kPartAlignment ? kPartAlignment : DAX_PAGE_BYTES);
  if (part_bytes == 0) {
    return usage_error("medium '{}' has {}, too little for {} ranks: name a larger one", media,
                       format_size(whole_bytes), ranks);
  }
  const unsigned place = ranges == Ranges::neighbour && !writes ? (rank + 1) % ranks : rank;
  return part_text(*spec, spec->offset_bytes + place * part_bytes, part_bytes);
}

std::string cluster_skip_reason(const Cell& cell, Ranges ranges) {
  const WorkloadType* type = find_workload(cell.workload);
  if (type != nullptr && (type->lives || type->paced)) {
    return fmt::format("workload {} is measured by one host at a time: run it with pmembench",
                       cell.workload);
  }
  if (cell.arrival != "closed") {
    return "an open loop has no common window: measure closed loops with several hosts";
  }
  if (ranges == Ranges::shared && cell_writes(cell)) {
    return "hosts that write the same bytes cannot prove what they wrote: use --ranges disjoint or "
           "neighbour";
  }
  return {};
}

}  // namespace pmembench
