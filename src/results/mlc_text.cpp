#include "results/mlc_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/result.hpp"
#include "base/units.hpp"

namespace pmembench {
namespace {

constexpr double kMegabyte = 1e6;

std::string bounds(const Estimate& estimate, double unit, int digits) {
  if (!estimate.has_interval) return "[no interval]";
  return fmt::format("[{:.{}f}, {:.{}f}]", estimate.low / unit, digits, estimate.high / unit,
                     digits);
}

// "pause 300" -> 300; without a pause, no load at all: nothing.
std::optional<unsigned long> delay_of(const LoadedPoint& point) {
  constexpr std::string_view kPause = "pause ";
  const std::size_t at = point.asked.find(kPause);
  if (at == std::string::npos) return std::nullopt;
  return std::strtoul(point.asked.c_str() + at + kPause.size(), nullptr, 10);
}

// As MLC has it: a row for each node of a writer, a column for each node of a reader.
std::string transfer_matrix(const std::string& state,
                            const std::map<int, std::map<int, std::vector<double>>>& by_nodes) {
  std::set<int> nodes;
  for (const auto& [writer, readers] : by_nodes) {
    nodes.insert(writer);
    for (const auto& [reader, values] : readers) nodes.insert(reader);
  }
  std::string text = fmt::format(
      "Remote Socket L2->L2 {} latency (in ns)\n\t\tReader Numa Node\nWriter Numa Node", state);
  for (const int node : nodes) text += fmt::format("\t{:>6}", node);
  text += "\n";
  for (const int writer : nodes) {
    text += fmt::format("{:>16}", writer);
    for (const int reader : nodes) {
      const auto row = by_nodes.find(writer);
      const bool known = row != by_nodes.end() && row->second.contains(reader);
      text += known ? fmt::format("\t{:6.1f}", median(row->second.at(reader))) : "\t     -";
    }
    text += "\n";
  }
  return text;
}

}  // namespace

std::string mlc_loaded_text(const LoadedCurve& curve, const std::string& traffic) {
  std::vector<std::pair<unsigned long, const LoadedPoint*>> points;
  for (const LoadedPoint& point : curve.points) {
    // A pause of 0 means none: its point records how much it loaded.
    points.emplace_back(delay_of(point).value_or(0), &point);
  }
  std::stable_sort(points.begin(), points.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text = fmt::format(
      "Measuring Loaded Latencies for the system\nUsing {} traffic type\n"
      "Inject\tLatency\tBandwidth\nDelay\t(ns)\tMB/sec\n==========================\n",
      traffic);
  for (const auto& [delay, point] : points) {
    const double bandwidth = point->bytes_per_s ? point->bytes_per_s->estimate / kMegabyte : 0;
    text += fmt::format(" {:05}\t{:6.2f}\t{:9.1f}\t{}\t{}\n", delay, point->ns.estimate, bandwidth,
                        bounds(point->ns, 1, 2),
                        point->bytes_per_s ? bounds(*point->bytes_per_s, kMegabyte, 1) : "[none]");
  }
  return text;
}

std::string mlc_matrix_text(const NodeMatrix& matrix) {
  const bool latency = matrix.measure == "latency_ns";
  const double unit = latency ? 1 : kMegabyte;
  std::string text = latency ? "Measuring idle latencies (in ns)...\n"
                             : "Measuring Memory Bandwidths between nodes within system\n"
                               "Bandwidths are in MB/sec (1 MB/sec = 1,000,000 Bytes/sec)\n";
  text += "\t\tNuma node\nNuma node";
  std::vector<std::string> columns;
  for (const std::string& target : matrix.targets) {
    if (!target.starts_with("node ")) continue;  // a dax device is not in MLC's table
    columns.push_back(target);
    text += fmt::format("\t{:>6}", target.substr(5));
  }
  text += "\n";
  std::string intervals;
  for (const int initiator : matrix.initiators) {
    text += fmt::format("{:>8}", initiator);
    for (const std::string& target : columns) {
      const MatrixField* field = matrix.field(initiator, target);
      text += field == nullptr ? std::string("\t     -")
                               : fmt::format("\t{:6.1f}", field->measured.estimate / unit);
      if (field == nullptr) continue;
      intervals += fmt::format("node {} to {}: {:.1f} {} {}\n", initiator, target,
                               field->measured.estimate / unit, latency ? "ns" : "MB/sec",
                               bounds(field->measured, unit, 1));
    }
    text += "\n";
  }
  return text + "\n" + intervals;
}

std::string mlc_peak_text(const std::vector<std::string>& names, const std::vector<Row>& rows) {
  PMB_CHECK(names.size() == rows.size(), "each row has the name of its traffic");
  std::string text =
      "Measuring Peak Injection Memory Bandwidths for the system\n"
      "Bandwidths are in MB/sec (1 MB/sec = 1,000,000 Bytes/sec)\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].bytes_per_s) continue;
    text +=
        fmt::format("{:<17}:\t{:.1f}\t{}\n", names[i], rows[i].bytes_per_s->estimate / kMegabyte,
                    bounds(*rows[i].bytes_per_s, kMegabyte, 1));
  }
  return text;
}

std::string mlc_transfer_text(const std::vector<MlcTransfer>& transfers) {
  std::string text = "Measuring cache-to-cache transfer latency (in ns)...\n", pairs;
  for (const bool dirty : {false, true}) {
    const std::string state = dirty ? "HITM" : "HIT";
    std::vector<double> local;
    std::map<int, std::map<int, std::vector<double>>> remote;  // by the node of writer and reader
    for (const MlcTransfer& each : transfers) {
      if (each.dirty != dirty) continue;
      pairs += fmt::format("CPU {} to CPU {}, {}: {:.1f} ns {}\n", each.writer_cpu, each.reader_cpu,
                           state, each.ns.estimate, bounds(each.ns, 1, 1));
      if (each.writer_node == each.reader_node) {
        local.push_back(each.ns.estimate);
      } else {
        remote[each.writer_node][each.reader_node].push_back(each.ns.estimate);
      }
    }
    if (!local.empty()) {
      const auto [least, most] = std::minmax_element(local.begin(), local.end());
      text += fmt::format(
          "Local Socket L2->L2 {:<4} latency\t{:.1f}\t[{:.1f} to {:.1f}, {} pair{}]\n", state,
          median(local), *least, *most, local.size(), local.size() == 1 ? "" : "s");
    }
    if (!remote.empty()) text += transfer_matrix(state, remote);
  }
  return text + "\n" + pairs;
}

std::string mlc_scan_text(const std::vector<Row>& rows) {
  std::string text =
      "Measuring Memory Bandwidths by region of the buffer\n"
      "Bandwidths are in MB/sec (1 MB/sec = 1,000,000 Bytes/sec)\n";
  for (const Row& row : rows) {
    const auto offset = row.parameters.find("range_offset");
    if (!row.bytes_per_s || offset == row.parameters.end()) continue;
    const auto bytes = parse_size(offset->second);
    text += fmt::format(
        "from {:>6} :\t{:.1f}\t{}\n", bytes ? format_size_short(*bytes) : offset->second,
        row.bytes_per_s->estimate / kMegabyte, bounds(*row.bytes_per_s, kMegabyte, 1));
  }
  return text;
}

std::string mlc_idle_text(const Row& row) {
  const Estimate& time = *row.ns_per_operation;
  return fmt::format("Each iteration took {:.1f} ns\t({:.1f} ns)\n{} processes: {}\n",
                     time.estimate, time.estimate, row.replicates, bounds(time, 1, 1));
}

}  // namespace pmembench
