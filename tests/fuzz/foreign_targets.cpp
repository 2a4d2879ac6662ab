// Files of other tools: results as rows, job files as campaigns.
#include <nlohmann/json.hpp>

#include "config/campaign_reader.hpp"
#include "import/importer.hpp"
#include "plan/plan.hpp"
#include "record/codec.hpp"
#include "results/compare.hpp"
#include "target.hpp"
#include "translate/translation.hpp"

namespace pmembench::fuzz {

// The first byte chooses the importer; 0: the one that recognises the file.
void fuzz_import(Bytes input) {
  Reader reader(input);
  const auto choice = reader.take<std::uint8_t>();
  const std::string text(text_of(input.subspan(input.empty() ? 0 : 1)));
  const auto& all = importers();
  const std::string format = choice == 0 ? "" : all[choice % all.size()].name;
  const auto file = import_bytes(text, "fuzz", format);
  if (file) {
    for (const ImportedRow& each : file->rows) {
      const auto again = row_from_json(to_json(each.row));
      require(again.has_value(), "an imported row is a row");
    }
  } else {
    require(file.error().kind == ErrorKind::usage, "a wrong file is the user's");
  }
  static_cast<void>(gbench_run(text, "fuzz"));
}

void fuzz_translate(Bytes input) {
  const std::string_view text = text_of(input);
  const Translator* translator = recognise_input(text);
  for (const Translator& each : translators()) {
    if (&each != translator) continue;
    const auto translation = each.translate(text, "fuzz");
    if (!translation) continue;
    static_cast<void>(parts_sentence(*translation));
    const std::string yaml = campaign_text(*translation, "fuzz");
    static const CampaignSchema schema = campaign_schema();
    static_cast<void>(read_campaign_text(yaml, "fuzz.yaml", schema));
  }
}

}  // namespace pmembench::fuzz
