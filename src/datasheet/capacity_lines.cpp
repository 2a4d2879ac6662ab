#include "datasheet/capacity_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/units.hpp"

namespace pmembench {
namespace {

using CapacityLines = std::vector<StructureLine>;

// Data and unified caches, the smallest first. A CPU has one of each level.
std::vector<CpuCache> stated_caches(const StructureContext& context) {
  std::map<unsigned, CpuCache> by_level;
  for (const CpuCache& cache : context.caches) {
    if (cache.type == "Instruction") continue;
    by_level.try_emplace(cache.level, cache);
  }
  std::vector<CpuCache> caches;
  for (const auto& [level, cache] : by_level) caches.push_back(cache);
  return caches;
}

std::string tenants(const StructureContext& context) {
  std::string text = "other tenants";
  if (context.virtual_machine) text += fmt::format(", on a virtual machine");
  if (context.shared_core_share > 0 || context.steal_share > 0) {
    text += fmt::format(
        " (a core was shared during {:.0f} % of slices, {:.0f} % of the time was "
        "taken by the hypervisor)",
        100 * context.shared_core_share, 100 * context.steal_share);
  }
  return text;
}

std::string steps_text(const CapacityResult& result) {
  if (result.found.empty()) return "no step was found";
  std::string text = "steps were found at";
  for (const Capacity& each : result.found) {
    text += fmt::format("{} {}", &each == &result.found.front() ? "" : ",",
                        format_size(static_cast<std::uint64_t>(each.size.value)));
  }
  return text;
}

double off_by(const Capacity& step, double bytes) { return std::abs(step.size.value / bytes - 1); }

// Each of the caches that are stated, with the step that is nearest to it.
CapacityLines cache_lines(const CapacityResult& result, const std::vector<CpuCache>& caches,
                          const StructureContext& context, std::vector<bool>& taken) {
  CapacityLines lines;
  for (const CpuCache& cache : caches) {
    const auto bytes = static_cast<double>(cache.size_bytes);
    StructureLine line;
    line.name = fmt::format("L{} cache", cache.level);
    line.repeat_only = "capacity";
    line.firmware = fmt::format("sysfs: {}", format_size(cache.size_bytes));
    std::size_t best = result.found.size();
    for (std::size_t i = 0; i < result.found.size(); ++i) {
      const bool nearer = best == result.found.size() ||
                          off_by(result.found[i], bytes) < off_by(result.found[best], bytes);
      if (!taken[i] && nearer) best = i;
    }
    if (!result.determined) {
      line.inference = not_determined("capacity", result.reason);
    } else if (bytes > result.covered_bytes) {
      line.inference = not_determined(
          "capacity", fmt::format("regions of up to {} show capacities of up to {}",
                                  format_size(static_cast<std::uint64_t>(4 * result.covered_bytes)),
                                  format_size(static_cast<std::uint64_t>(result.covered_bytes))));
    } else if (best < result.found.size() && off_by(result.found[best], bytes) <= kCacheTolerance) {
      taken[best] = true;
      line.inference = result.found[best].size;
      line.added_ns = result.found[best].added_ns;
      line.firmware += fmt::format(": {:+.0f} %", 100 * (line.inference.value / bytes - 1));
    } else {
      line.inference = not_determined(
          "capacity", fmt::format("{}: {}, none within {:.0f} % of what sysfs states",
                                  tenants(context), steps_text(result), 100 * kCacheTolerance));
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

// Steps beyond the caches are the memory's; of one within them it is not known what it is.
CapacityLines step_lines(const CapacityResult& result, double caches_bytes,
                         const StructureContext& context, const std::vector<bool>& taken) {
  CapacityLines lines;
  for (std::size_t i = 0; i < result.found.size(); ++i) {
    if (taken[i]) continue;
    StructureLine line;
    line.name = "capacity";
    line.repeat_only = "capacity";
    line.added_ns = result.found[i].added_ns;
    line.inference = result.found[i].size;
    if (line.inference.value < caches_bytes * (1 + kCacheTolerance)) {
      line.inference = not_determined(
          "capacity",
          fmt::format("a step at {} is within the caches of {} and none of them: address "
                      "translation, or {}",
                      format_size(static_cast<std::uint64_t>(line.inference.value)),
                      format_size(static_cast<std::uint64_t>(caches_bytes)), tenants(context)));
    }
    lines.push_back(std::move(line));
  }
  const bool beyond = std::any_of(lines.begin(), lines.end(), [](const StructureLine& line) {
    return line.inference.determined;
  });
  if (beyond || !result.determined) return lines;
  StructureLine none;
  none.name = "device buffer or cache";
  none.repeat_only = "capacity";
  none.inference.property = "capacity";
  if (result.covered_bytes <= caches_bytes) {
    none.inference = not_determined(
        "capacity", fmt::format("regions of up to {} end within the CPU's caches",
                                format_size(static_cast<std::uint64_t>(4 * result.covered_bytes))));
  } else {
    none.inference.determined = none.inference.none = true;
    none.inference.test = "knees by BIC";
    none.inference.missed = fmt::format(
        "capacities above {}, and steps of less than {:.0f} %",
        format_size(static_cast<std::uint64_t>(result.covered_bytes)), 100 * result.least_step);
  }
  lines.push_back(std::move(none));
  return lines;
}

CapacityLines named_steps(const CapacityResult& result, const char* name, const char* property,
                          const std::string& reason) {
  CapacityLines lines;
  const auto line = [&](Inference inference, double added_ns) {
    lines.push_back({std::move(inference), name, "", property, added_ns});
  };
  if (!result.determined) {
    line(not_determined(property, reason.empty() ? result.reason : reason), 0);
  } else if (result.found.empty()) {
    Inference none;
    none.property = property;
    none.determined = none.none = true;
    none.test = "knees by BIC";
    none.missed = fmt::format("capacities above {}",
                              format_size(static_cast<std::uint64_t>(result.covered_bytes)));
    line(std::move(none), 0);
  }
  for (const Capacity& each : result.found) line(each.size, each.added_ns);
  return lines;
}

}  // namespace

std::vector<StructureLine> capacity_lines(const ProbeSet& set, const StructureContext& context) {
  CapacityResult dense = infer_capacities("capacity", dense_samples(set));
  const std::string reason = set.reason("uniform", {{"spacing", "64"}});
  if (!dense.determined && !reason.empty()) dense.reason = reason;
  const std::vector<CpuCache> caches = stated_caches(context);
  std::vector<bool> taken(dense.found.size(), false);
  CapacityLines lines = cache_lines(dense, caches, context, taken);
  const double caches_bytes = caches.empty() ? 0 : static_cast<double>(caches.back().size_bytes);
  const auto add = [&](CapacityLines more) {
    for (StructureLine& each : more) lines.push_back(std::move(each));
  };
  if (dense.determined) {
    add(step_lines(dense, caches_bytes, context, taken));
  } else if (caches.empty()) {
    add(named_steps(dense, "capacity", "capacity", ""));
  }
  add(named_steps(infer_capacities("tlb", page_samples(set)), "TLB reach", "tlb",
                  set.reason("uniform", {{"line", "hashed"}})));
  add(named_steps(infer_capacities("write_buffer", store_samples(set)), "write buffer",
                  "write_buffer", set.reason("random", store_cells())));
  return lines;
}

}  // namespace pmembench
