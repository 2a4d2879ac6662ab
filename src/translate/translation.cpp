#include "translate/translation.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pmembench {
namespace {

bool is_list_or_range(const std::string& value) {
  constexpr std::string_view kSteps = "*+-/";
  if (value.find(", ") != std::string::npos) return true;
  const std::size_t colon = value.find(':');
  return colon != std::string::npos && colon + 1 < value.size() && value[0] >= '0' &&
         value[0] <= '9' && kSteps.find(value[colon + 1]) != std::string_view::npos;
}

// A scalar as YAML reads it back: quoted unless it is made of harmless characters.
std::string yaml_scalar(std::string_view text) {
  constexpr std::string_view kHarmless =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+%";
  const bool plain = !text.empty() && text.find_first_not_of(kHarmless) == std::string_view::npos &&
                     text.front() != '-' && text.front() != '%';
  if (plain) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      quoted += '?';
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string yaml_list(std::string_view text) {
  std::string list;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(", "), text.size());
    list += fmt::format("{}{}", list.empty() ? "" : ", ", yaml_scalar(text.substr(0, end)));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return "[" + list + "]";
}

std::string comment(std::string_view text) {
  std::string line;
  for (const char c : text) line += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  return line;
}

std::string group_text(const GroupDraft& group) {
  std::string text;
  for (const auto& [key, value] : group.keys) {
    text += fmt::format("{}{}: {}\n", text.empty() ? "  - " : "    ", key, yaml_scalar(value));
  }
  if (group.matrix.empty()) return text;
  text += "    matrix:\n";
  for (const auto& [key, value] : group.matrix) {
    text +=
        fmt::format("      {}: {}\n", key,
                    value.find(", ") == std::string::npos ? yaml_scalar(value) : yaml_list(value));
  }
  return text;
}

}  // namespace

void GroupDraft::set(const std::string& key, const std::string& value) {
  auto& list = is_list_or_range(value) ? matrix : keys;
  for (auto* each : {&keys, &matrix}) {
    std::erase_if(*each, [&](const auto& entry) { return entry.first == key; });
  }
  list.emplace_back(key, value);
}

const std::vector<Translator>& translators() {
  static const std::vector<Translator> kAll{pmdk_translator(), fio_translator(), perma_translator(),
                                            mlc_translator()};
  return kAll;
}

const Translator* recognise_input(std::string_view text) {
  const auto found = std::find_if(translators().begin(), translators().end(),
                                  [&](const Translator& each) { return each.recognises(text); });
  return found == translators().end() ? nullptr : &*found;
}

std::string campaign_text(const Translation& translation, const std::string& label) {
  std::string text = fmt::format(
      "# Made by `pmembench translate` from {} ({}).\n# A campaign to start from: check the media, "
      "and read what has no equivalent.\n",
      comment(label), translation.what);
  text += "name: translated\n";
  for (const auto& [key, value] : translation.settings) {
    text += fmt::format("{}: {}\n", key, yaml_scalar(value));
  }
  bool any = false;
  std::string groups;
  for (const TranslatedPart& part : translation.parts) {
    groups += fmt::format("\n  # {}{}\n", comment(part.name),
                          part.has_equivalent() ? "" : ": no equivalent");
    for (const std::string& each : part.missing)
      groups += fmt::format("  # no: {}\n", comment(each));
    for (const std::string& each : part.notes)
      groups += fmt::format("  # note: {}\n", comment(each));
    for (const GroupDraft& group : part.groups) groups += group_text(group);
    any = any || part.has_equivalent();
  }
  return text + (any ? "cells:" : "# Nothing of it has an equivalent, so there are no cells.") +
         groups;
}

std::string parts_sentence(const Translation& translation) {
  constexpr std::size_t kNamed = 4;
  std::string names;
  std::size_t having = 0;
  for (const TranslatedPart& part : translation.parts) {
    if (!part.has_equivalent() || ++having > kNamed) continue;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", comment(part.name));
  }
  if (having > kNamed) names += ", ...";
  return fmt::format("of its {} part{} {} ha{} an equivalent{}", translation.parts.size(),
                     translation.parts.size() == 1 ? "" : "s", having, having == 1 ? "s" : "ve",
                     names.empty() ? "" : " (" + names + ")");
}

}  // namespace pmembench
