#include "plan/placement_words.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/units.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kMaximumNumber = 65'535;  // beyond any CPU or node
constexpr std::size_t kMaximumCpus = 4096;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = text.find(separator); at != std::string_view::npos;
       at = text.find(separator)) {
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  parts.push_back(text);
  return parts;
}

Result<int> read_number(std::string_view text) {
  const auto number = parse_count(text);
  if (!number) return number.error();
  if (*number > kMaximumNumber) return usage_error("{} is beyond any CPU or node", *number);
  return static_cast<int>(*number);
}

// "0-3,8" -> 0 1 2 3 8, in the order written: thread i runs on the i-th.
Result<std::vector<int>> read_cpus(std::string_view text) {
  std::vector<int> cpus;
  for (const std::string_view part : split(text, ',')) {
    const std::size_t dash = part.find('-');
    const auto first = read_number(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : read_number(part.substr(dash + 1));
    if (!first) return first.error();
    if (!last) return last.error();
    if (*last < *first) return usage_error("the CPUs {} run backwards", part);
    for (int cpu = *first; cpu <= *last; ++cpu) {
      if (std::find(cpus.begin(), cpus.end(), cpu) != cpus.end()) {
        return usage_error("CPU {} is named twice", cpu);
      }
      if (cpus.size() == kMaximumCpus) return usage_error("more than {} CPUs", kMaximumCpus);
      cpus.push_back(cpu);
    }
  }
  return cpus;
}

Status read_part(std::string_view key, std::string_view value, PlacementWords& words) {
  if (key == "cpus") {
    if (!words.cpus.empty()) return usage_error("'cpus' is there twice");
    auto cpus = read_cpus(value);
    if (!cpus) return cpus.error();
    words.cpus = *std::move(cpus);
    return {};
  }
  if (key == "cpu_node" && value == "each") {
    words.each_cpu_node = true;
    return {};
  }
  std::optional<int>& field = key == "node" ? words.node : words.cpu_node;
  if (field) return usage_error("'{}' is there twice", key);
  const auto number = read_number(value);
  if (!number) return number.error();
  field = *number;
  return {};
}

}  // namespace

Result<PlacementWords> read_placement(std::string_view text) {
  PlacementWords words;
  for (const std::string_view part : split(text, ';')) {
    const std::size_t equals = part.find('=');
    const std::string_view key = part.substr(0, equals);
    if (equals == std::string_view::npos || (key != "cpus" && key != "cpu_node" && key != "node")) {
      return usage_error(
          "placement '{}' is not understood: write near, far, cpus=0-3;node=1 or cpu_node=0;node=1",
          text);
    }
    const Status status = read_part(key, part.substr(equals + 1), words);
    if (!status) return status.error().with_context(fmt::format("placement '{}'", text));
  }
  if (!words.cpus.empty() && words.cpu_node) {
    return usage_error("placement '{}' names the CPUs twice: give cpus or cpu_node", text);
  }
  return words;
}

}  // namespace pmembench
