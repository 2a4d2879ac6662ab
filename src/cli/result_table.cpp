#include "cli/result_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/units.hpp"
#include "cli/text_table.hpp"
#include "record/limits.hpp"
#include "record/warning_types.hpp"
#include "results/printed_words.hpp"
#include "results/row_facts.hpp"
#include "workloads/workload.hpp"

namespace pmembench {
namespace {

// Of "/t2/cpu_node=0/operation-durable/poisson@10%" what is in no column, each part behind a comma.
std::string rest_of(std::string_view name) {
  std::string rest;
  bool threads = true;
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t end = std::min(name.find('/', at + 1), name.size());
    const std::string_view part = name.substr(at + 1, end - at - 1);
    if (!threads && !part.starts_with("operation-")) rest += fmt::format(", {}", part);
    threads = false;
    at = end;
  }
  return rest;
}

std::string percentile(const Row& row, const char* name) {
  // A chain is timed in whole slices: it has a latency, and no percentiles at any n.
  if (!row.latency_ns || std::isnan(row.latency_ns->minimum_ns)) return "";
  for (const auto& [key, value_ns] : row.latency_ns->percentiles) {
    if (key != name) continue;
    return value_ns < row.floor_ns ? "< floor" : format_duration_ns(value_ns);
  }
  return "n/a";
}

std::string ns_text(double ns) { return format_duration_ns(ns); }

// Of several threads, which share the rate: what an operation takes in one of them.
std::string per_thread_text(const Row& row) {
  const unsigned threads = counted_threads(row.workload, row.threads);
  if (threads < 2 || !row.ns_per_operation) return "";
  return ns_text(row.ns_per_operation->estimate * threads);
}

void add_row(TextTable& table, const NumberedRow& numbered) {
  const Row& row = *numbered.row;
  const std::string mode = row.latency_ns ? row.latency_ns->mode : "";
  table.add({backend_text(row), row.path, what_of(row), std::to_string(row.threads),
             row.operations_per_s ? format_rate(row.operations_per_s->estimate) : "",
             row.bytes_per_s ? format_bandwidth(row.bytes_per_s->estimate) : "",
             row.ns_per_operation ? half_width_text(*row.ns_per_operation) : "",
             row.ns_per_operation ? ns_text(row.ns_per_operation->estimate) : "",
             per_thread_text(row), mode, percentile(row, "p50"), percentile(row, "p90"),
             percentile(row, "p99"), percentile(row, "p99.9"), row.claim,
             std::to_string(row.replicates), marks_of(row), std::to_string(numbered.number)});
}

TextTable new_table() {
  return TextTable({{"backend"},
                    {"path"},
                    {"workload"},
                    {"threads", Align::right},
                    {"operations", Align::right},
                    {"bandwidth", Align::right},
                    {"interval", Align::right},
                    {"time/op", Align::right},
                    {"per thread", Align::right},
                    {"latency"},
                    {"p50", Align::right},
                    {"p90", Align::right},
                    {"p99", Align::right},
                    {"p99.9", Align::right},
                    {"may claim"},
                    {"replicates", Align::right},
                    {"flags"},
                    {"#", Align::right}});
}

std::string node_text(const std::map<int, double>& shares) {
  std::string text;
  for (const auto& [node, share] : shares) {
    text += fmt::format(", {:.0f} % on node {}", share * 100,
                        node < 0 ? "unknown" : std::to_string(node));
  }
  return text;
}

// What was found to be mapped, in words; the same for all rows of a backend on a medium.
std::string medium_text(const MediumFacts& medium, bool sized) {
  const double huge = medium.huge_share;
  std::string text = pages_text(medium.page_bytes);
  if (huge > 0 && huge < 1) text += fmt::format(" ({:.0f} % in huge pages)", huge * 100);
  if (medium.whole_bytes != 0) {
    text = fmt::format("{} of its {} used, {}", format_size(medium.size_bytes),
                       format_size(medium.whole_bytes), text);
  } else if (sized) {
    text = fmt::format("{}, {}", format_size(medium.size_bytes), text);
  }
  text += node_text(medium.node_share);
  if (!medium.nodes_unknown.empty()) {
    text += fmt::format(", node not proved ({})", medium.nodes_unknown);
  }
  if (!medium.file_system.empty()) text += ", on " + medium.file_system;
  if (medium.map_sync) text += ", MAP_SYNC held";
  return text + fmt::format(", persistence domain {}", medium.persistence_domain.empty()
                                                           ? "unknown"
                                                           : medium.persistence_domain);
}

// The medium, and below it what it was for which backends: a library may map it in its own way.
std::string medium_heading(const std::vector<NumberedRow>& rows) {
  std::vector<std::pair<std::string, std::vector<std::string>>> found;
  for (const NumberedRow& each : rows) {
    const Row* const row = each.row;
    if (!row->medium) continue;
    const std::string text = medium_text(*row->medium, row->media.starts_with("dram:auto"));
    auto same = std::find_if(found.begin(), found.end(),
                             [&](const auto& entry) { return entry.first == text; });
    if (same == found.end()) same = found.insert(found.end(), {text, {}});
    std::vector<std::string>& backends = same->second;
    const std::string backend = backend_text(*row);
    if (std::find(backends.begin(), backends.end(), backend) == backends.end()) {
      backends.push_back(backend);
    }
  }
  std::string heading = rows.front().row->media + "\n";
  for (const auto& [text, backends] : found) {
    heading += fmt::format("  {}: {}\n", fmt::join(backends, ", "), text);
  }
  return heading;
}

std::string wide_table(const std::vector<NumberedRow>& rows) {
  TextTable table = new_table();
  for (const NumberedRow& each : rows) add_row(table, each);
  return table.text(0) + "\n";
}

std::string tables(const std::vector<NumberedRow>& rows, const ResultView& view) {
  std::vector<std::pair<std::string, std::vector<NumberedRow>>> media;
  bool threads = false;
  for (const NumberedRow& each : rows) {
    if (each.row->status != "ok") continue;
    threads = threads || each.row->threads > 1;
    auto known = std::find_if(media.begin(), media.end(),
                              [&](const auto& one) { return one.first == each.row->media; });
    if (known == media.end()) known = media.insert(media.end(), {each.row->media, {}});
    known->second.push_back(each);
  }
  const bool narrow = view.terminal.columns != 0 || !view.columns.empty();
  std::string text;
  for (const auto& [name, members] : media) {
    text += medium_heading(members) + (narrow ? narrow_tables(members, view) : wide_table(members));
  }
  if (threads) {
    text += "time/op of several threads is that of all of them together; per thread, of one.\n";
  }
  return text;
}

// What the workloads found out, which has no column.
std::string figures_text(const std::vector<Row>& rows) {
  std::string text;
  for (const Row& row : rows) {
    if (row.status != "ok" || row.figures.empty()) continue;
    std::vector<std::string> figures;
    for (const auto& [name, value] : row.figures) {
      figures.push_back(fmt::format("{} {:.4g}", name, value));
    }
    text += fmt::format("  {}: {}\n", row.cell, fmt::join(figures, ", "));
  }
  return text.empty() ? text : "figures of workloads:\n" + text + "\n";
}

bool any(const std::vector<Row>& rows, bool (*has)(const Row&)) {
  return std::any_of(rows.begin(), rows.end(), has);
}

std::string legend(const std::vector<Row>& rows) {
  std::string text;
  if (any(rows, [](const Row& row) { return row.status == "ok" && row.claim == "emulated"; })) {
    text +=
        "emulated: the durability instructions ran, on a stand-in that would lose the data with "
        "the "
        "power.\n";
  }
  if (any(rows,
          [](const Row& row) { return row.status == "ok" && row.claim == kUnauditedClaim; })) {
    text += "durable (unaudited): no audit shows it; `show --warnings` has the command to run.\n";
  }
  if (any(rows,
          [](const Row& row) { return row.status == "ok" && row.claim == kSimulatedClaim; })) {
    text += "simulated: a model in virtual time answered; no hardware was measured.\n";
  }
  if (any(rows, [](const Row& row) { return row.status == "ok" && row.claim == "volatile"; })) {
    text += "volatile: nothing was made durable (reads, unflushed writes, null).\n";
  }
  if (any(rows, [](const Row& row) { return row.status == "ok" && row.is_imported(); })) {
    text +=
        "flag i: imported from the file of another tool: not proved here, and never part of a "
        "gate.\n";
  }
  if (any(rows, [](const Row& row) {
        return row.status == "ok" && !row.converged && !row.is_imported();
      })) {
    text +=
        "flag c: not converged: its interval is missing or wider than asked; more replicates (a "
        "larger --budget) narrow it.\n";
  }
  if (any(rows,
          [](const Row& row) { return row.status == "ok" && percentile(row, "p99.9") == "n/a"; })) {
    text += "n/a: too few operations were timed for that percentile.\n";
  }
  if (any(rows, [](const Row& row) { return row.disturbed_share > limits::kDisturbedShare; })) {
    text += "flag d: more than a tenth of its slices were preempted or ran unevenly.\n";
  }
  if (any(rows,
          [](const Row& row) { return row.status == "ok" && marks_of(row).ends_with("w"); })) {
    text += "flag w: has warnings; `pmembench show --warnings` prints them.\n";
  }
  return text;
}

// Each type once, with how many rows have it, its cause and its remedy.
std::string warning_lines(const std::vector<Row>& rows) {
  std::string text;
  const auto measured =
      std::count_if(rows.begin(), rows.end(), [](const Row& row) { return row.status == "ok"; });
  for (const WarningType& type : warning_types()) {
    const auto warned = std::count_if(rows.begin(), rows.end(), [&](const Row& row) {
      return std::any_of(row.warnings.begin(), row.warnings.end(),
                         [&](const Warning& warning) { return warning.type == type.name; });
    });
    if (warned == 0) continue;
    const std::string where =
        warned == measured ? "all rows" : fmt::format("{} of {} rows", warned, measured);
    text += fmt::format("warning {} ({}): {}; {}.\n", type.name, where, type.cause, type.remedy);
  }
  return text;
}

std::string floor_line(const std::vector<Row>& rows) {
  const std::string floor = harness_floor(rows);
  return floor.empty() ? floor : fmt::format("harness floor: {}. Nothing is subtracted.\n", floor);
}

constexpr std::size_t kExamples = 3;  // of the cells that one reason kept from running

std::string not_run(const std::vector<Row>& rows) {
  std::string text;
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
  for (const Row& row : rows) {
    if (row.status == "ok") continue;
    const std::string key = row.status + ": " + row.reason;
    auto found = std::find_if(reasons.begin(), reasons.end(),
                              [&](const auto& entry) { return entry.first == key; });
    if (found == reasons.end()) found = reasons.insert(reasons.end(), {key, {}});
    found->second.push_back(row.cell);
  }
  for (const auto& [reason, cells] : reasons) {
    text += fmt::format("  {}\n", reason);
    for (std::size_t i = 0; i < std::min(cells.size(), kExamples); ++i) {
      text += fmt::format("    {}\n", cells[i]);
    }
    if (cells.size() > kExamples)
      text += fmt::format("    and {} more\n", cells.size() - kExamples);
  }
  return text.empty() ? text : "did not run:\n" + text;
}

}  // namespace

// The cell's name without the parts that have their own columns: medium, backend, path, threads,
// timing.
std::string what_of(const Row& row) {
  std::string name = row.cell;
  const std::string prefix = row.media + "/";
  if (name.rfind(prefix, 0) == 0) name.erase(0, prefix.size());
  const std::string backend = backend_text(row) + "/";
  if (name.rfind(backend, 0) == 0) name.erase(0, backend.size());
  if (name.rfind(row.path + "/", 0) == 0) name.erase(0, row.path.size() + 1);
  const std::size_t threads = name.find(fmt::format("/t{}", row.threads));
  if (threads == std::string::npos) return name;
  return name.substr(0, threads) + rest_of(std::string_view(name).substr(threads));
}

std::string result_text(const std::vector<Row>& rows, const ResultView& view) {
  std::string text = tables(shown_rows(rows, view), view);
  if (text.empty()) text = "no cell has a result.\n";
  return text + figures_text(rows) + floor_line(rows) + legend(rows) + warning_lines(rows) +
         not_run(rows);
}

}  // namespace pmembench
