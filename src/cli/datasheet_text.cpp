#include "cli/datasheet_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"
#include "cli/text_table.hpp"
#include "results/printed_words.hpp"

namespace pmembench {
namespace {

std::string quantity(double value, const std::string& unit) {
  return unit == "ns" ? format_duration_ns(value) : format_bandwidth(value);
}

std::string interval_text(const Estimate& value, const std::string& unit) {
  if (!value.has_interval) return fmt::format("{} (no interval)", quantity(value.estimate, unit));
  return fmt::format("{} [{}, {}]", quantity(value.estimate, unit), quantity(value.low, unit),
                     quantity(value.high, unit));
}

std::string score_text(const MediumSheet& sheet, const StructureLine& line) {
  const PropertyScore* const score = sheet.score(line.repeat_only);
  if (score == nullptr || score->devices() == 0) return "not tested";
  return fmt::format("{} right, {} wrong, {} open of {}", score->right, score->wrong,
                     score->not_determined, score->devices());
}

std::string p_text(const Inference& inference) {
  if (inference.p >= 1) return {};
  return inference.p < 1e-12 ? "p < 1e-12" : fmt::format("p = {:.2g}", inference.p);
}

std::string more_text(const StructureLine& line) {
  std::vector<std::string> words;
  if (line.added_ns > 0)
    words.push_back(fmt::format("+{} beyond it", format_duration_ns(line.added_ns)));
  if (!line.firmware.empty()) words.push_back(line.firmware);
  if (!line.inference.note.empty()) words.push_back(line.inference.note);
  if (line.inference.none && !line.inference.missed.empty()) {
    words.push_back("not seen would be: " + line.inference.missed);
  }
  return fmt::format("{}", fmt::join(words, "; "));
}

std::string figures_text(const MediumSheet& sheet) {
  if (sheet.figures.empty()) return {};
  TextTable table({{"figure"}, {"value, interval over processes"}, {"of"}, {"firmware"}});
  for (const DatasheetFigure& each : sheet.figures) {
    table.add({each.name, interval_text(each.value, each.unit), each.of, each.firmware});
  }
  return "\n" + table.text();
}

std::string inferred_text(const MediumSheet& sheet) {
  TextTable table({{"inferred"}, {"value"}, {"p"}, {"how often it is right here"}, {"and"}});
  for (const StructureLine& line : sheet.structure) {
    if (!line.inference.determined) continue;
    table.add({line.name, value_text(line.inference), p_text(line.inference),
               score_text(sheet, line), more_text(line)});
  }
  return table.empty() ? std::string() : "\n" + table.text();
}

std::string open_text(const MediumSheet& sheet) {
  TextTable table({{"not determined"}, {"why"}, {"firmware"}});
  for (const StructureLine& line : sheet.structure) {
    if (!line.inference.determined) {
      table.add({line.name, line.inference.reason, line.firmware});
    }
  }
  return table.empty() ? std::string() : "\n" + table.text();
}

std::string noise_text(const MediumSheet& sheet) {
  if (sheet.noise.residuals.empty()) return {};
  std::string text = fmt::format(
      "\nnoise here: slices {:.1f} %, processes {:.1f} %; a core was shared during {:.0f} % of "
      "slices, {:.0f} % of the time was stolen\n",
      100 * sheet.noise.slice(), 100 * sheet.noise.process, 100 * sheet.shared_core_share,
      100 * sheet.steal_share);
  if (sheet.scores.empty()) return text;
  unsigned right = 0, wrong = 0, all = 0;
  for (const PropertyScore& each : sheet.scores) {
    right += each.right;
    wrong += each.wrong;
    all += each.devices();
  }
  return text + fmt::format(
                    "self-test at that noise: {} lines of {} simulated devices, {:.1f} % "
                    "right, {:.1f} % wrong, {:.1f} % not determined\n",
                    all, sheet.scores.front().devices(), 100.0 * right / all, 100.0 * wrong / all,
                    100.0 * (all - right - wrong) / all);
}

std::string medium_text_of(const MediumSheet& sheet) {
  std::string text = sheet.media;
  if (!sheet.kind.empty()) {
    text += fmt::format("   {}, {} used, {}, {}", sheet.kind, format_size(sheet.size_bytes),
                        pages_text(sheet.page_bytes), sheet.claim);
  }
  return text + "\n" + figures_text(sheet) + inferred_text(sheet) + open_text(sheet) +
         noise_text(sheet);
}

}  // namespace

std::string datasheet_text(const Datasheet& sheet) {
  std::string text;
  for (const MediumSheet& each : sheet.media) {
    text += (text.empty() ? "" : "\n") + medium_text_of(each);
  }
  if (!sheet.against.empty()) {
    TextTable table(
        {{"figure"}, {fmt::format("{} over {}", sheet.media[0].media, sheet.media[1].media)}});
    for (const FigureRatio& each : sheet.against) {
      table.add({each.name, fmt::format("{:.3g} x [{:.3g}, {:.3g}]", each.ratio.estimate,
                                        each.ratio.low, each.ratio.high)});
    }
    text += "\n" + table.text();
  }
  if (sheet.media.empty()) return text;
  const std::string property = sheet.media.front().structure.empty()
                                   ? "figures"
                                   : sheet.media.front().structure.front().repeat_only;
  text += fmt::format("\nrepeat a line:  {}\n", repeat_command(sheet.media.front(), property));
  if (!sheet.runs.empty()) {
    text += fmt::format(
        "figures for hwloc: pmembench export {} --db {} --format hwloc\n"
        "took {}; runs {} are in {}\n",
        sheet.runs.front(), sheet.database, format_duration_ns(sheet.took_s * 1e9),
        fmt::join(sheet.runs, ", "), sheet.database);
  }
  return text;
}

}  // namespace pmembench
