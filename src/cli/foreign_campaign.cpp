#include "cli/foreign_campaign.hpp"

#include "cli/report_file.hpp"
#include "import/foreign_text.hpp"
#include "import/importer.hpp"
#include "translate/translation.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kLargestInputBytes = std::size_t{1} << 20;  // as a campaign

Error answer(const Translator& translator, std::string_view text, const std::string& label,
             const std::string& command) {
  const auto translation = translator.translate(text, label);
  if (!translation) {
    return usage_error("{} is {}, not a campaign, and it is damaged: {}", label, translator.what,
                       translation.error().message);
  }
  return usage_error(
      "{} is {}, not a campaign: {}; `pmembench {}` writes a campaign to start from "
      "and names what has none",
      label, translator.what, parts_sentence(*translation), command);
}

}  // namespace

Status refuse_foreign_words(const std::string& word) {
  if (word.find(' ') == std::string::npos) return {};
  const Translator* translator = recognise_input(word);
  if (translator == nullptr) return {};
  return answer(*translator, word, "'" + word + "'", fmt::format("translate '{}'", word));
}

Status refuse_foreign_file(const std::string& path) {
  auto bytes = read_report_file(path, kLargestInputBytes);
  if (!bytes) return {};
  const auto text = foreign_text(*std::move(bytes), path);
  if (!text) return {};
  if (const Translator* translator = recognise_input(*text); translator != nullptr) {
    return answer(*translator, *text, path, "translate " + path);
  }
  const Importer* importer = recognise_results({*text, path});
  if (importer == nullptr) return {};
  return usage_error("{} is {}, a result and not a campaign: `pmembench import {}` stores it", path,
                     importer->what, path);
}

}  // namespace pmembench
