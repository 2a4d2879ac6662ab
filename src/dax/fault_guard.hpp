// FaultGuard: lets one copy survive a SIGBUS, as the kernel's copy_mc_to_iter survives a machine
// check, and says which address it met.
#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace pmembench {

// Installs the process's SIGBUS handler, once and for good; a SIGBUS that meets no guarded copy
// goes to the handler that was installed before. Any thread.
Status install_fault_guard();

// Runs copy(context) and returns null, or, where a SIGBUS came of this thread in it, the address
// that raised it; the copy is then left where it was, so it must own nothing (no lock, no memory)
// and what it changed counts as unknown. Costs one sigsetjmp without the signal mask. Not nested.
const void* run_guarded(void (*copy)(void*), void* context);

}  // namespace pmembench
