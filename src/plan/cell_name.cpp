#include "plan/cell_name.hpp"

#include <fmt/format.h>

#include "base/units.hpp"

namespace pmembench {
namespace {

std::string short_text(const ParameterSpec& spec, const std::string& text) {
  if (spec.kind != ValueKind::size) return text;
  const auto size_bytes = parse_count(text);
  PMB_CHECK(size_bytes.has_value(), "sizes are canonical in Parameters");
  return format_size_short(*size_bytes);
}

// "10ms": whole units only, so that it reads back as it was written.
std::string slots_text(std::uint64_t ns) {
  if (ns % 1'000'000'000 == 0) return fmt::format("{}s", ns / 1'000'000'000);
  if (ns % 1'000'000 == 0) return fmt::format("{}ms", ns / 1'000'000);
  return ns % 1000 == 0 ? fmt::format("{}us", ns / 1000) : fmt::format("{}ns", ns);
}

}  // namespace

std::string cell_name(const Cell& cell, const std::vector<ParameterSpec>& specs,
                      const std::function<bool(std::string_view)>& written) {
  std::string options = cell.backend_options;
  std::string name = fmt::format("{}/{}{}{}/{}/{}", cell.media, cell.backend,
                                 options.empty() ? "" : ":", options, cell.path, cell.workload);
  char separator = '/';
  for (const ParameterSpec& spec : specs) {
    if (!written(spec.name)) continue;
    name += fmt::format("{}{}={}", separator, spec.name,
                        short_text(spec, cell.parameters.at(spec.name)));
    separator = ',';
  }
  name += fmt::format("/t{}", cell.threads);
  if (cell.placement.asked != "near") name += "/" + cell.placement.asked;
  if (cell.timing == Timing::operation) name += "/operation-" + cell.latency_mode;
  if (cell.arrival != "closed") name += fmt::format("/{}@{}", cell.arrival, cell.rate);
  if (cell.slots_ns != 0) name += fmt::format("/slots={}", slots_text(cell.slots_ns));
  return name;
}

std::string left_out_name(const Cell& cell) {
  return fmt::format("{}/{}/{}", cell.media, cell.workload, cell.backend);
}

std::string cell_identity(const Cell& cell) {
  std::string text =
      fmt::format("media={}\nbackend={}\noptions={}\npath={}\nworkload={}\n", cell.media,
                  cell.backend, cell.backend_options, cell.path, cell.workload);
  for (const auto& [key, value] : cell.parameters) text += fmt::format("{}={}\n", key, value);
  text += fmt::format("threads={}\nplacement={}\ncpus={}\nnode={}\n", cell.threads,
                      cell.placement.asked, fmt::join(cell.placement.cpus, ","),
                      cell.placement.memory_node);
  text += fmt::format("timing={}\nlatency_mode={}\nskipped={}\n",
                      cell.timing == Timing::slice ? "slice" : "operation", cell.latency_mode,
                      !cell.skip_reason.empty());
  // Only where they are used, so that plans from before they existed keep their fingerprints.
  if (cell.arrival != "closed")
    text += fmt::format("arrival={}\nrate={}\n", cell.arrival, cell.rate);
  if (cell.slots_ns != 0) text += fmt::format("slots_ns={}\n", cell.slots_ns);
  return text;
}

}  // namespace pmembench
