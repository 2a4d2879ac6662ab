#include "plan/expand_each.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <utility>
#include <vector>

#include "platform/devices.hpp"
#include "platform/page_interleave.hpp"

namespace pmembench {
namespace {

using Texts = std::vector<std::string>;

// Eighths of the pages on the first of two nodes, as page counts without a common divisor. Finer
// steps are nearer together than the intervals of most hosts.
constexpr std::array<std::pair<unsigned, unsigned>, 7> kWeights{
    {{7, 1}, {3, 1}, {5, 3}, {1, 1}, {3, 5}, {1, 3}, {1, 7}}};

// Memory of an accelerator is measured where it is named, and is not one of each.
bool has_memory(const NumaNode& node) {
  return node.memory_bytes.value_or(1) > 0 && node.allowed && !node.of_accelerator;
}

bool has_usable_cpu(const Topology& topology, const NumaNode& node) {
  return std::any_of(node.cpus.begin(), node.cpus.end(), [&](int cpu) {
    const auto& usable = topology.usable_cpus;
    return std::find(usable.begin(), usable.end(), cpu) != usable.end();
  });
}

Texts nodes_with_memory(const Topology& topology) {
  Texts texts;
  for (const NumaNode& node : topology.nodes) {
    if (has_memory(node)) texts.push_back(fmt::format("node={}", node.id));
  }
  return texts;
}

Texts nodes_with_cpus(const Topology& topology) {
  Texts texts;
  for (const NumaNode& node : topology.nodes) {
    if (has_usable_cpu(topology, node)) texts.push_back(fmt::format("cpu_node={}", node.id));
  }
  return texts;
}

// One CPU of each core, evenly chosen from more cores than kMostPaired, each with each once.
constexpr std::size_t kMostPaired = 32;

Texts cpu_pairs(const Topology& topology) {
  std::vector<int> cpus;
  std::set<int> cores;
  for (const int cpu : topology.usable_cpus) {
    const auto core = topology.core_of_cpu.find(cpu);
    if (core != topology.core_of_cpu.end() && !cores.insert(core->second).second) continue;
    cpus.push_back(cpu);
  }
  // Siblings of one core are a pair too, where there is nothing else.
  if (cpus.size() < 2) cpus = topology.usable_cpus;
  if (cpus.size() < 2) return {"cpus=0,1"};  // which is not here, and says so
  const std::size_t count = std::min(cpus.size(), kMostPaired);
  Texts texts;
  for (std::size_t first = 0; first < count; ++first) {
    for (std::size_t second = first + 1; second < count; ++second) {
      texts.push_back(fmt::format("cpus={},{}", cpus[first * cpus.size() / count],
                                  cpus[second * cpus.size() / count]));
    }
  }
  return texts;
}

void add_pair(int first, int second, Texts& texts) {
  const auto add = [&](const std::string& text) {
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
  };
  add(fmt::format("node={}", first));
  for (const auto& [here, there] : kWeights) {
    const std::array<NodeWeight, 2> weights{{{first, here}, {second, there}}};
    add("interleave=" + interleave_text(weights));
  }
  add(fmt::format("node={}", second));
}

Texts interleaves(const Topology& topology) {
  Texts texts;
  for (const NumaNode& first : topology.nodes) {
    for (const NumaNode& second : topology.nodes) {
      const bool in_order = first.id < second.id && has_memory(first) && has_memory(second);
      const bool reached = has_usable_cpu(topology, first) || has_usable_cpu(topology, second);
      if (in_order && reached) add_pair(first.id, second.id, texts);
    }
  }
  return texts;
}

Texts dax_paths(const std::string& root) {
  Texts texts;
  if (root.empty()) return texts;
  for (const DaxDeviceFacts& device : read_dax_devices(root)) {
    if (device.driver == "device_dax") texts.push_back("/dev/" + device.name);
  }
  return texts;
}

// Writes `texts` one after the other in the place of `word`, which ends at a comma, a semicolon or
// the end. False: `value` has no such word, or nothing stands in its place.
bool replace_word(const CampaignValue& value, const std::string& word, const Texts& texts,
                  std::vector<CampaignValue>& values) {
  const std::size_t at = value.text.find(word);
  if (at == std::string::npos || texts.empty()) return false;
  const std::size_t end = at + word.size();
  const bool whole = end == value.text.size() || value.text[end] == ',' || value.text[end] == ';';
  const char before = at == 0 ? ',' : value.text[at - 1];
  if (!whole || (before != ',' && before != ';')) return false;
  for (const std::string& text : texts) {
    values.push_back({value.text.substr(0, at) + text + value.text.substr(end), value.at});
  }
  return true;
}

struct Word {
  std::string text;
  std::string kind;  // the values that have it begin so
  std::function<Texts()> stands_for;
};

std::vector<CampaignValue> expanded(const CampaignValue& value, const std::vector<Word>& words) {
  std::vector<CampaignValue> values;
  for (const Word& word : words) {
    if (!value.text.starts_with(word.kind)) continue;
    if (replace_word(value, word.text, word.stands_for(), values)) return values;
  }
  return {value};
}

}  // namespace

CellGroup expand_each(const CellGroup& group, const Topology& topology, const std::string& root) {
  const std::vector<Word> media{{"node=each", "dram:", [&] { return nodes_with_memory(topology); }},
                                {"interleave=each", "dram:", [&] { return interleaves(topology); }},
                                {"devdax:each", "devdax:", [&] { return dax_paths(root); }}};
  const std::vector<Word> placement{
      {"cpu_node=each", "", [&] { return nodes_with_cpus(topology); }},
      {"pair=each", "", [&] { return cpu_pairs(topology); }}};
  CellGroup result = group;
  for (CampaignAxis& axis : result.axes) {
    if (axis.key != "media" && axis.key != "placement") continue;
    std::vector<CampaignValue> values;
    for (const CampaignValue& value : axis.values) {
      for (CampaignValue& one : expanded(value, axis.key == "media" ? media : placement)) {
        values.push_back(std::move(one));
      }
    }
    axis.values = std::move(values);
  }
  return result;
}

}  // namespace pmembench
