#include "results/backend_comparison.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/units.hpp"
#include "results/printed_words.hpp"
#include "results/row_work.hpp"

namespace pmembench {
namespace {

std::string compared_work(const Row& row) {
  std::string text = fmt::format("{}, path {}", work_of(row), row.path);
  for (const auto& [key, value] : row.parameters) {
    if (is_path_key(key)) text += fmt::format(" {}={}", key, value);
  }
  return fmt::format("{} on {}", text, row.media);
}

}  // namespace

std::vector<BackendComparison> backend_comparisons(const std::vector<Row>& rows,
                                                   const FiguresByCell& replicates,
                                                   double confidence) {
  std::vector<BackendComparison> comparisons;
  std::map<std::string, std::size_t> places;
  std::set<std::string> in_caches;  // cells
  for (const Row& row : rows) {
    if (!row.did_work() || !row.ns_per_operation || row.service_ns) continue;
    const auto [place, is_new] = places.emplace(compared_work(row), comparisons.size());
    if (is_new) comparisons.push_back({place->first, "", {}});
    comparisons[place->second].backends.push_back(
        {backend_text(row), row.cell, *row.ns_per_operation, std::nullopt});
    if (stays_in_caches(row)) in_caches.insert(row.cell);
  }
  std::erase_if(comparisons, [](const auto& each) { return each.backends.size() < 2; });
  for (BackendComparison& comparison : comparisons) {
    auto& backends = comparison.backends;
    std::stable_sort(backends.begin(), backends.end(),
                     [](const ComparedBackend& one, const ComparedBackend& other) {
                       return one.ns_per_operation.estimate < other.ns_per_operation.estimate;
                     });
    const auto reference = std::find_if(backends.begin(), backends.end(), [&](const auto& each) {
      return !in_caches.contains(each.cell);
    });
    comparison.reference = reference == backends.end() ? backends.front().cell : reference->cell;
    for (ComparedBackend& each : backends) {
      if (each.cell == comparison.reference) continue;
      each.over_reference = paired_share(replicates, comparison.reference, each.cell, confidence);
    }
  }
  return comparisons;
}

std::vector<PrintedTable> backend_tables(const std::vector<BackendComparison>& comparisons) {
  if (comparisons.empty()) return {};
  PrintedTable table{
      "backends",
      "the same work by each backend",
      {{"backend", false}, {"time/op", true}, {"over the reference", false}},
      {},
      "intervals of the last column are over pairs of one round of the run: built-in "
      "backends\nhave the same process and pages there.\n"};
  for (const BackendComparison& comparison : comparisons) {
    table.rows.push_back({{}, 0, comparison.title});
    for (const ComparedBackend& each : comparison.backends) {
      table.rows.push_back({{each.backend, format_duration_ns(each.ns_per_operation.estimate),
                             each.cell == comparison.reference ? "reference"
                             : each.over_reference             ? share_text(*each.over_reference)
                                                               : ""},
                            0,
                            ""});
    }
  }
  return {std::move(table)};
}

}  // namespace pmembench
