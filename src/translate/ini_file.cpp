#include "translate/ini_file.hpp"

#include "import/foreign_text.hpp"

namespace pmembench {

std::optional<std::string> IniSection::find(std::string_view key) const {
  std::optional<std::string> found;
  for (const IniEntry& entry : entries) {
    if (entry.key == key) found = entry.value;
  }
  return found;
}

Result<std::vector<IniSection>> read_ini(std::string_view text, const std::string& label) {
  constexpr std::size_t kMostEntries = 10'000;
  std::vector<IniSection> sections;
  std::size_t entries = 0;
  for (const TextLine& line : lines_of(text)) {
    const std::string_view words = stripped(line.text);
    if (words.empty() || words.front() == '#' || words.front() == ';') continue;
    if (++entries > kMostEntries) {
      return refused_at(label, line.number, "it has more than 10,000 entries: split it");
    }
    if (words.front() == '[') {
      const std::size_t end = words.find(']');
      if (end == std::string_view::npos) {
        return refused_at(label, line.number, "the section has no ']'");
      }
      sections.push_back({std::string(stripped(words.substr(1, end - 1))), line.number, {}});
      continue;
    }
    if (sections.empty()) {
      return refused_at(label, line.number, "a key is in no [section]");
    }
    const std::size_t equals = words.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? "" : stripped(words.substr(equals + 1));
    sections.back().entries.push_back(
        {std::string(stripped(words.substr(0, equals))), std::string(value), line.number});
  }
  return sections;
}

}  // namespace pmembench
