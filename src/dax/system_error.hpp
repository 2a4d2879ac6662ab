// system_error: an Error from an errno, with the kernel's words in it.
#pragma once

#include <system_error>
#include <utility>

#include "base/result.hpp"

namespace pmembench {

[[nodiscard]] inline std::string errno_text(int code) {
  return std::generic_category().message(code);
}

// "SENTENCE (the kernel's words)", of kind environment, with the code kept.
template <typename... Args>
[[nodiscard]] Error system_error(int code, fmt::format_string<Args...> format, Args&&... args) {
  return {ErrorKind::environment,
          fmt::format(format, std::forward<Args>(args)...) + " (" + errno_text(code) + ")", code};
}

}  // namespace pmembench
