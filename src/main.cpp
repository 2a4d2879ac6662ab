// pmembench: everything is in cli/.
#include "cli/command_line.hpp"

int main(int argc, char** argv) { return pmembench::run_command_line(argc, argv); }
