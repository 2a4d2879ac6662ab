// Text of any origin, made fit for a terminal and for XML.
#pragma once

#include <string>
#include <string_view>

namespace pmembench {

// Without what neither XML nor a terminal accepts: control characters become blanks, and bytes that
// are not UTF-8 become '?'.
[[nodiscard]] std::string plain_text(std::string_view text);

// plain_text() as the content of an element or an attribute of XML.
[[nodiscard]] std::string xml_text(std::string_view text);

// What a library's exception says, without the library's own name and number before it:
// "[json.exception.type_error.302] type must be ..." is the second half.
[[nodiscard]] std::string_view without_library(std::string_view message);

}  // namespace pmembench
