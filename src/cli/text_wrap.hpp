// Text in lines of a given width. Widths count UTF-8 characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pmembench {

[[nodiscard]] std::size_t text_width(std::string_view text);

// Lines of at most `width` characters, broken at blanks; a word that is longer is broken where it
// must be, behind a '/', ',' or ':' if there is one. At least one line.
[[nodiscard]] std::vector<std::string> wrapped_lines(std::string_view text, std::size_t width);

// The same as one text with newlines: every line but the first begins with `indent` blanks.
[[nodiscard]] std::string wrapped_text(std::string_view text, std::size_t width,
                                       std::size_t indent);

}  // namespace pmembench
