#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "base/units.hpp"

namespace pmembench {
namespace {

constexpr const char* kColourVariable = "PMEMBENCH_COLOR";
constexpr std::size_t kUsualColumns = 80, kFewestColumns = 40;

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::size_t columns_of_terminal() {
  if (const auto asked = parse_count(variable("COLUMNS")); asked && *asked > 0) {
    return std::max<std::size_t>(*asked, kFewestColumns);
  }
  winsize size{};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0;
  return known ? std::max<std::size_t>(size.ws_col, kFewestColumns) : kUsualColumns;
}

bool shows_colour(bool is_terminal) {
  const std::string_view when = variable(kColourVariable);
  if (when == "always") return true;
  if (when == "never" || !is_terminal) return false;
  return variable("NO_COLOR").empty() && variable("TERM") != "dumb";
}

}  // namespace

Terminal output_terminal() {
  const bool is_terminal = isatty(STDOUT_FILENO) != 0;
  return {is_terminal ? columns_of_terminal() : 0, shows_colour(is_terminal)};
}

void set_colour(const std::string& when) { setenv(kColourVariable, when.c_str(), 1); }

std::string bold(const std::string& text, const Terminal& terminal) {
  return terminal.colour && !text.empty() ? kBold + text + kPlain : text;
}

}  // namespace pmembench
