#include "results/loaded_curve.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "base/result.hpp"
#include "base/units.hpp"
#include "results/printed_words.hpp"
#include "workloads/workload.hpp"

namespace pmembench {
namespace {

constexpr std::array<const char*, 3> kHowMuch{"load_share", "load_rate", "pause"};
// What distinguishes curves of one group, and how a label words it.
struct LoadKey {
  const char* name;
  const char* before;
  const char* after;
};
constexpr std::array<LoadKey, 4> kLoadKeys{{{"read_share", "", " % reads"},
                                            {"order", "", ""},
                                            {"durability", "durability ", ""},
                                            {"probe_media", "probed on ", ""}}};

std::string loaded_group(const Row& row, const OptionsByCell& options) {
  std::string text = fmt::format("{}, path {}", row.media, row.path);
  if (row.placement.asked != "near") text += ", " + row.placement.asked;
  const auto found = options.find(row.cell);
  if (found != options.end()) text += ", " + found->second;
  const WorkloadType* type = find_workload(row.workload);
  for (const auto& [key, value] : row.parameters) {
    const auto is_key = [&key = key](const char* name) { return key == name; };
    const bool apart = std::any_of(kHowMuch.begin(), kHowMuch.end(), is_key) ||
                       std::any_of(kLoadKeys.begin(), kLoadKeys.end(),
                                   [&](const LoadKey& load) { return is_key(load.name); });
    const bool is_default = std::any_of(type->parameters.begin(), type->parameters.end(),
                                        [&key = key, &value = value](const ParameterSpec& spec) {
                                          return spec.name == key && spec.default_value == value;
                                        });
    if (!apart && !is_default) text += fmt::format(" {}={}", key, value);
  }
  return text;
}

struct LoadedRows {
  std::string group;
  std::vector<const Row*> rows;
};

// The same load: what differs is how much of it, and by how many threads.
std::vector<LoadedRows> families_of(const std::vector<Row>& rows, const OptionsByCell& options) {
  std::vector<std::pair<std::string, LoadedRows>> families;
  for (const Row& row : rows) {
    const WorkloadType* type = find_workload(row.workload);
    if (type == nullptr || row.workload != "loaded" || !row.did_work() || !row.ns_per_operation ||
        !row.latency_ns) {
      continue;
    }
    const std::string group = loaded_group(row, options);
    std::string key = group + "|" + row.backend;
    for (const LoadKey& load : kLoadKeys) key += "|" + parameter_of(row, load.name);
    auto family = std::find_if(families.begin(), families.end(),
                               [&](const auto& entry) { return entry.first == key; });
    if (family == families.end()) family = families.insert(family, {key, {group, {}}});
    family->second.rows.push_back(&row);
  }
  std::vector<LoadedRows> result;
  for (auto& [key, family] : families) {
    unsigned most = 0;
    for (const Row* row : family.rows) most = std::max(most, row->threads);
    std::erase_if(family.rows, [&](const Row* row) { return row->threads < most; });
    result.push_back(std::move(family));
  }
  // What another tool measured is drawn next to our first curves.
  const auto imported = [](const LoadedRows& family) { return family.rows.front()->is_imported(); };
  const auto own = std::find_if_not(result.begin(), result.end(), imported);
  for (LoadedRows& family : result) {
    if (own != result.end() && imported(family)) family.group = own->group;
  }
  return result;
}

std::string loaded_label(const Row& row, const std::string& group,
                         const std::vector<LoadedRows>& all) {
  const auto varies = [&](const auto& of) {
    std::set<std::string> values;
    for (const LoadedRows& other : all) {
      if (other.group == group) values.insert(of(*other.rows.front()));
    }
    return values.size() > 1;
  };
  std::string text;
  if (varies([](const Row& one) { return one.backend; })) text = row.backend;
  if (row.is_imported()) text = row.source + " (imported)";
  for (const LoadKey& load : kLoadKeys) {
    const bool always = load.name == kLoadKeys.front().name;
    if (!always && !varies([&](const Row& one) { return parameter_of(one, load.name); })) continue;
    std::string value = parameter_of(row, load.name);
    if (value.empty() && row.is_imported()) continue;  // the tool does not say
    if (value.empty()) value = "the same medium";
    text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ", load.before, value, load.after);
  }
  return text;
}

std::string asked_of(const Row& row) {
  const std::string rate = parameter_of(row, "load_rate");
  const auto bytes = parse_count(rate);
  if (bytes && *bytes > 0) return format_bandwidth(static_cast<double>(*bytes));
  const std::string pause = parameter_of(row, "pause");
  if (!pause.empty() && pause != "0") return "pause " + pause;
  if (row.is_imported()) return pause.empty() ? "not known" : "pause " + pause;
  return parameter_of(row, "load_share") + " %";
}

std::string percentile_text(const LoadedPoint& point, const char* name) {
  const auto found = point.percentiles.find(name);
  if (found == point.percentiles.end()) return "n/a";
  const std::string half = half_width_text(found->second);
  return format_duration_ns(found->second.estimate) + (half.empty() ? "" : " " + half);
}

PrintedRow row_of(const LoadedPoint& point) {
  const auto& moved = point.bytes_per_s;
  return {{point.asked, moved ? format_bandwidth(moved->estimate) : "none",
           moved ? half_width_text(*moved) : "", format_duration_ns(point.ns.estimate),
           half_width_text(point.ns), percentile_text(point, "p50"), percentile_text(point, "p99"),
           percentile_text(point, "p99.9")},
          0,
          ""};
}

// Ascending in the load that was asked for.
double load_order(const Row& row) {
  const auto number = [&](const char* name) {
    const std::string text = parameter_of(row, name);
    double value = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  };
  if (number("pause") != 0) return -number("pause");
  return number("load_rate") != 0 ? number("load_rate") : number("load_share");
}

// One curve a process.
std::optional<CurveSummary> summary_of(std::vector<const Row*> rows,
                                       const FiguresByCell& replicates, double confidence) {
  constexpr std::size_t kLeastPoints = 3;
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row* a, const Row* b) { return load_order(*a) < load_order(*b); });
  std::map<unsigned, std::vector<CurvePoint>> by_process;
  for (const Row* row : rows) {
    const auto found = replicates.find(row->cell);
    if (found == replicates.end()) continue;
    for (const ReplicateFigures& replicate : found->second) {
      CurvePoint point;
      point.latency = replicate.median_ns_per_operation;
      point.bandwidth = replicate.loaded_bytes_per_s;
      by_process[replicate.index].push_back(point);
    }
  }
  std::vector<CurveFigures> processes;
  for (const auto& [index, points] : by_process) {
    if (points.size() < kLeastPoints) continue;
    processes.push_back(curve_figures(points));
  }
  if (processes.empty()) return std::nullopt;
  return summarise_curves(processes, confidence);
}

}  // namespace

std::map<std::string, Estimate> process_percentiles(const std::vector<ReplicateFigures>& replicates,
                                                    double confidence) {
  std::map<std::string, Estimate> found;
  for (std::size_t i = 0; i < kShownQuantiles.size(); ++i) {
    std::vector<double> values;
    for (const ReplicateFigures& replicate : replicates) {
      if (!std::isnan(replicate.quantiles_ns[i])) values.push_back(replicate.quantiles_ns[i]);
    }
    if (values.empty() || values.size() < replicates.size()) continue;
    found[kShownQuantiles[i].first] = hodges_lehmann(values, confidence);
  }
  return found;
}

std::vector<LoadedCurve> loaded_curves(const std::vector<Row>& rows,
                                       const FiguresByCell& replicates, double confidence,
                                       const OptionsByCell& options) {
  const std::vector<LoadedRows> families = families_of(rows, options);
  std::vector<LoadedCurve> curves;
  for (const LoadedRows& family : families) {
    const Row& first = *family.rows.front();
    LoadedCurve curve{family.group,
                      loaded_label(first, family.group, families),
                      first.claim == "emulated" || first.claim == kSimulatedClaim,
                      {},
                      summary_of(family.rows, replicates, confidence)};
    for (const Row* row : family.rows) {
      LoadedPoint point{row->cell, asked_of(*row), row->bytes_per_s, *row->ns_per_operation, {}};
      const auto found = replicates.find(row->cell);
      if (found != replicates.end()) {
        point.percentiles = process_percentiles(found->second, confidence);
      }
      curve.points.push_back(std::move(point));
    }
    curves.push_back(std::move(curve));
  }
  return curves;
}

std::vector<PrintedTable> loaded_tables(const std::vector<LoadedCurve>& curves) {
  std::vector<PrintedTable> tables;
  for (const LoadedCurve& curve : curves) {
    const std::string title = "loaded latency: " + curve.group;
    auto table = std::find_if(tables.begin(), tables.end(),
                              [&](const PrintedTable& one) { return one.title == title; });
    if (table == tables.end()) {
      table = tables.insert(tables.end(), {"loaded",
                                           title,
                                           {{"load", true},
                                            {"bandwidth", true},
                                            {"interval", true},
                                            {"latency", true},
                                            {"interval", true},
                                            {"p50", true},
                                            {"p99", true},
                                            {"p99.9", true}},
                                           {},
                                           ""});
    }
    table->rows.push_back({{}, 0, curve.label});
    for (const LoadedPoint& point : curve.points) table->rows.push_back(row_of(point));
  }
  if (!tables.empty()) {
    tables.back().note =
        "latency: one load of the probe, timed in chunks (docs/loaded_latency.md); percentiles: "
        "over "
        "processes; bandwidth: of the load threads alone.\n";
  }
  return tables;
}

}  // namespace pmembench
