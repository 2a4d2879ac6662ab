#include "results/headline.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <map>
#include <utility>

#include "base/result.hpp"
#include "base/units.hpp"
#include "results/printed_words.hpp"
#include "results/row_work.hpp"

namespace pmembench {
namespace {

using RowTest = std::function<bool(const Row&)>;

std::uint64_t size_parameter(const Row& row, const std::string& name) {
  const auto bytes = parse_size(parameter_of(row, name));
  return bytes ? *bytes : 0;
}

std::string with_interval(const std::string& value, const Estimate& estimate) {
  const std::string half = half_width_text(estimate);
  return half.empty() ? value + " (no interval)" : value + " " + half;
}

std::string time_with_interval(const Estimate& ns) {
  return with_interval(format_duration_ns(ns.estimate), ns);
}

std::string threads_text(unsigned threads) {
  return fmt::format("{} thread{}", threads, threads == 1 ? "" : "s");
}

bool is_timed(const Row& row) { return row.latency_ns && !std::isnan(row.latency_ns->minimum_ns); }

// What moved: "load", "read", "write", "copy"; empty: several, or no ranges.
std::string direction_of(const Row& row) {
  if (row.workload == "copy") return "copy";
  const bool ranges = row.workload == "sequential" || row.workload == "random";
  return ranges ? parameter_of(row, "access") : std::string();
}

std::string measured_by(const Row& row) {
  std::string text = row.workload;
  const std::uint64_t bytes = size_parameter(row, "operation_size");
  if (bytes != 0) text += " " + format_size_short(bytes);
  text += ", " + backend_text(row);
  return row.path == "direct" ? text : text + ", path " + row.path;
}

// " (best of 15)": that a number was chosen from several favours it.
std::string of_several(const std::string& choice, std::size_t count) {
  return count > 1 ? fmt::format(" ({} of {})", choice, count) : std::string();
}

const Row* best_of(const std::vector<Row>& rows, const RowTest& fits,
                   const std::function<double(const Row&)>& merit) {
  const Row* best = nullptr;
  for (const Row& row : rows) {
    if (!row.did_work() || !row.ns_per_operation || !fits(row)) continue;
    if (best == nullptr || merit(row) > merit(*best)) best = &row;
  }
  return best;
}

void add_idle_latency(const std::vector<Row>& rows, std::vector<HeadlineLine>& lines) {
  const auto range_of = [](const Row& row) {
    const std::uint64_t asked = size_parameter(row, "range_size");
    return asked != 0 || !row.medium ? asked : row.medium->size_bytes;
  };
  const Row* row = best_of(
      rows,
      [](const Row& each) {
        return each.workload == "chase" && each.threads == 1 && !each.numa &&
               parameter_of(each, "order") == "random" && is_memory(each);
      },
      // Of equal ranges the one in larger pages, which the TLB costs less.
      [&](const Row& each) {
        const double pages = each.medium ? static_cast<double>(each.medium->page_bytes) : 0;
        return static_cast<double>(range_of(each)) + 1e-9 * pages;
      });
  if (row == nullptr) return;
  std::string of = "chase through " + format_size(range_of(*row));
  if (row->medium && row->medium->page_bytes != 0) {
    of += ", pages of " + format_size(row->medium->page_bytes);
  }
  lines.push_back({"idle latency", time_with_interval(*row->ns_per_operation), of, {row->cell}});
}

// The highest with one thread and with the most threads, a line each. False: there was none.
bool add_bandwidth(const std::vector<Row>& rows, const std::string& direction,
                   const std::string& what, std::vector<HeadlineLine>& lines) {
  std::map<unsigned, std::vector<const Row*>> by_threads;
  for (const Row& row : rows) {
    if (!row.did_work() || !row.bytes_per_s || is_timed(row) || row.numa || !is_memory(row))
      continue;
    if (row.path != "direct" && row.path != "mapped") continue;
    if (direction_of(row) != direction || stays_in_caches(row)) continue;
    by_threads[row.threads].push_back(&row);
  }
  for (const auto& [threads, found] : by_threads) {
    if (threads != by_threads.begin()->first && threads != by_threads.rbegin()->first) continue;
    const Row& row = **std::max_element(found.begin(), found.end(), [](const Row* a, const Row* b) {
      return a->bytes_per_s->estimate < b->bytes_per_s->estimate;
    });
    lines.push_back({what + ", " + threads_text(threads),
                     with_interval(format_bandwidth(row.bytes_per_s->estimate), *row.bytes_per_s),
                     measured_by(row) + of_several("best", found.size()),
                     {row.cell}});
  }
  return !by_threads.empty();
}

// "p50 340 ns, p99.9 1.37 us".
std::string percentiles_text(const Row& row, std::initializer_list<const char*> names) {
  std::string text;
  for (const char* name : names) {
    const auto ns = percentile_of(row.latency_ns, name);
    if (!ns) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name,
                        *ns < row.floor_ns ? "< floor" : format_duration_ns(*ns));
  }
  return text;
}

bool is_durable_write(const Row& row, std::uint64_t size_bytes) {
  return makes_durable(row) && row.threads == 1 && is_memory(row) &&
         (row.path == "direct" || row.path == "mapped") &&
         size_parameter(row, "operation_size") == size_bytes &&
         (!is_timed(row) || row.latency_ns->mode == "durable") &&
         parameter_of(row, "durability") != "batch" &&
         (row.workload == "persist" || direction_of(row) == "write");
}

void add_durable_write(const std::vector<Row>& rows, std::uint64_t size_bytes,
                       std::vector<HeadlineLine>& lines) {
  std::size_t candidates = 0;
  const auto cheapest = [&](bool in_caches, bool timed) {
    candidates = 0;
    return best_of(
        rows,
        [&](const Row& row) {
          const bool fits = is_durable_write(row, size_bytes) && is_timed(row) == timed &&
                            stays_in_caches(row) == in_caches;
          candidates += fits ? 1 : 0;
          return fits;
        },
        [](const Row& row) { return -row.ns_per_operation->estimate; });
  };
  const bool timed = cheapest(false, true) != nullptr;
  const Row* row = cheapest(false, timed);
  if (row == nullptr) return;
  lines.push_back({fmt::format("durable {} write", format_size(size_bytes)),
                   time_with_interval(*row->ns_per_operation),
                   measured_by(*row) + of_several("fastest", candidates),
                   {row->cell}});
  if (const auto p99 = percentiles_text(*row, {"p99"}); !p99.empty()) {
    lines.push_back({"  of it", p99, percentiles_text(*row, {"p50", "p99.9"}), {row->cell}});
  }
  if (const Row* cached = cheapest(true, timed); cached != nullptr) {
    lines.push_back({"  if caches survive",
                     time_with_interval(*cached->ns_per_operation),
                     cached->backend + ": no flush, for hosts with eADR",
                     {cached->cell}});
  }
}

// The kernel's block path next to the fastest direct access of the same size.
void add_block_path(const std::vector<Row>& rows, std::vector<HeadlineLine>& lines) {
  const auto fits = [](const Row& row, bool block, std::uint64_t bytes) {
    return row.threads == 1 && !is_timed(row) && makes_durable(row) &&
           direction_of(row) == "write" && (row.medium && row.medium->kind == "block") == block &&
           (block || (is_memory(row) && row.path == "direct" && !stays_in_caches(row))) &&
           (bytes == 0 || size_parameter(row, "operation_size") == bytes);
  };
  const auto least_time = [](const Row& row) { return -row.ns_per_operation->estimate; };
  const Row* block = best_of(
      rows, [&](const Row& row) { return fits(row, true, 0); }, least_time);
  if (block == nullptr) return;
  const std::uint64_t bytes = size_parameter(*block, "operation_size");
  const Row* direct = best_of(
      rows, [&](const Row& row) { return fits(row, false, bytes); }, least_time);
  if (direct == nullptr) return;
  const Estimate& over = *block->ns_per_operation;
  const Estimate& under = *direct->ns_per_operation;
  std::string value = fmt::format("x{:.3g}", over.estimate / under.estimate);
  // The ends of both intervals: two media were measured, so there are no pairs.
  if (over.has_interval && under.has_interval) {
    value += fmt::format(" [{:.3g}, {:.3g}]", over.low / under.high, over.high / under.low);
  }
  lines.push_back({fmt::format("block path, {} write", format_size_short(bytes)),
                   value,
                   fmt::format("{}; {} takes {}", format_duration_ns(over.estimate),
                               direct->backend, format_duration_ns(under.estimate)),
                   {block->cell, direct->cell}});
}

// Every rung; the first names the work.
void add_ladder(const Ladder& ladder, std::vector<HeadlineLine>& lines) {
  for (const LadderRung& rung : ladder.rungs) {
    HeadlineLine line{std::string(2 * std::size_t{rung.depth}, ' ') + rung.name,
                      time_with_interval(rung.ns_per_operation),
                      "",
                      {rung.cell}};
    if (rung.over_direct && rung.over_direct->share) {
      line.of = share_text(*rung.over_direct->share) + " over " + rung.over_direct->over;
    }
    if (&rung == &ladder.rungs.front()) line.of = ladder.title;
    lines.push_back(std::move(line));
  }
}

// A line a field; of many, the lowest and the highest speak for all.
void add_matrix(const NodeMatrix& matrix, std::vector<HeadlineLine>& lines) {
  constexpr std::size_t kFields = 4;
  const bool latency = matrix.measure == "latency_ns";
  std::vector<const MatrixField*> shown;
  for (const MatrixField& field : matrix.fields) shown.push_back(&field);
  std::string of = matrix.group;
  if (shown.size() > kFields) {
    const auto [low, high] = std::minmax_element(
        shown.begin(), shown.end(), [](const MatrixField* a, const MatrixField* b) {
          return a->measured.estimate < b->measured.estimate;
        });
    of += fmt::format(" (lowest and highest of {})", shown.size());
    shown = {*low, *high};
  }
  for (const MatrixField* field : shown) {
    const double value = field->measured.estimate;
    lines.push_back({fmt::format("node {} to {}", field->initiator_node, field->target),
                     with_interval(latency ? format_duration_ns(value) : format_bandwidth(value),
                                   field->measured),
                     of,
                     {field->cell}});
    of.clear();
  }
}

void add_curve(const LoadedCurve& curve, std::vector<HeadlineLine>& lines) {
  const auto moved = [](const LoadedPoint& point) {
    return point.bytes_per_s ? point.bytes_per_s->estimate : 0;
  };
  const auto by_load = [&](const LoadedPoint& a, const LoadedPoint& b) {
    return moved(a) < moved(b);
  };
  const auto [idle, full] = std::minmax_element(curve.points.begin(), curve.points.end(), by_load);
  if (idle == curve.points.end() || idle == full || !full->bytes_per_s) return;
  lines.push_back({"probe, no load",
                   time_with_interval(idle->ns),
                   curve.label + ", " + curve.group,
                   {idle->cell}});
  if (idle->bytes_per_s) lines.back().what = "probe, least load";
  if (curve.findings && curve.findings->knee_bandwidth) {
    lines.push_back({"queues begin at",
                     with_interval(format_bandwidth(curve.findings->knee_bandwidth->estimate),
                                   *curve.findings->knee_bandwidth),
                     "the knee of the curve",
                     {}});
  }
  lines.push_back({"probe, most load",
                   time_with_interval(full->ns),
                   "at " + with_interval(format_bandwidth(moved(*full)), *full->bytes_per_s),
                   {full->cell}});
}

// Where nothing above was measured: the first rows, one a workload and path.
void add_rows(const std::vector<Row>& rows, std::vector<HeadlineLine>& lines) {
  constexpr std::size_t kRows = 8;
  std::map<std::string, bool> seen;
  for (const Row& row : rows) {
    if (lines.size() >= kRows) return;
    if (!row.did_work() || !row.ns_per_operation) continue;
    if (std::exchange(seen[row.workload + "/" + row.path], true)) continue;
    std::string of = measured_by(row) + ", " + threads_text(row.threads);
    if (is_timed(row)) of = percentiles_text(row, {"p50", "p99", "p99.9"}) + ": " + of;
    lines.push_back({row.workload, time_with_interval(*row.ns_per_operation), of, {row.cell}});
  }
}

}  // namespace

std::vector<HeadlineLine> headline_of(const std::vector<Row>& rows,
                                      const HeadlineSources& sources) {
  std::vector<HeadlineLine> lines;
  for (const NodeMatrix& matrix : sources.matrices) add_matrix(matrix, lines);
  add_idle_latency(rows, lines);
  if (!sources.ladders.empty()) {
    add_ladder(sources.ladders.front(), lines);
  } else {
    // Copies into a buffer say less of the memory than loads.
    if (!add_bandwidth(rows, "load", "loads", lines)) add_bandwidth(rows, "read", "reads", lines);
    add_bandwidth(rows, "write", "writes", lines);
    add_bandwidth(rows, "copy", "copies", lines);
    add_durable_write(rows, 64, lines);
    add_block_path(rows, lines);
  }
  for (const LoadedCurve& curve : sources.loaded) add_curve(curve, lines);
  if (lines.empty()) add_rows(rows, lines);
  if (lines.size() > kHeadlineLines) lines.resize(kHeadlineLines);
  return lines;
}

}  // namespace pmembench
