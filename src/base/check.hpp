// PMB_CHECK: programmer errors end the process, in every build. Never used in a timed loop.
#pragma once

namespace pmembench {

// Prints where and what to standard error, then aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               const char* sentence);

}  // namespace pmembench

#define PMB_CHECK(condition, sentence) \
  (static_cast<bool>(condition)        \
       ? static_cast<void>(0)          \
       : ::pmembench::check_failed(__FILE__, __LINE__, #condition, (sentence)))
