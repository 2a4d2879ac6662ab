// Sections with keys and values, as PMDK's pmembench and fio read them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

struct IniEntry {
  std::string key, value;  // a key alone has an empty value
  std::size_t line = 0;
};

struct IniSection {
  std::string name;
  std::size_t line = 0;
  std::vector<IniEntry> entries;
  // The last of that name.
  [[nodiscard]] std::optional<std::string> find(std::string_view key) const;
};

// Comments begin with '#' or ';'. Errors (usage, "LABEL:LINE: ..."): a key before any section, a
// section without "]", more than 10,000 entries.
Result<std::vector<IniSection>> read_ini(std::string_view text, const std::string& label);

}  // namespace pmembench
