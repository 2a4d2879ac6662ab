#include "cli/share_option.hpp"

#include <charconv>

namespace pmembench {

Result<double> read_share(const std::string& option, const std::string& text) {
  const bool percent = text.ends_with('%');
  const std::string digits = percent ? text.substr(0, text.size() - 1) : text;
  double value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (percent) value /= 100;
  const bool whole = parsed.ec == std::errc{} && parsed.ptr == digits.data() + digits.size();
  if (!whole || !(value > 0 && value < 1)) {
    return usage_error("{} '{}' is not a share above 0 % and below 100 %, such as 2% or 0.02",
                       option, text);
  }
  return value;
}

}  // namespace pmembench
