#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace pmembench {

void check_failed(const char* file, int line, const char* condition, const char* sentence) {
  std::fprintf(stderr, "pmembench: internal error at %s:%d: %s (%s)\n", file, line, sentence,
               condition);
  std::abort();
}

}  // namespace pmembench
