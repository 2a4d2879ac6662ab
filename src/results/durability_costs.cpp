#include "results/durability_costs.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string_view>

#include "base/result.hpp"
#include "base/units.hpp"
#include "plan/plan.hpp"
#include "results/printed_words.hpp"

namespace pmembench {
namespace {

constexpr std::array<std::string_view, 4> kSteps{"store", "store_flush", "store_flush_fence",
                                                 "store_flush_barrier"};
constexpr std::string_view kFence = "store_flush_fence";
constexpr std::string_view kBarrier = "store_flush_barrier";
// Stores that a core of today can have on their way (store buffer, fill buffers, write-combining),
// and some more: no operation of a line or more can have as many of its kind under way.
constexpr double kMostInFlight = 256;
constexpr double kSpare = 0.2;

// The rows of one group, by step.
struct Group {
  std::string title;
  std::map<std::string, const Row*> untimed, issue, durable;
};

std::string title_of(const Row& row) {
  return fmt::format("{}, {}, {}", work_text(row, "step"), backend_text(row), place_text(row));
}

std::vector<Group> groups_of(const std::vector<Row>& rows) {
  std::vector<Group> groups;
  for (const Row& row : rows) {
    if (row.workload != "durability" || row.status != "ok" || !row.ns_per_operation) continue;
    const std::string title = title_of(row);
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const Group& one) { return one.title == title; });
    if (group == groups.end()) group = groups.insert(groups.end(), Group{title, {}, {}, {}});
    auto& by_step = !row.latency_ns                   ? group->untimed
                    : row.latency_ns->mode == "issue" ? group->issue
                                                      : group->durable;
    by_step[parameter_of(row, "step")] = &row;
  }
  return groups;
}

using OfReplicate = std::function<double(const ReplicateFigures&)>;

// By the index of the replicate; those without a value (NaN) are left out.
std::map<unsigned, double> values_of(const Row* row, const FiguresByCell& replicates,
                                     const OfReplicate& value) {
  std::map<unsigned, double> values;
  const auto found = row == nullptr ? replicates.end() : replicates.find(row->cell);
  if (found == replicates.end()) return values;
  for (const ReplicateFigures& replicate : found->second) {
    const double one = value(replicate);
    if (!std::isnan(one)) values[replicate.index] = one;
  }
  return values;
}

// What an operation takes of a thread's time.
std::map<unsigned, double> thread_times(const Row* row, const FiguresByCell& replicates) {
  return values_of(row, replicates, [&](const ReplicateFigures& replicate) {
    return replicate.median_ns_per_operation * row->threads;
  });
}

std::map<unsigned, double> mean_latencies(const Row* row, const FiguresByCell& replicates) {
  return values_of(row, replicates,
                   [](const ReplicateFigures& replicate) { return replicate.mean_latency_ns; });
}

std::optional<Estimate> estimate_of(const std::map<unsigned, double>& values, double confidence) {
  if (values.empty()) return std::nullopt;
  std::vector<double> list;
  for (const auto& [index, value] : values) list.push_back(value);
  return hodges_lehmann(list, confidence);
}

// Of the replicates that both have.
std::map<unsigned, double> paired(const std::map<unsigned, double>& one,
                                  const std::map<unsigned, double>& other,
                                  const std::function<double(double, double)>& combine) {
  std::map<unsigned, double> values;
  for (const auto& [index, value] : one) {
    const auto found = other.find(index);
    if (found != other.end()) values[index] = combine(value, found->second);
  }
  return values;
}

const Row* at_step(const std::map<std::string, const Row*>& rows, std::string_view step) {
  const auto found = rows.find(std::string(step));
  return found == rows.end() ? nullptr : found->second;
}

// Operations that a thread has under way, by rate and latency of the same replicate.
std::map<unsigned, double> in_flight(const std::map<unsigned, double>& thread_time_ns,
                                     const std::map<unsigned, double>& latency_ns) {
  return paired(thread_time_ns, latency_ns,
                [](double time, double latency) { return latency / time; });
}

void add_steps(const Group& group, const FiguresByCell& replicates, double confidence,
               DurabilityCosts& costs) {
  const Row* before = nullptr;
  for (const std::string_view step : kSteps) {
    const Row* row = at_step(group.untimed, step);
    if (row == nullptr) continue;
    const auto times = thread_times(row, replicates);
    const auto time = estimate_of(times, confidence);
    if (!time) continue;
    DurabilityStep entry{row->cell, std::string(step), *time, std::nullopt};
    const auto differences = paired(thread_times(before, replicates), times,
                                    [](double low, double high) { return high - low; });
    if (differences.size() >= 2) entry.cost_ns = estimate_of(differences, confidence);
    costs.steps.push_back(std::move(entry));
    before = row;
  }
}

DurabilityCosts costs_of(const Group& group, const FiguresByCell& replicates, double confidence) {
  DurabilityCosts costs;
  costs.title = group.title;
  add_steps(group, replicates, confidence, costs);
  const auto fenced = thread_times(at_step(group.untimed, kFence), replicates);
  const auto chained = thread_times(at_step(group.untimed, kBarrier), replicates);
  const auto durable = mean_latencies(at_step(group.durable, kFence), replicates);
  costs.issue_ns =
      estimate_of(mean_latencies(at_step(group.issue, kFence), replicates), confidence);
  costs.durable_ns = estimate_of(durable, confidence);
  costs.dependent_ns = estimate_of(chained, confidence);
  costs.inverse_throughput_ns = estimate_of(fenced, confidence);
  costs.in_flight = estimate_of(in_flight(fenced, durable.empty() ? chained : durable), confidence);
  return costs;
}

std::size_t latencies(const DurabilityCosts& costs) {
  std::size_t count = 0;
  for (const auto* one :
       {&costs.issue_ns, &costs.durable_ns, &costs.dependent_ns, &costs.inverse_throughput_ns}) {
    count += one->has_value() ? 1 : 0;
  }
  return count;
}

// The sentence about a latency that contradicts this rate by Little's law; empty if it fits.
std::string refusal(const Estimate& flight, const Estimate& time, const Estimate& latency,
                    std::string_view mode) {
  if (!flight.has_interval) return {};
  const bool too_few = flight.high < 1 - kSpare;
  if (!too_few && flight.low <= kMostInFlight) return {};
  return fmt::format(
      "Little's law is broken: operations that take {} each and have a {} latency of {} are {:.2f} "
      "at a time in each thread, {}",
      format_duration_ns(time.estimate), mode, format_duration_ns(latency.estimate),
      flight.estimate,
      too_few ? "which always has one: the clock stopped before the operation was over"
              : "more than a core can hold: the operations were not waited for");
}

}  // namespace

std::string work_text(const Row& row, std::string_view left_out) {
  const WorkloadType* type = find_workload(row.workload);
  std::string text = row.workload;
  for (const auto& [key, value] : row.parameters) {
    const bool is_default =
        type != nullptr && std::any_of(type->parameters.begin(), type->parameters.end(),
                                       [&](const ParameterSpec& spec) {
                                         return spec.name == key && spec.default_value == value;
                                       });
    const bool names_the_work = key == "operation_size" || key == "line";
    if (key == left_out || (is_default && !names_the_work)) continue;
    text += fmt::format(" {}={}", key, value);
  }
  return text;
}

std::string place_text(const Row& row) {
  const std::string placement =
      row.placement.asked == "near" ? "" : fmt::format(", {}", row.placement.asked);
  return fmt::format("{} thread{}, path {} on {}{}", row.threads, row.threads == 1 ? "" : "s",
                     row.path, row.media, placement);
}

std::vector<DurabilityCosts> durability_costs(const std::vector<Row>& rows,
                                              const FiguresByCell& replicates, double confidence) {
  std::vector<DurabilityCosts> all;
  for (const Group& group : groups_of(rows)) {
    DurabilityCosts costs = costs_of(group, replicates, confidence);
    if (costs.steps.size() >= 2 || latencies(costs) >= 2) all.push_back(std::move(costs));
  }
  return all;
}

std::map<std::string, std::string> durability_contradictions(const std::vector<Row>& rows,
                                                             const FiguresByCell& replicates,
                                                             double confidence) {
  std::map<std::string, std::string> refused;
  for (const Group& group : groups_of(rows)) {
    const auto fenced = thread_times(at_step(group.untimed, kFence), replicates);
    const auto time = estimate_of(fenced, confidence);
    if (!time) continue;
    const auto judge = [&](const Row* row, const std::map<unsigned, double>& latencies_ns,
                           std::string_view mode) {
      const auto flight = estimate_of(in_flight(fenced, latencies_ns), confidence);
      const auto latency = estimate_of(latencies_ns, confidence);
      if (!flight || !latency) return;
      const std::string sentence = refusal(*flight, *time, *latency, mode);
      if (!sentence.empty()) refused[row->cell] = sentence;
    };
    const Row* durable = at_step(group.durable, kFence);
    judge(durable, mean_latencies(durable, replicates), "durable");
    const Row* chained = at_step(group.untimed, kBarrier);
    judge(chained, thread_times(chained, replicates), "dependent");
  }
  return refused;
}

}  // namespace pmembench
