// Names of cells, and the hashes made of text.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "plan/plan.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

// FNV-1a, 64 bits (Fowler, Noll, Vo): the same on every host and in every version.
[[nodiscard]] constexpr std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001B3ULL;
  }
  return hash;
}

// MEDIA/BACKEND[:OPTIONS]/PATH/WORKLOAD[/PARAMETERS]/tTHREADS[/PLACEMENT][/operation-MODE]
// [/ARRIVAL@RATE][/slots=TIME]. Of the
// parameters those for which `written` holds, in the workload's order; sizes short ("4K"). What is
// not written is the workload's default, so that two cells of one name are one cell.
std::string cell_name(const Cell& cell, const std::vector<ParameterSpec>& specs,
                      const std::function<bool(std::string_view)>& written);

// MEDIA/WORKLOAD/BACKEND: of the one skipped cell that stands for all of a group's with a backend
// that "usable" had to leave out.
std::string left_out_name(const Cell& cell);

// All that decides what the cell measures but its name, one "key=value" a line.
std::string cell_identity(const Cell& cell);

}  // namespace pmembench
