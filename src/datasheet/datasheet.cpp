#include "datasheet/datasheet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace pmembench {
namespace {

using nlohmann::json;

json interval_json(const Estimate& value) {
  return {{"value", value.estimate},
          {"low", value.low},
          {"high", value.high},
          {"has_interval", value.has_interval}};
}

json figure_json(const MediumSheet& sheet, const DatasheetFigure& figure) {
  return {{"name", figure.name},
          {"unit", figure.unit},
          {"estimate", interval_json(figure.value)},
          {"cell", figure.cell},
          {"of", figure.of},
          {"firmware", figure.firmware},
          {"repeat", repeat_command(sheet, "figures")}};
}

json score_json(const PropertyScore& score) {
  return {{"property", score.property},
          {"right", score.right},
          {"wrong", score.wrong},
          {"not_determined", score.not_determined}};
}

json structure_json(const MediumSheet& sheet, const StructureLine& line) {
  const Inference& inference = line.inference;
  json object{{"name", line.name},
              {"property", line.repeat_only},
              {"determined", inference.determined},
              {"none", inference.none},
              {"unit", inference.unit},
              {"test", inference.test},
              {"reason", inference.reason},
              {"missed", inference.missed},
              {"note", inference.note},
              {"firmware", line.firmware},
              {"repeat", repeat_command(sheet, line.repeat_only)}};
  const bool valued = inference.determined && !inference.none;
  object["value"] = valued ? json(inference.value) : json();
  object["low"] = valued ? json(inference.low) : json();
  object["high"] = valued ? json(inference.high) : json();
  object["p"] = inference.determined ? json(inference.p) : json();
  object["added_ns"] = line.added_ns > 0 ? json(line.added_ns) : json();
  const PropertyScore* const score = sheet.score(line.repeat_only);
  object["self_test"] = score == nullptr ? json() : score_json(*score);
  return object;
}

json sheet_json(const MediumSheet& sheet) {
  json figures = json::array(), structure = json::array(), scores = json::array();
  for (const DatasheetFigure& each : sheet.figures) figures.push_back(figure_json(sheet, each));
  for (const StructureLine& each : sheet.structure)
    structure.push_back(structure_json(sheet, each));
  for (const PropertyScore& each : sheet.scores) scores.push_back(score_json(each));
  return {{"media", sheet.media},
          {"kind", sheet.kind},
          {"claim", sheet.claim},
          {"size_bytes", sheet.size_bytes},
          {"page_bytes", sheet.page_bytes},
          {"node", sheet.node},
          {"figures", figures},
          {"structure", structure},
          {"noise",
           {{"slice", sheet.noise.slice()},
            {"process", sheet.noise.process},
            {"shared_core_share", sheet.shared_core_share},
            {"steal_share", sheet.steal_share}}},
          {"self_test", scores}};
}

std::string yaml_key(const StructureLine& line) {
  std::string key;
  for (const char c : line.name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool capital = c >= 'A' && c <= 'Z';
    if (plain) key += c;
    if (capital) key += static_cast<char>(c - 'A' + 'a');
    if (!plain && !capital && !key.empty() && key.back() != '_') key += '_';
  }
  while (!key.empty() && key.back() == '_') key.pop_back();
  return key;
}

}  // namespace

const PropertyScore* MediumSheet::score(const std::string& property) const {
  const auto found = std::find_if(scores.begin(), scores.end(), [&](const PropertyScore& each) {
    return each.property == property;
  });
  return found == scores.end() ? nullptr : &*found;
}

std::string repeat_command(const MediumSheet& sheet, const std::string& property) {
  return fmt::format("pmembench characterize --media {} --only {}{}", sheet.media, property,
                     property == "wear" ? " --wear --destroy" : "");
}

json to_json(const Datasheet& sheet) {
  json media = json::array(), against = json::array();
  for (const MediumSheet& each : sheet.media) media.push_back(sheet_json(each));
  for (const FigureRatio& each : sheet.against) {
    against.push_back({{"name", each.name}, {"ratio", interval_json(each.ratio)}});
  }
  return {{"schema", "pmembench-datasheet"},
          {"version", 1},
          {"media", media},
          {"against", against},
          {"runs", sheet.runs},
          {"database", sheet.database},
          {"took_s", sheet.took_s},
          {"failures", sheet.failures}};
}

std::string constants_yaml(const MediumSheet& sheet) {
  std::string text = fmt::format(
      "# What pmembench characterize found of {}. A campaign that has `constants: THIS_FILE` may\n"
      "# write ${{read_line}} where it would write the value.\n",
      sheet.media);
  std::vector<std::string> taken;
  for (const StructureLine& line : sheet.structure) {
    const Inference& inference = line.inference;
    if (!inference.determined || inference.none || inference.unit != "B") continue;
    std::string key = yaml_key(line);
    for (int number = 2; std::find(taken.begin(), taken.end(), key) != taken.end(); ++number) {
      key = fmt::format("{}_{}", yaml_key(line), number);
    }
    taken.push_back(key);
    // A whole number of lines, so that it can be a stride or the size of a range.
    const auto lines = static_cast<std::uint64_t>(std::max(1.0, std::round(inference.value / 64)));
    text += fmt::format("{}: {}\n", key, 64 * lines);
  }
  return text;
}

}  // namespace pmembench
