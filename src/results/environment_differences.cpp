// Two environments (what `probe` found), field by field.
#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "record/codec.hpp"
#include "results/comparison.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

// What differs from one minute to the next, and what names a host and not its speed.
constexpr std::array<std::string_view, 6> kPassing{
    "load_1min", "memory_available_bytes", "free_bytes", "free", "fingerprint", "time_utc"};

bool is_passing(std::string_view key) {
  return std::find(kPassing.begin(), kPassing.end(), key) != kPassing.end();
}

std::string text_of(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  return json_text(value);
}

using Fields = std::map<std::string, std::string>;

// Lists of plain values are one field; objects in a list are distinguished by index.
void collect(const json& value, const std::string& name, Fields& fields) {
  const bool nested =
      value.is_object() || (value.is_array() && !value.empty() && value.front().is_structured());
  if (!nested) {
    if (!name.empty()) fields[name] = text_of(value);
    return;
  }
  for (const auto& [key, part] : value.items()) {
    if (!is_passing(key)) collect(part, name.empty() ? key : name + "." + key, fields);
  }
}

}  // namespace

std::vector<EnvironmentDifference> environment_differences(const json& base, const json& head) {
  Fields base_fields, head_fields;
  collect(base, "", base_fields);
  collect(head, "", head_fields);
  // A field that one side lacks says nothing where that side knows no environment at all.
  if (base_fields.empty() || head_fields.empty()) return {};
  std::vector<EnvironmentDifference> differences;
  for (const auto& [name, value] : base_fields) {
    const auto other = head_fields.find(name);
    const std::string there = other == head_fields.end() ? "not there" : other->second;
    if (there != value) differences.push_back({name, value, there});
  }
  for (const auto& [name, value] : head_fields) {
    if (!base_fields.contains(name)) differences.push_back({name, "not there", value});
  }
  return differences;
}

}  // namespace pmembench
