// Pieces of the page of `pmembench probe`: values as text, and sections.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/text_table.hpp"

namespace pmembench::probe {

inline constexpr const char* kUnknown = "unknown";

// The member, or null where `object` has none.
nlohmann::json member(const nlohmann::json& object, const char* key);

// A text or a number; "unknown" for anything else. Of a value, and of a member.
std::string text_of(const nlohmann::json& value);
std::string text(const nlohmann::json& object, const char* key);

// A member that is a size in bytes: "256 GiB".
std::string size(const nlohmann::json& object, const char* key);

std::string joined(const nlohmann::json& list, const char* separator, const char* none);

// 0 1 2 3 8 -> "0-3,8".
std::string cpu_list(const nlohmann::json& cpus, const char* none);

// A title, then "  name    value" with the values aligned, or a table; then a blank line.
std::string section(const char* title,
                    const std::vector<std::pair<const char*, std::string>>& lines);
std::string section(const char* title, const TextTable& table, const char* none);

// The sections that are tables, each of its list in probe_json.
std::string cache_section(const nlohmann::json& caches);
std::string node_section(const nlohmann::json& nodes);
std::string rated_section(const nlohmann::json& nodes);
std::string dax_section(const nlohmann::json& devices);
std::string nd_section(const nlohmann::json& regions);
std::string cxl_section(const nlohmann::json& devices);
std::string block_section(const nlohmann::json& devices);

}  // namespace pmembench::probe
