// The entry of libFuzzer: the target is named by PMEMBENCH_FUZZ_TARGET.
#include <cstdio>
#include <cstdlib>

#include "target.hpp"

namespace {

const pmembench::fuzz::Target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*words*/) {
  const char* name = std::getenv("PMEMBENCH_FUZZ_TARGET");
  chosen = name == nullptr ? nullptr : pmembench::fuzz::find_target(name);
  if (chosen != nullptr) return 0;
  std::fprintf(stderr, "PMEMBENCH_FUZZ_TARGET names no target; there are:");
  for (const auto& target : pmembench::fuzz::targets()) std::fprintf(stderr, " %s", target.name);
  std::fprintf(stderr, "\n");
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen->run({data, size});
  return 0;
}
