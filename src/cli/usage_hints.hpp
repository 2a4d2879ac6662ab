// What the parser refused, as a sentence that names what was probably meant.
#pragma once

#include "base/result.hpp"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace pmembench {

// A usage error: an unknown command or option with the nearest known one, or the command that has
// it; of everything else the parser's own words.
[[nodiscard]] Error parse_error(const CLI::App& app, const CLI::ParseError& error);

// There is no command of that name below `app`; it names the nearest, and all of them.
[[nodiscard]] Error unknown_command(const CLI::App& app, const std::string& name);

}  // namespace pmembench
