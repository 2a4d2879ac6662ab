#include <array>
#include <cstdio>
#include <cstdlib>

#include "target.hpp"

namespace pmembench::fuzz {
namespace {

constexpr std::array kTargets{
    Target{"units", fuzz_units},
    Target{"settings", fuzz_settings},
    Target{"campaign", fuzz_campaign},
    Target{"media", fuzz_media},
    Target{"requests", fuzz_requests},
    Target{"replies", fuzz_replies},
    Target{"row", fuzz_row},
    Target{"comparison", fuzz_comparison},
    Target{"derived", fuzz_derived},
    Target{"import", fuzz_import},
    Target{"translate", fuzz_translate},
    Target{"histogram", fuzz_histogram},
    Target{"store", fuzz_store},
    Target{"history", fuzz_history},
    Target{"host", fuzz_host},
    Target{"content", fuzz_content},
    Target{"btt", fuzz_btt},
    Target{"file_system", fuzz_file_system},
    Target{"logwrites", fuzz_logwrites},
    Target{"plugin_table", fuzz_plugin_table},
};

}  // namespace

std::span<const Target> targets() { return kTargets; }

const Target* find_target(std::string_view name) {
  for (const Target& target : kTargets) {
    if (name == target.name) return &target;
  }
  return nullptr;
}

void require(bool kept, const char* promise) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

}  // namespace pmembench::fuzz
