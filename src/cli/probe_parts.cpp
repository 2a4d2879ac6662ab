#include "cli/probe_parts.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "record/codec.hpp"

namespace pmembench::probe {

using nlohmann::json;

json member(const json& object, const char* key) {
  if (!object.is_object() || !object.contains(key)) return nullptr;
  return object.at(key);
}

std::string text_of(const json& value) {
  if (value.is_string() && !value.get_ref<const std::string&>().empty()) return value;
  return value.is_number() ? json_text(value) : kUnknown;
}
std::string text(const json& object, const char* key) { return text_of(member(object, key)); }

std::string size(const json& object, const char* key) {
  const json value = member(object, key);
  return value.is_number_unsigned() ? format_size(value.get<std::uint64_t>()) : kUnknown;
}

std::string joined(const json& list, const char* separator, const char* none) {
  std::string result;
  for (const json& item : list) {
    result += (result.empty() ? "" : separator) + text_of(item);
  }
  return result.empty() ? none : result;
}

std::string cpu_list(const json& cpus, const char* none) {
  std::string result;
  for (std::size_t i = 0; i < cpus.size();) {
    std::size_t last = i;
    while (last + 1 < cpus.size() && cpus[last + 1].get<int>() == cpus[last].get<int>() + 1) ++last;
    result += (result.empty() ? "" : ",") + json_text(cpus[i]);
    if (last > i) result += "-" + json_text(cpus[last]);
    i = last + 1;
  }
  return result.empty() ? none : result;
}

std::string section(const char* title,
                    const std::vector<std::pair<const char*, std::string>>& lines) {
  std::string result = fmt::format("{}\n", title);
  for (const auto& [name, value] : lines) result += fmt::format("  {:<18}{}\n", name, value);
  return result + "\n";
}

constexpr std::string_view kIndent = "  ";  // of a table below its title

std::string section(const char* title, const TextTable& table, const char* none) {
  if (table.empty()) return fmt::format("{}\n  {}\n\n", title, none);
  std::string result = fmt::format("{}\n", title);
  const std::size_t columns = output_terminal().columns;
  std::string rest = table.text(columns == 0 ? 0 : columns - kIndent.size());
  while (!rest.empty()) {
    const std::size_t length = rest.find('\n') + 1;
    result += std::string(kIndent) + rest.substr(0, length);
    rest.erase(0, length);
  }
  return result + "\n";
}

}  // namespace pmembench::probe
