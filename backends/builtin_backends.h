// The built-in backends: one line each in builtin_backends.cpp.
#pragma once

#include <cstddef>

#include "backends/dax_operations.h"

// The tables, in the order of `pmembench list backends`; `*count` receives their number. A backend
// whose library was missing when pmembench was built is there too: its probe says so.
const dax_operations* const* pmembench_builtin_backends(std::size_t* count);
