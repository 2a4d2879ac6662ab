// Curves of latency under load as Mess has them, for its simulators, gem5, ZSim and Ramulator.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "results/export.hpp"
#include "results/loaded_curve.hpp"

namespace pmembench {
namespace {

constexpr double kMegabyte_bytes = 1e6;

// Of the rows behind a curve: all have the same.
std::string share_of(const LoadedCurve& curve, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    if (row.cell != curve.points.front().cell) continue;
    const auto share = row.parameters.find("read_share");
    return share == row.parameters.end() ? "" : share->second;
  }
  return "";
}

std::string curve_lines(const LoadedCurve& curve) {
  std::vector<std::pair<double, double>> points;
  for (const LoadedPoint& point : curve.points) {
    if (point.bytes_per_s) {
      points.emplace_back(point.bytes_per_s->estimate / kMegabyte_bytes, point.ns.estimate);
    }
  }
  std::sort(points.rbegin(), points.rend());
  std::string text;
  for (const auto& [bandwidth, latency] : points) {
    text += fmt::format("{:.2f}\t{:.2f}\n", bandwidth, latency);
  }
  return text;
}

}  // namespace

Result<std::vector<ExportedCurve>> export_bwlat(const std::vector<Row>& rows,
                                                const ReplicatesOf& replicates) {
  std::vector<Row> own;
  FiguresByCell by_cell;
  for (const Row& row : rows) {
    if (row.is_imported()) continue;
    auto of_row = replicates(row);
    if (!of_row) return of_row.error();
    own.push_back(row);
    by_cell[row.cell] = figures_of(*of_row);
  }
  std::vector<ExportedCurve> files;
  std::map<std::string, std::string> label_of;  // by the file's name
  for (const LoadedCurve& curve : loaded_curves(own, by_cell)) {
    const std::string text = curve_lines(curve);
    if (text.empty()) continue;
    const std::string name = fmt::format("bwlat_{}.txt", share_of(curve, own));
    const auto [first, added] = label_of.emplace(name, curve.group + ": " + curve.label);
    if (!added) {
      return usage_error(
          "two curves of this run are {}: {} and {}: choose one with "
          "--filter",
          name, first->second, curve.group + ": " + curve.label);
    }
    files.push_back({name, text});
  }
  if (files.empty()) {
    return usage_error(
        "this run has no curve of latency under load: measure one with `pmembench curve`");
  }
  return files;
}

}  // namespace pmembench
