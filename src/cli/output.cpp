#include "cli/output.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>

namespace pmembench {
namespace {

bool needs_quotes(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./:,@%";
  return word.empty() || word.find_first_not_of(kPlain) != std::string_view::npos;
}

std::string quoted(std::string_view word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

}  // namespace

void say(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

Status flush_output(std::FILE* stream, const std::string& name) {
  if (std::fflush(stream) == 0 && std::ferror(stream) == 0) return {};
  return runtime_error("{} cannot be written: {}", name, std::strerror(errno));
}

std::string command_text(int argc, const char* const* argv) {
  std::string text = "pmembench";
  for (int i = 1; i < argc; ++i) {
    text += ' ';
    text += needs_quotes(argv[i]) ? quoted(argv[i]) : argv[i];
  }
  return text;
}

}  // namespace pmembench
