// A command line of Intel's Memory Latency Checker, alone in a file or as an argument.
#include <algorithm>

#include "import/foreign_text.hpp"
#include "translate/mlc_request.hpp"

namespace pmembench {
namespace {

// The words of the first line that is neither empty nor a comment, without what a shell puts before
// a program.
std::vector<std::string> first_words(std::string_view text) {
  for (const TextLine& line : lines_of(text.substr(0, 4096))) {
    const auto words = words_of(line.text);
    if (words.empty() || words.front().starts_with('#')) continue;
    std::vector<std::string> kept(words.begin(), words.end());
    while (!kept.empty() && (kept.front() == "$" || kept.front() == "sudo")) {
      kept.erase(kept.begin());
    }
    return kept;
  }
  return {};
}

bool looks_like_mlc_line(std::string_view text) {
  const auto words = first_words(text);
  if (words.size() < 2 || !words[1].starts_with('-')) return false;
  const std::string program = words.front().substr(words.front().rfind('/') + 1);
  return program == "mlc" || program.starts_with("mlc_");
}

Result<Translation> translate_mlc_line(std::string_view text, const std::string& label) {
  auto words = first_words(text);
  words.erase(words.begin());
  const auto request = mlc_request(words);
  if (!request) return request.error().with_context(label);
  return mlc_translation(*request);
}

}  // namespace

Translator mlc_translator() {
  return {"mlc", "a command line of Intel MLC", looks_like_mlc_line, translate_mlc_line};
}

}  // namespace pmembench
