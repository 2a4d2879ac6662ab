#include "cli/recorder.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "results/durability_costs.hpp"
#include "results/make_row.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kRowsFollow_ns = 1'000'000'000;
constexpr std::uint64_t kRowsShare = 20;  // storing rows takes at most 1/kRowsShare of the time

}  // namespace

Row Recorder::row_of(const Cell& cell) const {
  const auto replicates = replicates_.find(cell.name);
  const auto failure = failures_.find(cell.name);
  static const std::vector<Replicate> kNone;
  return make_row(cell, replicates == replicates_.end() ? kNone : replicates->second,
                  failure == failures_.end() ? "" : failure->second, context_);
}

Status Recorder::replicate(const Cell& cell, const Replicate& replicate) {
  replicates_[cell.name].push_back(replicate);
  if (stored_.insert(cell.name).second) return store_.save(run_, row_of(cell), &replicate);
  const Status saved = store_.save(run_, cell.name, replicate);
  if (!saved) return saved;
  behind_.insert(cell.name);
  return clock_.now_ns() < rows_due_ns_ ? Status() : store_rows();
}

Status Recorder::store_rows() {
  const std::uint64_t begin_ns = clock_.now_ns();
  std::vector<Row> rows;
  for (const Cell& cell : plan_.cells) {
    if (behind_.contains(cell.name)) rows.push_back(row_of(cell));
  }
  behind_.clear();
  const Status saved = store_.save(run_, rows);
  const std::uint64_t end_ns = clock_.now_ns();
  rows_due_ns_ = end_ns + std::max(kRowsFollow_ns, kRowsShare * (end_ns - begin_ns));
  return saved;
}

Status Recorder::failure(const Cell& cell, const Error& error) {
  line_.say(fmt::format("cell failed: {}: {}", cell.name, error.message));
  return failure_of_part(cell, error);
}

Status Recorder::failure_of_part(const Cell& cell, const Error& error) {
  failures_[cell.name] = error.message;
  return store_.save(run_, row_of(cell), nullptr);
}

Status Recorder::finish() {
  // The least that `null` cost in this run stands for the harness.
  for (const Row& row : rows()) {
    if (row.capabilities.does_work || row.latency_ns || !row.ns_per_operation) continue;
    const double ns = row.ns_per_operation->estimate;
    context_.null_ns_per_operation =
        context_.null_ns_per_operation ? std::min(*context_.null_ns_per_operation, ns) : ns;
  }
  for (auto& [cell, sentence] :
       durability_contradictions(rows(), figures_of(replicates_), context_.confidence)) {
    line_.say(fmt::format("cell failed: {}: {}", cell, sentence));
    failures_[cell] = sentence;
    ++contradicted_;
  }
  behind_.clear();
  return store_.save(run_, rows());
}

std::size_t Recorder::measured() const {
  return static_cast<std::size_t>(
      std::count_if(plan_.cells.begin(), plan_.cells.end(), [this](const Cell& cell) {
        return replicates_.contains(cell.name) && !failures_.contains(cell.name);
      }));
}

std::size_t Recorder::unmeasured() const {
  return static_cast<std::size_t>(
      std::count_if(plan_.cells.begin(), plan_.cells.end(), [this](const Cell& cell) {
        return cell.skip_reason.empty() && !replicates_.contains(cell.name) &&
               !failures_.contains(cell.name);
      }));
}

std::size_t Recorder::begun() const {
  return static_cast<std::size_t>(
      std::count_if(plan_.cells.begin(), plan_.cells.end(), [this](const Cell& cell) {
        const auto found = replicates_.find(cell.name);
        return found != replicates_.end() && !failures_.contains(cell.name) &&
               found->second.size() < plan_.settings.minimum_replicates;
      }));
}

std::vector<Row> Recorder::rows() const {
  std::vector<Row> rows;
  for (const Cell& cell : plan_.cells) rows.push_back(row_of(cell));
  return rows;
}

}  // namespace pmembench
