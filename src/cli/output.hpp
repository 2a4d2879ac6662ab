// Output: what commands print, and whether it arrived.
#pragma once

#include <cstdio>
#include <string>

#include "base/result.hpp"

namespace pmembench {

// To a stream for people (standard error). That it is closed or full is no reason to lose a run.
void say(std::FILE* stream, const std::string& text);

// Everything printed to `stream` so far is with its reader. Errors (runtime): it is not; `name` is
// what the stream is called in the sentence.
Status flush_output(std::FILE* stream, const std::string& name);

// "pmembench run 'my campaign.yaml'": the words of a command line as a shell reads them.
std::string command_text(int argc, const char* const* argv);

}  // namespace pmembench
