// Warnings about the memory of the bytes: in which nodes, pages and caches they were.
#include <algorithm>
#include <map>
#include <set>

#include "base/units.hpp"
#include "record/limits.hpp"
#include "results/row_parts.hpp"

namespace pmembench {
namespace {

// What faults cost at least, as a share of the time in which the operations were timed. Behind a
// memory limit a fault that reads waits for the disk, and for what is written to make room, a
// thousand times as long as the least: more than that share of the operations is too many at any
// cost.
std::optional<Warning> warn_page_faults(const std::vector<Replicate>& replicates,
                                        const Cell& cell) {
  std::uint64_t minor = 0, major = 0;
  double time_ns = 0, operations = 0;
  for (const Replicate& replicate : replicates) {
    minor += replicate.details.minor_faults;
    major += replicate.details.major_faults;
    operations += static_cast<double>(replicate.operations);
    time_ns += static_cast<double>(replicate.operations) * replicate.median_ns_per_operation *
               std::max(1U, cell.threads);
  }
  const double fault_ns = static_cast<double>(minor) * limits::kMinorFault_ns +
                          static_cast<double>(major) * limits::kMajorFault_ns;
  const bool costly = fault_ns > limits::kFaultShare * time_ns;
  const bool frequent = static_cast<double>(major) > limits::kFaultShare * operations;
  if (!costly && !frequent) return std::nullopt;
  return Warning{"page_faults",
                 fmt::format("{} page faults, {} of them for pages that had to be read, fell into "
                             "the timed operations: pages were swapped out, or taken by a memory "
                             "limit, and their way back is what was measured; use a medium that "
                             "fits the memory and its limits, and turn swap off",
                             minor + major, major)};
}

std::optional<Warning> warn_page_size(const Cell& cell, const std::vector<Replicate>& replicates) {
  if (cell.media.find("pages=thp") == std::string::npos) return std::nullopt;
  double least = 1;
  for (const Replicate& replicate : replicates) {
    least = std::min(least, replicate.medium.huge_share);
  }
  if (least >= limits::kHugeShare) return std::nullopt;
  return Warning{
      "page_size",
      fmt::format("only {:.0f} % of the bytes are in huge pages in the worst replicate, though "
                  "transparent huge pages were asked for: memory is fragmented or THP is off; "
                  "free memory or reserve hugetlb pages and ask for pages=2m",
                  100 * least)};
}

std::optional<Warning> warn_placement(const Cell& cell, const std::vector<Replicate>& replicates) {
  if (cell.placement.memory_node < 0) return std::nullopt;
  double least = 1;
  for (const Replicate& replicate : replicates) {
    const std::map<int, double>& shares = replicate.medium.node_share;
    if (shares.empty()) continue;  // the kernel reports no nodes
    const auto there = shares.find(cell.placement.memory_node);
    least = std::min(least, there == shares.end() ? 0 : there->second);
  }
  if (least >= limits::kNodeShare) return std::nullopt;
  return Warning{
      "placement",
      fmt::format("only {:.0f} % of the bytes are on node {}, which was asked for, in the worst "
                  "replicate: the kernel put or moved pages elsewhere; free memory on that node "
                  "and turn numa_balancing off",
                  100 * least, cell.placement.memory_node)};
}

std::optional<Warning> warn_placement_not_proved(const std::vector<Replicate>& replicates) {
  const auto unknown = std::find_if(
      replicates.begin(), replicates.end(),
      [](const Replicate& replicate) { return !replicate.medium.nodes_unknown.empty(); });
  if (unknown == replicates.end()) return std::nullopt;
  const MediumFacts& medium = unknown->medium;
  const std::string how = medium.placed_by == "first touch"
                              ? "a thread on that node touched them first, since mbind is refused"
                          : medium.placed_by == "mbind" ? "mbind was accepted"
                                                        : "nothing asked for a node";
  return Warning{
      "placement_not_proved",
      fmt::format("the node of its pages is not proved ({}): {}, and the kernel does not report "
                  "where they are; allow move_pages in the container's seccomp profile",
                  medium.nodes_unknown, how)};
}

// Bytes that are flushed, or stored past the caches, go to the memory with any range. A range that
// was named may be meant to fit.
std::optional<Warning> warn_cached(const Cell& cell, const std::vector<Replicate>& replicates) {
  const std::uint64_t cache_bytes = cell.cache_bytes;
  const auto range = cell.parameters.find("range_size");
  const bool named = range != cell.parameters.end() && range->second != "0";
  if (cache_bytes == 0 || cell.durable || named || !cell.capabilities.does_work)
    return std::nullopt;
  const MediumFacts& medium = replicates.front().medium;
  const std::uint64_t size_bytes = medium.size_bytes;
  const bool loaded = medium.kind == "dram" || medium.kind == "file" || medium.kind == "devdax";
  if (!loaded || size_bytes == 0 || size_bytes >= limits::kCachesForMemory * cache_bytes) {
    return std::nullopt;
  }
  const double share =
      std::min(1.0, static_cast<double>(cache_bytes) / static_cast<double>(size_bytes));
  return Warning{
      "cached",
      fmt::format("the medium has {} and the last-level caches that its CPUs use, with the one "
                  "before the memory if there is any, {}: up to {:.0f} % of what it works on is in "
                  "a cache; use a medium of {} at least, or name a range_size where the cache is "
                  "what is measured",
                  format_size(size_bytes), format_size(cache_bytes), 100 * share,
                  format_size(limits::kCachesForMemory * cache_bytes))};
}

// Bytes that read back say nothing of what is durable (docs/audit.md).
std::optional<Warning> warn_unaudited(const Cell& cell, const std::vector<Replicate>& replicates) {
  if (!cell.durable || !cell.capabilities.does_work) return std::nullopt;
  for (const Replicate& replicate : replicates) {
    if (replicate.medium.claim != kUnauditedClaim) continue;
    return Warning{
        "unaudited",
        fmt::format("no audit shows that {} makes bytes durable with this CPU's features, in this "
                    "persistence domain: run `{}`, and measure again",
                    cell.backend, replicate.medium.audit)};
  }
  return std::nullopt;
}

}  // namespace

std::vector<Warning> memory_warnings_of(const Cell& cell,
                                        const std::vector<Replicate>& replicates) {
  return present({warn_page_faults(replicates, cell), warn_page_size(cell, replicates),
                  warn_placement(cell, replicates), warn_placement_not_proved(replicates),
                  warn_cached(cell, replicates), warn_unaudited(cell, replicates)});
}

}  // namespace pmembench
