// The signals that end a command, as a flag that it looks at.
#pragma once

#include <atomic>

namespace pmembench {

// Installs the handlers of SIGINT, SIGTERM and, unless it is ignored as nohup has it, SIGHUP; a
// second signal ends the process at once. Also ignores SIGPIPE: a worker that dies, or a reader
// that leaves, must not end a run. The flag is the process's only one, since a signal handler can
// reach nothing else.
const std::atomic<bool>& catch_interrupts();

}  // namespace pmembench
