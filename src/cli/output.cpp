#include "cli/output.hpp"

#include <fmt/core.h>
#include <poll.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>

#include "base/utf8.hpp"
#include "cli/terminal.hpp"
#include "cli/text_wrap.hpp"
#include "record/codec.hpp"

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

bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1)
    return (first < 0x20 && first != '\n' && first != '\t') || first == 0x7F;
  return first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;  // C1
}

// Lines that are too long go on below, behind their own indentation.
std::string fitted(const std::string& text, std::size_t columns) {
  std::string result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    if (text_width(line) > columns && indent + 2 < columns / 2) {
      line = line.substr(0, indent) + wrapped_text(line.substr(indent), columns, indent + 2);
    }
    result += line + "\n";
  }
  if (!text.ends_with('\n') && !result.empty()) result.pop_back();
  return result;
}

}  // namespace

std::string for_terminal(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    if (length == 0 || is_control(character)) {
      for (const char c : character) {
        shown += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
      }
    } else {
      shown += character;
    }
    text.remove_prefix(character.size());
  }
  return shown;
}

void say(std::FILE* stream, const std::string& text) { say_raw(stream, for_terminal(text)); }

void print_text(const std::string& text) {
  std::string shown = for_terminal(text);
  // Bold is ours, and changes nothing else.
  for (const std::string_view sequence : {kBold, kPlain}) {
    const std::string escaped = for_terminal(sequence);
    for (std::size_t at = shown.find(escaped); at != std::string::npos; at = shown.find(escaped)) {
      shown.replace(at, escaped.size(), sequence);
    }
  }
  const std::size_t columns = output_terminal().columns;
  print_data(columns == 0 ? shown : fitted(shown, columns));
}

void print_json(const nlohmann::json& value, int indent) {
  print_data(json_text(value, indent) + "\n");
}

void print_data(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void say_raw(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

bool reader_left(std::FILE* stream) {
  pollfd pipe{fileno(stream), POLLOUT, 0};
  return ::poll(&pipe, 1, 0) == 1 && (pipe.revents & POLLERR) != 0;
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
