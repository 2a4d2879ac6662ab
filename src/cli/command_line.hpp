// The command line: parses, calls one command, returns its exit status.
#pragma once

namespace pmembench {

// 0 done, 1 a check found something, 2 wrong usage or input, 3 the environment cannot do it, 4
// failed while running, 130 interrupted (what was measured is kept).
int run_command_line(int argc, char** argv);

}  // namespace pmembench
