// What a self-test found: as a table, as a comparison document, as JSON.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/gate_self_test.hpp"
#include "cli/text_table.hpp"
#include "measure/quantile_interval.hpp"
#include "record/codec.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

std::string level_name(double slowdown) {
  return slowdown > 0 ? fmt::format("+{:.3g} %", slowdown * 100) : "nothing";
}

// "0/100 [0.0, 3.6] %"
std::string rate_text(const Count& count) {
  if (count.of == 0) return "";
  const QuantileInterval interval = rate_interval(count.hits, count.of);
  return fmt::format("{}/{} [{:.1f}, {:.1f}] %", count.hits, count.of, interval.low * 100,
                     interval.high * 100);
}

std::string effect_text(const Estimate& effect) {
  if (!effect.has_interval) return fmt::format("{:+.2f} %", effect.estimate * 100);
  return fmt::format("{:+.2f} % [{:+.2f}, {:+.2f}]", effect.estimate * 100, effect.low * 100,
                     effect.high * 100);
}

json to_json(const Count& count) {
  const QuantileInterval interval = rate_interval(count.hits, count.of);
  json rate;
  if (count.of > 0) rate = static_cast<double>(count.hits) / static_cast<double>(count.of);
  return {{"hits", count.hits},
          {"of", count.of},
          {"rate", rate},
          {"low", interval.low},
          {"high", interval.high}};
}

// What the level shows of a cell, as a verdict: an alarm without an injected slowdown is the gate's
// error, no alarm with one is its blindness.
CellVerdict cell_verdict(const SelfTestLevel& level, const SelfTestCell& cell,
                         const GateRules& rules) {
  CellVerdict verdict;
  verdict.cell = level.slowdown > 0
                     ? fmt::format("{} ({} injected)", cell.cell, level_name(level.slowdown))
                     : cell.cell + " (nothing injected)";
  verdict.metric = "ns_per_operation";
  verdict.code = "self_test";
  verdict.effect = cell.effect;
  verdict.minimal_effect = rules.minimal_effect;
  verdict.replicates = static_cast<unsigned>(level.triples);
  const bool found = 2 * cell.confirmed.hits > cell.confirmed.of;
  if (level.slowdown > 0) {
    verdict.verdict = found ? Verdict::regression : Verdict::inconclusive;
  } else {
    verdict.verdict = cell.confirmed.hits == 0 ? Verdict::pass : Verdict::suspect;
  }
  verdict.reason = fmt::format("{} of {} real suites alarmed; before confirmation {}",
                               cell.confirmed.hits, cell.confirmed.of, cell.flagged.hits);
  return verdict;
}

std::string sentence(const std::vector<SelfTestLevel>& levels) {
  std::string text;
  for (const SelfTestLevel& level : levels) {
    Count cells;
    for (const SelfTestCell& cell : level.cells) {
      cells.hits += cell.confirmed.hits;
      cells.of += cell.confirmed.of;
    }
    if (level.slowdown > 0) {
      text += fmt::format("; of an injected {:.3g} % it found {} of {}", level.slowdown * 100,
                          cells.hits, cells.of);
    } else {
      text += fmt::format("{} of {} real suites of equals raised an alarm", level.suites.hits,
                          level.suites.of);
    }
  }
  return text;
}

}  // namespace

std::string self_test_text(const std::vector<SelfTestLevel>& levels,
                           const SelfTestSettings& settings) {
  TextTable table({{"injected"},
                   {"cell"},
                   {"measured", Align::right},
                   {"flagged", Align::right},
                   {"confirmed", Align::right},
                   {"flagged, resampled", Align::right},
                   {"confirmed, resampled", Align::right}});
  for (const SelfTestLevel& level : levels) {
    for (const SelfTestCell& cell : level.cells) {
      table.add({level_name(level.slowdown), cell.cell, effect_text(cell.effect),
                 rate_text(cell.flagged), rate_text(cell.confirmed),
                 rate_text(cell.resampled_flagged), rate_text(cell.resampled_confirmed)});
    }
    table.add({level_name(level.slowdown), "any cell of the suite", "", "", rate_text(level.suites),
               "", rate_text(level.resampled_suites)});
  }
  std::string text = table.text();
  text += fmt::format(
      "\nalarms/suites [95 % interval of the rate]; a suite is {} fresh processes of each arm, and "
      "as many again for what it flags.\nResampled suites are drawn from the real ones' "
      "processes: they are many, and not independent.\n",
      settings.replicates);
  for (const SelfTestLevel& level : levels) {
    if (level.untrusted > 0) {
      text += fmt::format("{}: {} cells of real suites were untrusted and not judged\n",
                          level_name(level.slowdown), level.untrusted);
    }
    if (level.resampled_suites.of == 0) {
      text += fmt::format("{}: no resampled suites: they take {} replicates, and there are {}\n",
                          level_name(level.slowdown), 2 * settings.replicates, level.triples);
    }
  }
  return text + sentence(levels) + "\n";
}

Comparison self_test_comparison(const std::vector<SelfTestLevel>& levels,
                                const SelfTestSettings& settings, const GateRules& rules) {
  Comparison comparison;
  comparison.kind = "self-test";
  comparison.minimal_effect = rules.minimal_effect;
  comparison.confidence = rules.confidence;
  comparison.replicates = settings.replicates;
  bool false_alarm = false;
  for (const SelfTestLevel& level : levels) {
    false_alarm = false_alarm || (level.slowdown <= 0 && level.suites.hits > 0);
    for (const SelfTestCell& cell : level.cells) {
      comparison.cells.push_back(cell_verdict(level, cell, rules));
    }
  }
  comparison.verdict = false_alarm ? Verdict::suspect : Verdict::pass;
  comparison.exit = 0;
  comparison.sentence = sentence(levels);
  return comparison;
}

json to_json(const std::vector<SelfTestLevel>& levels) {
  json all = json::array();
  for (const SelfTestLevel& level : levels) {
    json cells = json::array();
    for (const SelfTestCell& cell : level.cells) {
      cells.push_back({{"cell", cell.cell},
                       {"effect", to_json(cell.effect)},
                       {"flagged", to_json(cell.flagged)},
                       {"confirmed", to_json(cell.confirmed)},
                       {"resampled_flagged", to_json(cell.resampled_flagged)},
                       {"resampled_confirmed", to_json(cell.resampled_confirmed)}});
    }
    all.push_back({{"plant", level.slowdown},
                   {"replicates", level.triples},
                   {"untrusted", level.untrusted},
                   {"suites", to_json(level.suites)},
                   {"resampled_suites", to_json(level.resampled_suites)},
                   {"cells", cells}});
  }
  return all;
}

}  // namespace pmembench
