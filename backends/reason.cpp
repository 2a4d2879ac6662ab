#include "backends/reason.h"

#include <cstdarg>
#include <cstdio>

namespace pmembench {

int refuse(int error, char* reason, std::uint64_t reason_bytes, const char* format, ...) noexcept {
  if (reason == nullptr || reason_bytes == 0) return -error;
  std::va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(reason, reason_bytes, format, arguments);
  va_end(arguments);
  return -error;
}

}  // namespace pmembench
