#include "datasheet/probe_properties.hpp"

namespace pmembench {
namespace {

std::string value_of(const Cell& cell, const char* name) {
  const auto found = cell.parameters.find(name);
  return found == cell.parameters.end() ? std::string() : found->second;
}

std::vector<std::string> uses_of_uniform(const Cell& cell) {
  if (value_of(cell, "turns_with") == "lines") return {"interleave"};
  if (value_of(cell, "line") == "hashed") return {"tlb", "page_walk"};
  if (value_of(cell, "range_size") != "0") return {"capacity", "tlb", "page_walk"};
  return {"parallelism", "interleave"};
}

}  // namespace

std::vector<std::string> properties_of(const Cell& cell) {
  const std::string& workload = cell.workload;
  if (workload == "uniform") return uses_of_uniform(cell);
  if (workload == "pairs" && value_of(cell, "access") == "store") return {"write_line"};
  // Pages are compared with lines, which says nothing where the device's own lines are longer.
  if (workload == "pairs") return {"read_line", "tlb", "page_walk"};
  if (workload == "random" && cell.capabilities.does_work) return {"write_buffer"};
  if (workload == "random") return {};
  if (workload == "alternate") return {"turnaround"};
  if (workload == "reload") {
    return {value_of(cell, "lines") == "pair" ? "banks" : "refresh"};
  }
  if (workload == "durability") {
    if (cell.slots_ns != 0) return {"wear"};
    return {"flush", "fence", "drain"};
  }
  if (workload == "chase" && value_of(cell, "range_size") != "0") return {"prefetch"};
  return {"figures"};
}

}  // namespace pmembench
