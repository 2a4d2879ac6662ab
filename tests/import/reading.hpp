// Helpers of the tests of importers.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "import/importer.hpp"

namespace pmembench {

inline ImportedFile import_text(const std::string& text, const std::string& label = "x.txt") {
  auto file = import_bytes(text, label);
  EXPECT_TRUE(file) << (file ? "" : file.error().message);
  return file ? *std::move(file) : ImportedFile();
}

// The sentence with which the text is refused; empty: it is not refused.
inline std::string refusal_of(const std::string& text, const std::string& label = "x.txt") {
  const auto file = import_bytes(text, label);
  if (file) return "";
  EXPECT_EQ(file.error().kind, ErrorKind::usage);
  return file.error().message;
}

inline const Row& row_named(const ImportedFile& file, const std::string& cell) {
  for (const ImportedRow& each : file.rows) {
    if (each.row.cell == cell) return each.row;
  }
  static const Row kNone;
  ADD_FAILURE() << "there is no row " << cell;
  return kNone;
}

}  // namespace pmembench
