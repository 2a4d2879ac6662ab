// SIGINT and SIGTERM as a flag that a run looks at.
#pragma once

#include <atomic>

namespace pmembench {

// Installs the handlers; a second signal ends the process at once. The flag is the process's only
// one, since a signal handler can reach nothing else.
const std::atomic<bool>& catch_interrupts();

}  // namespace pmembench
