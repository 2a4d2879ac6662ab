#include "plan/cell_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/units.hpp"
#include "plan/skip_reason.hpp"

namespace pmembench {
namespace {

constexpr std::array<std::string_view, 11> kCellFacts{
    "media",  "backend",      "path",    "workload", "threads", "placement",
    "timing", "latency_mode", "arrival", "rate",     "slots"};
constexpr std::uint64_t kMaximumThreads = 65'536;

template <typename List>
std::vector<std::string> names_of(const List& list) {
  std::vector<std::string> names;
  for (const auto& item : list) names.emplace_back(item.name);
  return names;
}

Error not_known(const SourcePosition& at, std::string_view what, std::string_view name,
                const std::vector<std::string>& known) {
  const std::string near = nearest(name, known);
  return error_at(at, fmt::format("unknown {} '{}'{}; there are: {}", what, name,
                                  near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near),
                                  fmt::join(known, ", ")));
}

Error missing(const Combination& combination, std::string_view key, std::string_view example) {
  return error_at(
      combination.group().at,
      fmt::format("the group has no '{}': add one, such as '{}: {}'", key, key, example));
}

// "NAME" or "NAME:key=value;key=value"; the backend is handed commas, which lists use in YAML.
Result<std::string> options_of(const CampaignValue& value, std::size_t colon) {
  if (colon == std::string::npos) return std::string();
  std::string options = value.text.substr(colon + 1);
  std::replace(options.begin(), options.end(), ';', ',');
  for (std::size_t at = 0; at <= options.size();) {
    const std::size_t end = std::min(options.find(',', at), options.size());
    const std::string option = options.substr(at, end - at);
    const std::size_t equals = option.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return error_at(value.at, fmt::format("backend: '{}' is not an option: write NAME:key=value;"
                                            "key=value",
                                            option));
    }
    at = end + 1;
  }
  return options;
}

// Those for `kind`, and those that could not be loaded and may serve any kind. Never null: it
// measures the harness and not the media.
std::vector<BackendChoice> usable_backends(const Registry& registry, dax_media_kind kind) {
  std::vector<BackendChoice> choices;
  for (const BackendEntry& entry : registry.entries()) {
    const dax_operations* operations = entry.operations;
    if (operations != nullptr && !serves(*operations, kind)) continue;
    if (operations != nullptr && (operations->capabilities & DAX_CAP_NO_WORK) != 0) continue;
    choices.push_back({&entry, "", true});
  }
  return choices;
}

}  // namespace

bool is_cell_fact(std::string_view key) {
  return std::find(kCellFacts.begin(), kCellFacts.end(), key) != kCellFacts.end();
}

Result<MediaSpec> media_of(const Combination& combination) {
  const CampaignValue* value = combination.find("media");
  if (value == nullptr) return missing(combination, "media", "dram:128M");
  auto spec = parse_media(value->text);
  if (!spec) return error_at(value->at, fmt::format("media: {}", spec.error().message));
  return spec;
}

Result<const WorkloadType*> workload_of(const Combination& combination) {
  const CampaignValue* value = combination.find("workload");
  if (value == nullptr) return missing(combination, "workload", "random");
  const WorkloadType* workload = find_workload(value->text);
  if (workload == nullptr) {
    return not_known(value->at, "workload", value->text, names_of(workload_list()));
  }
  return workload;
}

Result<const PathType*> path_of(const Combination& combination, const WorkloadType& workload) {
  const char* const usual = workload.needs_files     ? "fs-dax"
                            : workload.needs_mapping ? "mapped"
                                                     : "direct";
  const std::string name = combination.text_or("path", usual);
  const PathType* path = find_path(name);
  if (path == nullptr) {
    return not_known(combination.at("path"), "path", name, names_of(path_list()));
  }
  return path;
}

ParameterSpec prefetchers_spec() {
  return {kPrefetchersKey,
          ValueKind::choice,
          kPrefetchersAsFound,
          {kPrefetchersAsFound, "on", "off"},
          "hardware prefetchers of the cell's CPUs: switched as root, and put back afterwards"};
}

std::vector<ParameterSpec> specs_of(const WorkloadType& workload, const PathType& path) {
  std::vector<ParameterSpec> specs = workload.parameters;
  specs.insert(specs.end(), path.parameters.begin(), path.parameters.end());
  specs.push_back(prefetchers_spec());
  return specs;
}

std::vector<std::string> paths_with(std::string_view key) {
  std::vector<std::string> names;
  for (const PathType& path : path_list()) {
    const auto keys = names_of(path.parameters);
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) names.emplace_back(path.name);
  }
  return names;
}

Result<Parameters> parameters_of(const Combination& combination, const WorkloadType& workload,
                                 const std::vector<ParameterSpec>& specs) {
  const auto known = names_of(specs);
  for (const CampaignAxis& axis : combination.group().axes) {
    if (is_cell_fact(axis.key) || axis.inherited) continue;
    if (std::find(known.begin(), known.end(), axis.key) != known.end()) continue;
    if (!paths_with(axis.key).empty()) continue;
    return error_at(axis.at, fmt::format("workload '{}' has no key '{}'; its keys: {}",
                                         workload.name, axis.key, fmt::join(known, ", ")));
  }
  Parameters parameters;
  for (const ParameterSpec& spec : specs) {
    const std::string text = combination.text_or(spec.name, spec.default_value);
    const auto& choices = spec.choices;
    if (!choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end()) {
      return error_at(combination.at(spec.name),
                      fmt::format("{}: workload '{}' takes one of: {}; not '{}'", spec.name,
                                  workload.name, fmt::join(choices, ", "), text));
    }
    parameters[spec.name] = text;
  }
  return parameters;
}

Result<Timing> timing_of(const Combination& combination) {
  const std::string text = combination.text_or("timing", "slice");
  if (text == "slice") return Timing::slice;
  if (text == "operation") return Timing::operation;
  return error_at(combination.at("timing"),
                  fmt::format("timing: '{}' is not one of: slice, operation", text));
}

Result<std::string> latency_mode_of(const Combination& combination, const WorkloadType& workload,
                                    Timing timing) {
  const CampaignAxis* axis = combination.group().axis("latency_mode");
  const bool own = axis != nullptr && !axis->inherited;
  const std::string text = combination.text_or("latency_mode", "durable");
  if (text != "issue" && text != "durable" && text != "dependent") {
    return error_at(
        combination.at("latency_mode"),
        fmt::format("latency_mode: '{}' is not one of: issue, durable, dependent", text));
  }
  if (workload.dependent) {
    if (!own || text == "dependent") return std::string("dependent");
    return error_at(combination.at("latency_mode"),
                    fmt::format("latency_mode: each operation of '{}' waits for the one before, so "
                                "its mode is dependent and not {}",
                                workload.name, text));
  }
  if (own && text == "dependent") {
    return error_at(combination.at("latency_mode"),
                    fmt::format("latency_mode: the operations of '{}' do not wait for each other: "
                                "write issue or durable",
                                workload.name));
  }
  if (timing == Timing::operation) return text == "dependent" ? "durable" : text;
  const CampaignAxis* timings = combination.group().axis("timing");
  if (own && (timings == nullptr || timings->values.size() == 1)) {
    return error_at(combination.at("latency_mode"),
                    "latency_mode: slices have no latency mode: add 'timing: operation'");
  }
  return std::string();
}

std::vector<unsigned> ThreadsChoice::counts(unsigned all) const {
  if (!up_to_all) return {first};
  std::vector<unsigned> counts;
  std::uint64_t count = first;
  while (step > 0 && count < all) {
    counts.push_back(static_cast<unsigned>(count));
    count = multiplies ? count * step : count + step;
  }
  counts.push_back(all);
  return counts;
}

Result<ThreadsChoice> threads_of(const Combination& combination) {
  const std::string text = combination.text_or("threads", "1");
  const auto refuse = [&](const std::string& sentence) {
    return error_at(combination.at("threads"), fmt::format("threads: {}", sentence));
  };
  ThreadsChoice choice;
  if (text == "all") {
    choice.up_to_all = true;
    return choice;
  }
  const std::size_t colon = text.find(':');
  const auto first = parse_count(text.substr(0, colon));
  if (!first) return refuse(first.error().message);
  std::uint64_t step = 0;
  if (colon != std::string::npos) {  // "1:*2:all", as the reader checked it
    const auto by = parse_count(text.substr(colon + 2, text.rfind(':') - colon - 2));
    if (!by) return refuse(by.error().message);
    step = *by;
    choice.multiplies = text[colon + 1] == '*';
    choice.up_to_all = true;
  }
  if (*first < 1 || *first > kMaximumThreads || step > kMaximumThreads) {
    return refuse(fmt::format("{} is out of range: it must be from 1 to {}, or all",
                              step > kMaximumThreads ? step : *first, kMaximumThreads));
  }
  choice.first = static_cast<unsigned>(*first);
  choice.step = static_cast<unsigned>(step);
  return choice;
}

Result<std::vector<BackendChoice>> backends_of(const Combination& combination,
                                               const Registry& registry, dax_media_kind kind) {
  const CampaignValue value{combination.text_or("backend", "usable"), combination.at("backend")};
  if (value.text == "usable") {
    auto choices = usable_backends(registry, kind);
    if (!choices.empty()) return choices;
    return error_at(value.at,
                    fmt::format("backend: no backend serves {} media", media_kind_name(kind)));
  }
  const std::size_t colon = value.text.find(':');
  const auto entry = registry.find(value.text.substr(0, colon));
  if (!entry) return error_at(value.at, fmt::format("backend: {}", entry.error().message));
  auto options = options_of(value, colon);
  if (!options) return options.error();
  return std::vector<BackendChoice>{{*entry, *std::move(options), false}};
}

}  // namespace pmembench
