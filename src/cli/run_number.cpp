#include "cli/run_number.hpp"

#include "base/units.hpp"

namespace pmembench {

Result<std::optional<std::int64_t>> run_number(const std::string& text) {
  if (text.empty() || text == "latest") return std::optional<std::int64_t>();
  const auto number = parse_count(text);
  if (!number) {
    return usage_error("'{}' is not a run: give its number (see pmembench show --runs) or latest",
                       text);
  }
  return std::optional<std::int64_t>(static_cast<std::int64_t>(*number));
}

}  // namespace pmembench
