#include "plan/used_ranges.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "base/units.hpp"
#include "dax/sim_model.hpp"
#include "platform/used_range.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 50;
constexpr std::uint64_t kRoundsOfInterleave = 16;
constexpr std::uint64_t kHugeBytes = std::uint64_t{2} << 20;
constexpr std::uint64_t kGigaBytes = std::uint64_t{1} << 30;

// The least that a cell needs of its medium, as far as its keys show; layers need additional room.
std::uint64_t named_bytes(const Cell& cell, const MediaSpec& spec) {
  std::uint64_t bytes = 0;
  const auto range = cell.parameters.find("range_size");
  if (range != cell.parameters.end()) {
    const auto named = parse_count(range->second);
    bytes = named ? *named : 0;
    const auto offset = cell.parameters.find("range_offset");
    const auto from = offset == cell.parameters.end() ? Result<std::uint64_t>(std::uint64_t{0})
                                                      : parse_count(offset->second);
    bytes += from ? *from : 0;
    const PathType* path = find_path(cell.path);
    if (path != nullptr && path->keeps_structures) bytes *= 2;
  }
  std::uint64_t round = 0;
  for (const NodeWeight& each : spec.interleave) round += each.weight;
  return std::max(bytes, kRoundsOfInterleave * round * kHugeBytes);
}

bool fits(const Cell& cell, std::uint64_t bytes) {
  const WorkloadType* workload = find_workload(cell.workload);
  const PathType* path = find_path(cell.path);
  if (workload == nullptr || path == nullptr) return true;
  if (path->check != nullptr && !path->check(cell.parameters, bytes)) return false;
  return workload->check(cell.parameters, bytes, cell.threads).has_value();
}

// Of a model: four times what its levels hold, however large the caches of this host are.
std::uint64_t usual_of_model(const Cell& cell) {
  constexpr std::uint64_t kLeastOfModel = std::uint64_t{16} << 20;
  return std::max(kLeastOfModel, std::bit_ceil(kCachesForMemory * cell.cache_bytes));
}

std::uint64_t used_by(const Cell& cell, std::uint64_t usual_bytes) {
  const auto spec = parse_media(cell.media);
  if (spec && spec->kind == DAX_MEDIA_SIM) usual_bytes = usual_of_model(cell);
  if (!spec || spec->kind == DAX_MEDIA_POSIX || !spec->parts.empty()) return 0;
  std::uint64_t bytes = usual_bytes;
  while (bytes < kMostBytes && (bytes < named_bytes(cell, *spec) || !fits(cell, bytes))) bytes *= 2;
  if (bytes >= kMostBytes) return 0;
  if (spec->pages == PageChoice::huge_1g)
    bytes = (bytes + kGigaBytes - 1) / kGigaBytes * kGigaBytes;
  const bool whole = spec->size_bytes != 0 && bytes >= spec->size_bytes;
  return whole ? 0 : bytes;
}

}  // namespace

void set_used_ranges(std::vector<Cell>& cells, const Topology& topology) {
  std::uint64_t cache_bytes = 0;
  for (const Cell& cell : cells) {
    if (!is_model(cell.media)) cache_bytes = std::max(cache_bytes, cell.cache_bytes);
  }
  const std::uint64_t usual_bytes = used_range_bytes(cache_bytes, topology);
  for (Cell& cell : cells) {
    if (cell.skip_reason.empty()) cell.used_bytes = used_by(cell, usual_bytes);
  }
}

}  // namespace pmembench
