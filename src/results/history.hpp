// History: ratios to a pinned reference build through time, and when they alarm.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "measure/change_points.hpp"
#include "measure/cusum.hpp"
#include "results/comparison.hpp"

namespace pmembench {

// One comparison of a build with the reference: a row of history_points.
struct HistoryPoint {
  std::int64_t id = 0;       // given by the store
  std::string recorded_utc;  // ISO 8601; empty: the store's clock
  std::string cell, metric, machine_fingerprint, reference, label;
  double ratio = std::numeric_limits<double>::quiet_NaN();  // head / reference
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
  unsigned replicates = 0;
  bool accepted = false;  // the series starts again here: an explicit `baseline accept`
  std::string reason;     // of that
  std::optional<std::int64_t> document_id;
};

struct HistoryRules {
  double minimal_effect = 0.02;
  double confidence = 0.999;          // one-sided, of the point alarm
  std::size_t window = 30;            // the last points that a point is held against
  std::size_t minimum_points = 8;     // fewer raise no alarm
  double smallest_deviation = 0.001;  // s_floor, of ln: quiet series must not alarm at nothing
  CusumRule cusum;
  ChangePointRule change_points;
};

enum class Alarm { none, point, creep };
// "", "point", "creep".
[[nodiscard]] std::string_view name_of(Alarm alarm);

struct JudgedPoint {
  HistoryPoint point;
  Alarm alarm = Alarm::none;
  double cusum = std::numeric_limits<double>::quiet_NaN();
  double limit = std::numeric_limits<double>::quiet_NaN();  // a ratio above it alarms
};

// The points of one cell and metric on one machine against one reference, oldest first.
struct HistorySeries {
  std::string cell, metric, machine_fingerprint, reference;
  std::vector<JudgedPoint> points;
  std::vector<ChangePoint> change_points;  // magnitude in ln
};

// Sorted into series by cell, metric, machine and reference (a new one of these is a new series),
// judged: x = ln ratio alarms above median + max(ln(1 + effect), t * max(1.4826 MAD, floor) *
// sqrt(1 + 1/n)) of the points before it, since the last accepted one and without those that
// alarmed; creep by CUSUM. `points` oldest first.
[[nodiscard]] std::vector<HistorySeries> judge_history(std::span<const HistoryPoint> points,
                                                       const HistoryRules& rules = {});

// The points that a comparison adds: head / base of each cell that was measured, against the base's
// label as the reference. Untrusted and missing cells add none.
[[nodiscard]] std::vector<HistoryPoint> history_points(const Comparison& comparison);

// The document of `history --json`, version 1.
[[nodiscard]] nlohmann::json to_json(const std::vector<HistorySeries>& series);

// Eight heights, lowest to highest of the ratios; "" for none.
[[nodiscard]] std::string sparkline(std::span<const double> values);

}  // namespace pmembench
