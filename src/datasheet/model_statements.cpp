#include "datasheet/model_statements.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/units.hpp"

namespace pmembench {
namespace {

std::string time_or_none(double ns) { return ns > 0 ? format_duration_ns(ns) : "none"; }

std::string levels_text(const SimModel& model) {
  std::string text;
  for (const SimCache& cache : model.caches) {
    text += fmt::format("{}{} {} (+{})", text.empty() ? "" : ", ", cache.name,
                        format_size(cache.capacity_bytes), format_duration_ns(cache.miss_ns));
  }
  return text.empty() ? "none" : text;
}

// Of a step that was found: the level it is nearest to.
std::string level_text(const SimModel& model, const StructureLine& line) {
  if (!line.inference.determined || line.inference.none) return levels_text(model);
  const SimCache* best = nullptr;
  const auto off = [&](const SimCache& cache) {
    return std::abs(std::log(line.inference.value / static_cast<double>(cache.capacity_bytes)));
  };
  for (const SimCache& cache : model.caches) {
    if (best == nullptr || off(cache) < off(*best)) best = &cache;
  }
  if (best == nullptr) return "none";
  return fmt::format("{} {} (+{})", best->name, format_size(best->capacity_bytes),
                     format_duration_ns(best->miss_ns));
}

std::string statement(const SimModel& model, const StructureLine& line) {
  const std::string& property = line.inference.property;
  const bool stall = line.name.ends_with("stall");
  if (property == "capacity") return level_text(model, line);
  if (property == "tlb") {
    return model.tlb_entries == 0 ? "none" : format_size(model.tlb_entries * model.page_bytes);
  }
  if (property == "page_walk") return time_or_none(model.tlb_entries == 0 ? 0 : model.walk_ns);
  if (property == "write_buffer") {
    return model.write_buffer_bytes == 0 ? "none" : format_size(model.write_buffer_bytes);
  }
  if (property == "read_line") {
    return format_size(model.caches.empty() ? 64 : model.caches.front().line_bytes);
  }
  if (property == "write_line") {
    return format_size(model.write_buffer_bytes == 0 ? 64 : model.write_line_bytes);
  }
  if (property == "interleave_granule") {
    return model.channels == 1 ? "none" : format_size(model.granule_bytes);
  }
  if (property == "interleave_ways") {
    return model.channels == 1 ? "none" : fmt::format("{}", model.channels);
  }
  if (property == "bank_conflict") {
    return time_or_none(model.banks == 0 ? 0 : model.conflict_ns);
  }
  if (property == "bank_classes") {
    return model.banks == 0 ? "none" : fmt::format("{}", model.banks * model.channels);
  }
  if (property == "parallelism") return fmt::format("{}", model.parallelism);
  if (property == "turnaround") return time_or_none(model.turnaround_ns);
  if (property == "prefetch") {
    return model.prefetch_lines == 0 ? "none" : fmt::format("{} lines ahead", model.prefetch_lines);
  }
  if (property == "flush") return format_duration_ns(model.flush_ns) + " of a line that is flushed";
  if (property == "fence" || property == "drain") return format_duration_ns(model.fence_ns);
  if (line.repeat_only == "refresh") {
    return time_or_none(stall ? model.refresh_stall_ns : model.refresh_period_ns);
  }
  if (line.repeat_only == "wear") {
    if (stall) return time_or_none(model.wear_writes == 0 ? 0 : model.wear_stall_ns);
    return model.wear_writes == 0 ? "none" : fmt::format("{} writes", model.wear_writes);
  }
  return {};
}

}  // namespace

void state_model(const SimModel& model, std::vector<StructureLine>& lines) {
  for (StructureLine& line : lines) {
    const std::string text = statement(model, line);
    if (!text.empty()) line.firmware = "model: " + text;
  }
}

}  // namespace pmembench
