// Workloads of PerMA-Bench: a map of benchmarks, each with `args` and a `matrix`.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/units.hpp"
#include "config/yaml_tree.hpp"
#include "translate/campaign_words.hpp"
#include "translate/translation.hpp"

namespace pmembench {
namespace {

using Kind = YamlNode::Kind;

const YamlNode* child_of(const YamlNode& map, std::string_view key) {
  for (std::size_t i = 0; map.kind == Kind::map && i < map.keys.size(); ++i) {
    if (map.keys[i].text == key) return &map.values[i];
  }
  return nullptr;
}

bool is_benchmark(const YamlNode& node) {
  return child_of(node, "args") != nullptr || child_of(node, "matrix") != nullptr ||
         child_of(node, "parallel_benchmarks") != nullptr;
}

bool looks_like_perma(std::string_view text) {
  const auto tree = parse_yaml(text, "");
  if (!tree || tree->kind != Kind::map || tree->values.empty()) return false;
  if (child_of(*tree, "cells") != nullptr) return false;
  return std::any_of(tree->values.begin(), tree->values.end(), is_benchmark);
}

// Every key with its values, joined by ", ": those of args, and over them those of the matrix.
using Arguments = std::map<std::string, std::string>;

Arguments arguments_of(const YamlNode& benchmark) {
  Arguments arguments;
  for (const char* part : {"args", "matrix"}) {
    const YamlNode* map = child_of(benchmark, part);
    if (map == nullptr) continue;
    for (std::size_t i = 0; map->kind == Kind::map && i < map->keys.size(); ++i) {
      const YamlNode& value = map->values[i];
      std::string text = value.text;
      for (const YamlNode& item : value.values) {
        text += fmt::format("{}{}", text.empty() ? "" : ", ", item.text);
      }
      arguments[map->keys[i].text] = text;
    }
  }
  return arguments;
}

std::string argument(const Arguments& arguments, const std::string& key,
                     std::string_view otherwise) {
  const auto found = arguments.find(key);
  return found == arguments.end() || found->second.empty() ? std::string(otherwise) : found->second;
}

struct Instruction {
  std::string_view perma;
  const char* backend;
};
constexpr std::array<Instruction, 4> kInstructions{{{"cache", words::kWriteBack},
                                                    {"cacheinv", words::kInvalidate},
                                                    {"nocache", words::kNonTemporal},
                                                    {"none", words::kCached}}};

std::vector<std::string> pieces_of(const std::string& list) {
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t end = std::min(list.find(", ", at), list.size());
    pieces.push_back(list.substr(at, end - at));
    at = end + 2;
  }
  return pieces;
}

constexpr std::array<std::string_view, 14> kUsedArguments{
    "exec_mode",           "operation",    "access_size",         "number_threads",
    "persist_instruction", "memory_range", "random_distribution", "zipf_alpha",
    "number_operations",   "run_time",     "number_partitions",   "min_io_chunk_size",
    "prefault_file",       "numa_pattern"};

GroupDraft common_group(const Arguments& arguments, const std::string& mode) {
  GroupDraft group;
  group.set("media", "dram:auto");
  group.set("workload", mode == "random" ? "random" : "sequential");
  group.set("access", argument(arguments, "operation", "read"));
  group.set("operation_size", argument(arguments, "access_size", "256"));
  group.set("threads", argument(arguments, "number_threads", "1"));
  if (const std::string range = argument(arguments, "memory_range", ""); !range.empty()) {
    group.set("media", "dram:" + range);
  }
  if (mode == "random" && argument(arguments, "random_distribution", "") == "zipf") {
    group.set("distribution", "zipf");
    group.set("alpha", argument(arguments, "zipf_alpha", "0.99"));
  }
  if (argument(arguments, "numa_pattern", "near") == "far") group.set("placement", "far");
  return group;
}

void add_groups(const Arguments& arguments, const std::string& mode, TranslatedPart& part) {
  if (argument(arguments, "operation", "read") != "write") {
    GroupDraft group = common_group(arguments, mode);
    group.set("backend", words::kNonTemporal);
    part.groups.push_back(std::move(group));
    return;
  }
  for (const std::string& instruction :
       pieces_of(argument(arguments, "persist_instruction", "nocache"))) {
    const auto* found =
        std::find_if(kInstructions.begin(), kInstructions.end(),
                     [&](const Instruction& each) { return each.perma == instruction; });
    if (found == kInstructions.end()) {
      part.missing.push_back(fmt::format("persist_instruction={}: it is not known", instruction));
      continue;
    }
    GroupDraft group = common_group(arguments, mode);
    group.set("backend", found->backend);
    group.set("durability", instruction == "none" ? "none" : "each");
    part.groups.push_back(std::move(group));
  }
}

TranslatedPart translate_benchmark(const std::string& name, const YamlNode& benchmark) {
  TranslatedPart part;
  part.name = name;
  part.line = static_cast<std::size_t>(benchmark.line);
  if (child_of(benchmark, "parallel_benchmarks") != nullptr) {
    part.missing.emplace_back(
        "parallel_benchmarks: two workloads at the same time; `loaded` probes "
        "under one load, and `mix` reads and writes");
    return part;
  }
  const Arguments arguments = arguments_of(benchmark);
  const std::string mode = argument(arguments, "exec_mode", "sequential");
  if (arguments.contains("custom_operations") || mode == "custom") {
    part.missing.emplace_back(
        "custom_operations: a chain of reads and writes of several sizes; "
        "`durability` with `repeat` and `read_after` is nearest");
    return part;
  }
  if (mode.find(", ") != std::string::npos ||
      argument(arguments, "operation", "").find(", ") != std::string::npos) {
    part.missing.emplace_back(
        "exec_mode or operation with several values: write one benchmark each");
    return part;
  }
  if (mode == "sequential_desc") {
    part.missing.emplace_back("exec_mode=sequential_desc: ranges are measured upward");
  }
  add_groups(arguments, mode, part);
  for (const auto& [key, value] : arguments) {
    if (std::find(kUsedArguments.begin(), kUsedArguments.end(), key) == kUsedArguments.end()) {
      part.missing.push_back(fmt::format("{}={}: no key of a campaign", key, value));
    }
  }
  part.notes.emplace_back("the medium is memory: name the device with --media");
  return part;
}

Result<Translation> translate_perma(std::string_view text, const std::string& label) {
  const auto tree = parse_yaml(text, label);
  if (!tree) return tree.error();
  Translation translation;
  translation.what = perma_translator().what;
  for (std::size_t i = 0; i < tree->keys.size(); ++i) {
    if (!is_benchmark(tree->values[i])) continue;
    translation.parts.push_back(translate_benchmark(tree->keys[i].text, tree->values[i]));
  }
  return translation;
}

}  // namespace

Translator perma_translator() {
  return {"perma", "a workload file of PerMA-Bench", looks_like_perma, translate_perma};
}

}  // namespace pmembench
