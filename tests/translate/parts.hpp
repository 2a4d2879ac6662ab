// Helpers of the tests of translators.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "translate/translation.hpp"

namespace pmembench {

inline Translation translated(const std::string& text, const char* by) {
  const Translator* translator = recognise_input(text);
  EXPECT_NE(translator, nullptr) << text;
  if (translator == nullptr) return {};
  EXPECT_STREQ(translator->name, by);
  auto translation = translator->translate(text, "x");
  EXPECT_TRUE(translation) << (translation ? "" : translation.error().message);
  return translation ? *std::move(translation) : Translation();
}

// The value of a key of a group, of its matrix too; "" where it has none.
inline std::string value_of(const GroupDraft& group, const std::string& key) {
  for (const auto* part : {&group.keys, &group.matrix}) {
    for (const auto& [name, value] : *part) {
      if (name == key) return value;
    }
  }
  return "";
}

inline std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& each : sentences) text += each + "\n";
  return text;
}

}  // namespace pmembench
