// Output: what commands print, and whether it arrived.
#pragma once

#include <cstdio>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pmembench {

// `text` as a terminal may show it: control characters but tab and newline, and bytes that are not
// UTF-8, become "\\x1b". Labels, reasons and paths come from files, plugins and other processes.
[[nodiscard]] std::string for_terminal(std::string_view text);

// To a stream for people (standard error), printable. A closed or full stream does not end a run.
void say(std::FILE* stream, const std::string& text);
// The same as it is: for what moves the cursor on purpose.
void say_raw(std::FILE* stream, const std::string& text);

// To standard output, printable. Whether it arrived, flush_output() says in the end.
void print_text(const std::string& text);
// A document or a line of one, with a newline. Bytes that are not UTF-8 become U+FFFD. `indent`: as
// of json::dump, -1 for one line.
void print_json(const nlohmann::json& value, int indent);
// Data for other programs (CSV and the like), byte for byte.
void print_data(const std::string& text);

// The pipe behind `stream` has no reader any more, as of `| head`.
[[nodiscard]] bool reader_left(std::FILE* stream);

// Everything printed to `stream` so far is with its reader. Errors (runtime): it is not; `name` is
// what the stream is called in the sentence.
Status flush_output(std::FILE* stream, const std::string& name);

// "pmembench run 'my campaign.yaml'": the words of a command line as a shell reads them.
std::string command_text(int argc, const char* const* argv);

}  // namespace pmembench
