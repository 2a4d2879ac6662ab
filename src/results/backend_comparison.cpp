#include "results/backend_comparison.hpp"

#include <algorithm>
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
                                                   const ReplicatesByCell& replicates,
                                                   double confidence) {
  std::vector<BackendComparison> comparisons;
  std::map<std::string, std::size_t> places;
  for (const Row& row : rows) {
    if (!row.did_work() || !row.ns_per_operation || row.service_ns) continue;
    const auto [place, is_new] = places.emplace(compared_work(row), comparisons.size());
    if (is_new) comparisons.push_back({place->first, {}});
    comparisons[place->second].backends.push_back(
        {backend_text(row), row.cell, *row.ns_per_operation, std::nullopt});
  }
  std::erase_if(comparisons, [](const auto& each) { return each.backends.size() < 2; });
  for (BackendComparison& comparison : comparisons) {
    std::stable_sort(comparison.backends.begin(), comparison.backends.end(),
                     [](const ComparedBackend& one, const ComparedBackend& other) {
                       return one.ns_per_operation.estimate < other.ns_per_operation.estimate;
                     });
    for (std::size_t at = 1; at < comparison.backends.size(); ++at) {
      comparison.backends[at].over_fastest = paired_share(
          replicates, comparison.backends.front().cell, comparison.backends[at].cell, confidence);
    }
  }
  return comparisons;
}

std::vector<PrintedTable> backend_tables(const std::vector<BackendComparison>& comparisons) {
  if (comparisons.empty()) return {};
  PrintedTable table{
      "backends",
      "the same work by each backend",
      {{"backend", false}, {"time/op", true}, {"over the fastest", false}},
      {},
      "intervals of the last column are over pairs of one round of the run: built-in "
      "backends\nhave the same process and pages there.\n"};
  for (const BackendComparison& comparison : comparisons) {
    table.rows.push_back({{}, 0, comparison.title});
    for (const ComparedBackend& each : comparison.backends) {
      table.rows.push_back({{each.backend, format_duration_ns(each.ns_per_operation.estimate),
                             each.over_fastest ? share_text(*each.over_fastest) : ""},
                            0,
                            ""});
    }
  }
  return {std::move(table)};
}

}  // namespace pmembench
