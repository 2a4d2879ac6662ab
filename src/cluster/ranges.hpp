// Which bytes of a medium each rank uses.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "plan/plan.hpp"

namespace pmembench {

enum class Ranges {
  own,        // each host has its own medium of that name
  disjoint,   // one medium, a part of it for each rank
  shared,     // one medium, all of it for all ranks: reads only
  neighbour,  // a part for each rank; what only reads, reads the part of the next rank
};

[[nodiscard]] std::string_view name_of(Ranges ranges);
Result<Ranges> parse_ranges(std::string_view word);

// Must all ranks map the same bytes?
[[nodiscard]] constexpr bool is_one_memory(Ranges ranges) { return ranges != Ranges::own; }

// The medium as rank `rank` of `ranks` opens it. `size_bytes`: of all of it, where the name does
// not give it. `writes`: the cell stores. Errors (usage): a medium that cannot be divided.
Result<std::string> media_of_rank(const std::string& media, Ranges ranges, bool writes,
                                  unsigned rank, unsigned ranks, std::uint64_t size_bytes);

// Why the cell cannot be measured by several hosts with these ranges; empty: it can.
[[nodiscard]] std::string cluster_skip_reason(const Cell& cell, Ranges ranges);

// Does the cell store into its medium?
[[nodiscard]] bool cell_writes(const Cell& cell);

}  // namespace pmembench
