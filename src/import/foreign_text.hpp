// The text of a foreign file: what no importer takes is refused here, by name.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

// `bytes` without a byte order mark of UTF-8. Errors (usage): empty, UTF-16 or UTF-32, binary (a
// NUL or another control character), larger than kLargestImportBytes. `label` names the file.
Result<std::string> foreign_text(std::string bytes, const std::string& label);

struct TextLine {
  std::size_t number = 0;  // from 1
  std::string_view text;   // without its line break
};
// Views into `text`. A last line without a line break is one, and `ends` is then false.
[[nodiscard]] std::vector<TextLine> lines_of(std::string_view text);
[[nodiscard]] bool ends_with_line_break(std::string_view text);

[[nodiscard]] std::string_view stripped(std::string_view text);
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view text);  // between blanks
[[nodiscard]] std::vector<std::string_view> split_at(std::string_view text, char separator);
// The whole of `text` as a decimal number; NaN and infinity are none.
[[nodiscard]] std::optional<double> decimal(std::string_view text);

// A usage error "LABEL:LINE: SENTENCE".
[[nodiscard]] Error refused_at(const std::string& label, std::size_t line,
                               std::string_view sentence);
// For messages: at most 60 bytes of it, printable.
[[nodiscard]] std::string quoted_part(std::string_view text);

}  // namespace pmembench
