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

const Instruction* instruction_called(std::string_view name) {
  const auto* found = std::find_if(kInstructions.begin(), kInstructions.end(),
                                   [&](const Instruction& each) { return each.perma == name; });
  return found == kInstructions.end() ? nullptr : found;
}

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
    const Instruction* const found = instruction_called(instruction);
    if (found == nullptr) {
      part.missing.push_back(fmt::format("persist_instruction={}: it is not known", instruction));
      continue;
    }
    GroupDraft group = common_group(arguments, mode);
    group.set("backend", found->backend);
    group.set("durability", instruction == "none" ? "none" : "each");
    part.groups.push_back(std::move(group));
  }
}

// What a chain needs beside its steps: the one backend that all its writes have.
struct ChainDraft {
  std::string steps, backend;
};

// "r_512", "w_64_cache_-64", and with the place of the memory "rp_512", "wd_64_none_64". Errors:
// what of it has no equivalent.
Status add_step(std::string_view text, ChainDraft& chain) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('_', at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  const std::string& kind = words.front();
  if (kind == "rd" || kind == "wd") {
    return usage_error("{}: an access to DRAM within a chain on another medium", text);
  }
  const bool writes = kind == "w" || kind == "wp";
  if (!writes && kind != "r" && kind != "rp") return usage_error("{}: it is not known", text);
  const std::size_t most = writes ? 4 : 2;
  if (words.size() < (writes ? 3U : 2U) || words.size() > most) {
    return usage_error("{}: it is not r_SIZE or w_SIZE_INSTRUCTION_OFFSET", text);
  }
  std::string step = fmt::format("load:{}", words[1]);
  if (writes) {
    const Instruction* const instruction = instruction_called(words[2]);
    if (instruction == nullptr) return usage_error("{}: {} is not known", text, words[2]);
    if (!chain.backend.empty() && chain.backend != instruction->backend) {
      return usage_error("{}: the writes of one chain use two instructions", text);
    }
    chain.backend = instruction->backend;
    step = fmt::format("{}:{}:{}", words[2] == "none" ? "write" : "persist", words[1],
                       words.size() == most ? words[3] : "0");
  }
  chain.steps += (chain.steps.empty() ? "" : "+") + step;
  return {};
}

// One chain: its operations are joined by ",".
void add_chain(const Arguments& arguments, const std::string& text, TranslatedPart& part) {
  ChainDraft chain;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    if (const Status added = add_step(std::string_view(text).substr(at, end - at), chain); !added) {
      part.missing.push_back("custom_operations: " + added.error().message);
      return;
    }
    at = end + 1;
  }
  GroupDraft group;
  group.set("media", "dram:" + argument(arguments, "memory_range", "auto"));
  group.set("workload", "steps");
  group.set("steps", chain.steps);
  group.set("start", "random");
  group.set("backend", chain.backend.empty() ? words::kNonTemporal : chain.backend);
  group.set("threads", argument(arguments, "number_threads", "1"));
  part.groups.push_back(std::move(group));
}

void add_chains(const Arguments& arguments, TranslatedPart& part) {
  const std::vector<std::string> chains = pieces_of(argument(arguments, "custom_operations", ""));
  for (const std::string& chain : chains) add_chain(arguments, chain, part);
  if (chains.empty()) part.missing.emplace_back("custom_operations: there are none");
  if (part.groups.empty()) return;
  part.notes.emplace_back(
      "each load of an operation leads to the next; operations start at random nodes");
}

// One of parallel_benchmarks as a group of threads: "2*random:access=write,operation_size=256".
Status add_thread_group(const Arguments& arguments, std::string& groups, std::string& backend,
                        unsigned& threads) {
  const std::string mode = argument(arguments, "exec_mode", "sequential");
  if (mode == "custom" || arguments.contains("custom_operations")) {
    return usage_error("a chain at the same time as another benchmark");
  }
  const std::string access = argument(arguments, "operation", "read");
  const std::string count = argument(arguments, "number_threads", "1");
  for (const auto& [key, value] : arguments) {
    if (value.find(", ") != std::string::npos) {
      return usage_error("{}={}: one value each, when benchmarks run at the same time", key, value);
    }
  }
  const auto number = parse_count(count);
  if (!number || *number == 0) return usage_error("number_threads={}: it is not a number", count);
  threads += static_cast<unsigned>(*number);
  if (access == "write") {
    const std::string name = argument(arguments, "persist_instruction", "nocache");
    const Instruction* const instruction = instruction_called(name);
    if (instruction == nullptr) return usage_error("persist_instruction={}: it is not known", name);
    if (!backend.empty() && backend != instruction->backend) {
      return usage_error("writes at the same time use two instructions");
    }
    backend = instruction->backend;
  }
  groups += fmt::format("{}{}*{}:access={},operation_size={}", groups.empty() ? "" : "+", *number,
                        mode == "random" ? "random" : "sequential", access,
                        argument(arguments, "access_size", "256"));
  return {};
}

void add_parallel(const YamlNode& benchmarks, TranslatedPart& part) {
  std::string groups, backend, media = "dram:auto";
  unsigned threads = 0;
  for (std::size_t i = 0; i < benchmarks.values.size(); ++i) {
    // Each has a name, and below it its arguments, in a list or a map.
    const YamlNode& entry = benchmarks.values[i];
    const YamlNode& own = entry.values.size() == 1 && child_of(entry, "args") == nullptr &&
                                  child_of(entry, "matrix") == nullptr
                              ? entry.values.front()
                              : entry;
    const Arguments arguments = arguments_of(own);
    const Status added = add_thread_group(arguments, groups, backend, threads);
    if (!added) {
      part.missing.push_back("parallel_benchmarks: " + added.error().message);
      return;
    }
    const std::string range = argument(arguments, "memory_range", "");
    if (!range.empty()) media = "dram:" + range;
  }
  if (groups.empty()) {
    part.missing.emplace_back("parallel_benchmarks: there are none");
    return;
  }
  GroupDraft group;
  group.set("media", media);
  group.set("workload", "groups");
  group.set("groups", groups);
  group.set("backend", backend.empty() ? words::kNonTemporal : backend);
  group.set("threads", std::to_string(threads));
  part.groups.push_back(std::move(group));
  part.notes.emplace_back("each benchmark has its own part of the medium");
}

TranslatedPart translate_benchmark(const std::string& name, const YamlNode& benchmark) {
  TranslatedPart part;
  part.name = name;
  part.line = static_cast<std::size_t>(benchmark.line);
  if (const YamlNode* const benchmarks = child_of(benchmark, "parallel_benchmarks")) {
    add_parallel(*benchmarks, part);
    return part;
  }
  const Arguments arguments = arguments_of(benchmark);
  const std::string mode = argument(arguments, "exec_mode", "sequential");
  if (arguments.contains("custom_operations") || mode == "custom") {
    add_chains(arguments, part);
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
