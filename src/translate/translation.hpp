// Translation: what another tool's input asks for, in the words of a campaign, part by part.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

// A group of a campaign's cells: keys with one value, and keys with a list or a range.
struct GroupDraft {
  std::vector<std::pair<std::string, std::string>> keys, matrix;
  // Into `matrix` if the value is a list ("1, 2") or a range ("1:*2:8").
  void set(const std::string& key, const std::string& value);
};

struct TranslatedPart {
  std::string name;      // of the scenario or job
  std::size_t line = 0;  // where it begins, from 1; 0: the input has one part
  std::vector<GroupDraft> groups;
  std::vector<std::string> notes;    // what means the same and is written in another way
  std::vector<std::string> missing;  // what has no equivalent, with the reason
  [[nodiscard]] bool has_equivalent() const { return !groups.empty(); }
};

struct Translation {
  std::string what;  // "a job file of fio"
  std::vector<TranslatedPart> parts;
  std::vector<std::pair<std::string, std::string>> settings;  // of the campaign: budget, ...
};

struct Translator {
  const char* name;
  const char* what;
  bool (*recognises)(std::string_view text);
  // `label`: the file, for messages. Errors (usage): damaged beyond its grammar, with the line.
  Result<Translation> (*translate)(std::string_view text, const std::string& label);
};
[[nodiscard]] const std::vector<Translator>& translators();
// Null: none recognises it.
[[nodiscard]] const Translator* recognise_input(std::string_view text);

// The campaign in YAML: a comment for each part with what has no equivalent, and the groups.
[[nodiscard]] std::string campaign_text(const Translation& translation, const std::string& label);
// "of its 3 parts 2 have an equivalent (a, b)".
[[nodiscard]] std::string parts_sentence(const Translation& translation);

Translator pmdk_translator();
Translator fio_translator();
Translator perma_translator();
Translator mlc_translator();

}  // namespace pmembench
