#include "results/history.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/random.hpp"
#include "measure/estimate.hpp"
#include "measure/spread.hpp"
#include "record/codec.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

// Of a series no more than these are searched for change points, for the time it takes.
constexpr std::size_t kSearched = 400;
constexpr std::uint64_t kChangePointSeed = 1;

struct Level {
  double middle = 0;
  double reach = 0;  // how far above it a point alarms
  double deviation = 0;
};

// Few points know their own spread badly: Student's t against the normal's quantile widens it.
Level level_of(std::span<const double> values, const HistoryRules& rules) {
  const auto count = static_cast<double>(values.size());
  const double t = student_quantile(rules.confidence, count - 1);
  const double spread =
      std::max(robust_deviation(values), rules.smallest_deviation) * std::sqrt(1 + 1 / count);
  return {median(values), std::max(std::log1p(rules.minimal_effect), t * spread),
          t / normal_quantile(rules.confidence) * spread};
}

std::span<const double> last(const std::vector<double>& values, std::size_t count) {
  const std::size_t kept = std::min(values.size(), count);
  return std::span(values).last(kept);
}

// Walks along one series and keeps the points of the level it is on.
class Judge {
 public:
  explicit Judge(const HistoryRules& rules) : rules_(rules) {}

  JudgedPoint judge(const HistoryPoint& point) {
    JudgedPoint judged;
    judged.point = point;
    const double value = std::log(point.ratio);
    if (!std::isfinite(value)) return judged;
    if (point.accepted) {
      known_.clear();
      sum_ = 0;
    } else if (known_.size() >= rules_.minimum_points) {
      hold_against_level(value, judged);
    }
    // A point that alarmed is not part of the level: the alarm stays until it is accepted.
    if (judged.alarm != Alarm::point) known_.push_back(value);
    return judged;
  }

 private:
  void hold_against_level(double value, JudgedPoint& judged) {
    const Level recent = level_of(last(known_, rules_.window), rules_);
    judged.limit = std::exp(recent.middle + recent.reach);
    if (value > recent.middle + recent.reach) judged.alarm = Alarm::point;
    // Creep is held against the oldest points of the level, for the newest creep with it.
    const std::size_t oldest = std::min(known_.size(), rules_.window);
    const Level first = level_of(std::span(known_).first(oldest), rules_);
    if (judged.alarm == Alarm::none) {
      sum_ = cusum_step(sum_, value, first.middle, first.deviation, rules_.cusum);
      if (sum_ > rules_.cusum.limit) judged.alarm = Alarm::creep;
    }
    judged.cusum = sum_;
  }

  const HistoryRules& rules_;
  std::vector<double> known_;  // ln ratios of the present level, oldest first
  double sum_ = 0;
};

void add_change_points(const HistoryRules& rules, HistorySeries& series) {
  const std::size_t skipped =
      series.points.size() > kSearched ? series.points.size() - kSearched : 0;
  std::vector<double> values;
  std::vector<std::size_t> places;  // values[i] is of points[places[i]]
  for (std::size_t i = skipped; i < series.points.size(); ++i) {
    const double value = std::log(series.points[i].point.ratio);
    if (!std::isfinite(value)) continue;
    values.push_back(value);
    places.push_back(i);
  }
  ChangePointRule rule = rules.change_points;
  rule.minimum_magnitude = std::log1p(rules.minimal_effect);
  series.change_points = change_points(values, kChangePointSeed, rule);
  for (ChangePoint& point : series.change_points) point.index = places[point.index];
}

json to_json(const JudgedPoint& judged) {
  const HistoryPoint& point = judged.point;
  return {{"recorded_utc", point.recorded_utc},   {"label", point.label},
          {"ratio", number_or_null(point.ratio)}, {"low", number_or_null(point.low)},
          {"high", number_or_null(point.high)},   {"replicates", point.replicates},
          {"accepted", point.accepted},           {"reason", point.reason},
          {"alarm", name_of(judged.alarm)},       {"cusum", number_or_null(judged.cusum)},
          {"limit", number_or_null(judged.limit)}};
}

}  // namespace

std::string_view name_of(Alarm alarm) {
  switch (alarm) {
    case Alarm::point:
      return "point";
    case Alarm::creep:
      return "creep";
    case Alarm::none:
      break;
  }
  return "";
}

std::vector<HistorySeries> judge_history(std::span<const HistoryPoint> points,
                                         const HistoryRules& rules) {
  using Key = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<Key, std::size_t> places;
  std::vector<HistorySeries> all;
  std::vector<Judge> judges;
  for (const HistoryPoint& point : points) {
    const Key key{point.cell, point.metric, point.machine_fingerprint, point.reference};
    const auto [place, added] = places.try_emplace(key, all.size());
    if (added) {
      all.push_back({point.cell, point.metric, point.machine_fingerprint, point.reference, {}, {}});
      judges.emplace_back(rules);
    }
    all[place->second].points.push_back(judges[place->second].judge(point));
  }
  for (HistorySeries& series : all) add_change_points(rules, series);
  std::stable_sort(all.begin(), all.end(), [](const HistorySeries& a, const HistorySeries& b) {
    return std::tie(a.cell, a.metric) < std::tie(b.cell, b.metric);
  });
  return all;
}

std::vector<HistoryPoint> history_points(const Comparison& comparison) {
  std::vector<HistoryPoint> points;
  for (const CellVerdict& cell : comparison.cells) {
    const bool trusted = cell.verdict != Verdict::untrusted && cell.verdict != Verdict::missing;
    if (!trusted || !cell.effect || !(cell.effect->estimate > -1)) continue;
    if (!std::isfinite(cell.effect->estimate)) continue;
    HistoryPoint point;
    point.recorded_utc = comparison.created_utc;
    point.cell = cell.cell;
    point.metric = cell.metric;
    point.machine_fingerprint = comparison.head.machine_fingerprint;
    point.reference = comparison.base.label;
    point.label = comparison.head.label;
    point.ratio = 1 + cell.effect->estimate;
    if (cell.effect->has_interval) {
      point.low = 1 + cell.effect->low;
      point.high = 1 + cell.effect->high;
    }
    point.replicates = cell.replicates;
    points.push_back(std::move(point));
  }
  return points;
}

json to_json(const std::vector<HistorySeries>& all) {
  json list = json::array();
  for (const HistorySeries& series : all) {
    json points = json::array();
    for (const JudgedPoint& point : series.points) points.push_back(to_json(point));
    json changes = json::array();
    for (const ChangePoint& change : series.change_points) {
      changes.push_back({{"index", change.index},
                         {"effect", number_or_null(std::expm1(change.magnitude))},
                         {"p_value", number_or_null(change.p_value)}});
    }
    list.push_back({{"cell", series.cell},
                    {"metric", series.metric},
                    {"machine_fingerprint", series.machine_fingerprint},
                    {"reference", series.reference},
                    {"points", points},
                    {"change_points", changes}});
  }
  return {{"schema", "pmembench-history"}, {"version", 1}, {"series", list}};
}

std::string sparkline(std::span<const double> values) {
  constexpr std::array<const char*, 8> kHeights{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  std::string text;
  for (const double value : values) {
    if (!std::isfinite(value)) {
      text += ' ';
      continue;
    }
    // One level is drawn in the middle.
    const double share = high > low ? (value - low) / (high - low) : 0.5;
    text += kHeights[static_cast<std::size_t>(std::lround(share * 7))];
  }
  return text;
}

}  // namespace pmembench
