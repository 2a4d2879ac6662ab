// UTF-8: what is text, and where its characters end.
#pragma once

#include <cstddef>
#include <string_view>

namespace pmembench {

// The length of the UTF-8 character that begins `text`; 0: none does (RFC 3629), or it is empty.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

// Is every byte of it part of a UTF-8 character?
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace pmembench
