// Fault report: a worker that dies of SIGBUS on its medium says where, in its last line.
#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace pmembench {

// The medium's range in this process, and the descriptor that leads to the coordinator.
struct FaultScene {
  int out = -1;
  const unsigned char* address = nullptr;
  std::uint64_t size_bytes = 0;
};

// From now on a SIGBUS in the scene writes {"is":"fault","signal":7,"offset":N,"page_bytes":N} and
// then ends the process, also where no access of its own met the failure; one elsewhere just ends
// it. Called again for another medium. The worker's main thread, while no other thread runs.
Status report_faults_in(const FaultScene& scene);

}  // namespace pmembench
