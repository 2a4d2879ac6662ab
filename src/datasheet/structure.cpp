#include "datasheet/structure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.hpp"
#include "characterize/banks.hpp"
#include "characterize/paired_cost.hpp"
#include "datasheet/capacity_lines.hpp"
#include "measure/estimate.hpp"
#include "measure/period.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kLargePage = std::uint64_t{2} << 20;
constexpr const char* kNotRun = "its probe did not run";
constexpr double kSaturated = 0.8;  // of as many times one thread's rate as there are threads

using Lines = std::vector<StructureLine>;

StructureLine line_of(std::string name, Inference inference, std::string only) {
  return {std::move(inference), std::move(name), "", std::move(only), 0};
}

// Without samples the reason of the cells comes before that of the statistic.
Inference with_reason(Inference inference, const std::string& reason) {
  if (!inference.determined && !reason.empty()) inference.reason = reason;
  return inference;
}

Lines line_lines(const ProbeSet& set) {
  Lines lines;
  for (const auto& [access, property, name] : {std::tuple("load", "read_line", "read line"),
                                               std::tuple("store", "write_line", "write line")}) {
    const std::vector<PairSlices> samples = pair_samples(set, access);
    Inference inference = samples.empty() ? not_determined(property, "no pair was measured")
                                          : infer_line(property, samples);
    if (inference.determined && !inference.none && inference.value == 128) {
      inference.note = "a prefetcher of adjacent lines looks like a line of 128 B";
    }
    lines.push_back(line_of(
        name,
        with_reason(std::move(inference),
                    samples.empty() ? set.reason("pairs", {{"access", access}}) : std::string()),
        property));
  }
  return lines;
}

const ProbeCell* all_threads_cell(const ProbeSet& set) {
  for (const ProbeCell* cell : set.of("uniform", {{"turns_with", "lines"}})) {
    if (!cell->replicates.empty()) return cell;
  }
  return nullptr;
}

// Do all threads together load less than as many times one thread with as many chains? Else no
// channel is what limits them, and no stride could show one.
std::string unsaturated(const ProbeSet& set) {
  const ProbeCell* const all = all_threads_cell(set);
  if (all == nullptr) return "no stride was measured";
  const std::vector<const ProbeCell*> alone =
      set.of("uniform", {{"spacing", "64"},
                         {"turns_with", "none"},
                         {"range_size", "0"},
                         {"chains", all->row.parameters.at("chains")}});
  if (alone.empty() || alone.front()->replicates.empty())
    return "one thread alone was not measured";
  std::vector<double> together;
  for (const StrideRates& each : stride_samples(set)) {
    together.insert(together.end(), each.unrestricted_per_s.begin(), each.unrestricted_per_s.end());
  }
  std::vector<double> one;
  for (const Replicate& each : alone.front()->replicates) {
    one.push_back(1e9 / each.median_ns_per_operation);
  }
  const double ratio = median(together) / (median(one) * all->row.threads);
  if (ratio < kSaturated) return {};
  return fmt::format(
      "{} threads load {:.0f} % of {} times what one loads: the channels are not saturated",
      all->row.threads, 100 * ratio, all->row.threads);
}

Lines interleave_lines(const ProbeSet& set, const StructureContext& context) {
  std::string reason = set.reason("uniform", {{"turns_with", "lines"}});
  if (reason.empty() && context.page_bytes < kLargePage) {
    reason = fmt::format(
        "pages of {} hide which addresses are on one channel: pages of 2 MiB are needed",
        format_size(context.page_bytes));
  }
  if (reason.empty() && context.virtual_machine) {
    reason = "a virtual machine: what its pages are to the host is not known";
  }
  if (reason.empty()) reason = unsaturated(set);
  InterleaveResult result{not_determined("interleave_granule", reason),
                          not_determined("interleave_ways", reason)};
  if (reason.empty()) result = infer_interleave(stride_samples(set));
  return {line_of("interleave granule", std::move(result.granule), "interleave"),
          line_of("interleave ways", std::move(result.ways), "interleave")};
}

const ProbeCell* first_measured(const std::vector<const ProbeCell*>& cells) {
  for (const ProbeCell* cell : cells) {
    if (!cell->replicates.empty()) return cell;
  }
  return nullptr;
}

// Of one backend, by the step of a durable write.
const ProbeCell* step_cell(const ProbeSet& set, const std::string& backend, const char* step) {
  for (const ProbeCell* cell : set.of("durability", {{"step", step}})) {
    if (cell->row.backend == backend && !cell->replicates.empty()) return cell;
  }
  return nullptr;
}

Lines cost_lines(const ProbeSet& set) {
  struct Step {
    const char* property;
    const char* with;
    const char* without;
  };
  constexpr Step kSteps[] = {{"flush", "store_flush", "store"},
                             {"fence", "store_flush_fence", "store_flush"},
                             {"drain", "store_flush_barrier", "store_flush"}};
  std::vector<std::string> backends;
  for (const ProbeCell* cell : set.of("durability")) {
    const bool known =
        std::find(backends.begin(), backends.end(), cell->row.backend) != backends.end();
    if (!known && !cell->replicates.empty()) backends.push_back(cell->row.backend);
  }
  Lines lines;
  for (const Step& step : kSteps) {
    for (const std::string& backend : backends) {
      const CellMedians medians =
          paired_medians(step_cell(set, backend, step.with), step_cell(set, backend, step.without));
      lines.push_back(line_of(fmt::format("{} ({})", step.property, backend),
                              infer_cost(step.property, medians.with, medians.without),
                              step.property));
    }
    if (!backends.empty()) continue;
    lines.push_back(line_of(step.property,
                            with_reason(not_determined(step.property, "no step was measured"),
                                        set.reason("durability")),
                            step.property));
  }
  return lines;
}

Inference prefetch_factor(const ProbeSet& set) {
  const CellMedians medians =
      paired_medians(first_measured(set.of("chase", {{"order", "tlb-local"}})),
                     first_measured(set.of("chase", {{"order", "sequential"}})));
  Inference inference = infer_factor("prefetch", medians.with, medians.without);
  if (medians.with.empty()) inference.reason = set.reason("chase", {{"order", "sequential"}});
  return inference;
}

// The largest number of pages whose lines, next to each other, a second-level cache still holds.
Inference walk_cost(const ProbeSet& set) {
  constexpr std::uint64_t kMostLines = 16384;
  const ProbeCell *pages = nullptr, *lines = nullptr;
  std::uint64_t most = 0;
  const auto count_of = [](const ProbeCell& cell) {
    const auto range = parse_count(cell.row.parameters.at("range_size"));
    const auto spacing = parse_count(cell.row.parameters.at("spacing"));
    return range && spacing ? *range / *spacing : 0;
  };
  for (const ProbeCell* cell : set.of("uniform", {{"line", "hashed"}})) {
    const std::uint64_t count = count_of(*cell);
    if (cell->replicates.empty() || count > kMostLines || count <= most) continue;
    for (const ProbeCell* other :
         set.of("uniform", {{"spacing", "64"}, {"chains", "1"}, {"turns_with", "none"}})) {
      if (other->replicates.empty() || count_of(*other) != count) continue;
      pages = cell;
      lines = other;
      most = count;
    }
  }
  const CellMedians medians = paired_medians(pages, lines);
  Inference inference = infer_cost("page_walk", medians.with, medians.without);
  if (medians.with.empty()) {
    inference.reason = set.reason("uniform", {{"line", "hashed"}});
    return inference;
  }
  inference.note = fmt::format(
      "one line of each of {} pages, compared with as many lines next to each "
      "other",
      most);
  return inference;
}

Lines stall_lines(const ProbeSet* set, std::string_view workload, const char* property,
                  const char* name, const std::string& absent) {
  const auto neither = [&](const std::string& reason) {
    return Lines{
        line_of(fmt::format("{} period", name), not_determined(property, reason), property),
        line_of(fmt::format("{} stall", name),
                not_determined(fmt::format("{}_stall", property), reason), property)};
  };
  if (set == nullptr) return neither(absent);
  const std::vector<StallSeries> series = stall_samples(*set, workload);
  if (series.empty()) return neither(set->reason(workload));
  const std::string stall = fmt::format("{}_stall", property);
  std::vector<StallResult> results;
  for (const StallSeries& each : series) {
    results.push_back(infer_stalls(property, stall, each, results.size() + 1));
  }
  // What one process shows and another does not is not a property of the memory.
  const StallResult& first = results.front();
  for (const StallResult& each : results) {
    if (!each.period.determined) return neither(each.period.reason);
    const bool same =
        each.period.none == first.period.none &&
        (each.period.none || std::abs(each.period.value / first.period.value - 1) < 0.02);
    if (!same) return neither("processes disagree: other tenants, or the host's own timers");
  }
  return {line_of(fmt::format("{} period", name), first.period, property),
          line_of(fmt::format("{} stall", name), first.stall, property)};
}

Lines bank_lines(const ProbeSet* set) {
  const ByProcess pairs = set == nullptr ? ByProcess() : bank_samples(*set);
  BankResult result = infer_banks(pairs);
  std::string reason;
  if (set == nullptr) reason = kNotRun;
  if (set != nullptr && pairs.empty()) reason = set->reason("reload", {{"lines", "pair"}});
  return {line_of("bank conflict", with_reason(std::move(result.conflict), reason), "banks"),
          line_of("bank classes", with_reason(std::move(result.classes), reason), "banks")};
}

Inference chain_parallelism(const ProbeSet& set) {
  const std::vector<ChainRates> samples = chain_samples(set);
  Inference inference = samples.empty() ? not_determined("parallelism", "no chain was measured")
                                        : infer_parallelism(samples);
  return with_reason(std::move(inference), samples.empty() ? set.reason("uniform") : std::string());
}

Inference turnaround_cost(const ProbeSet& set) {
  const std::vector<TurnaroundSlices> samples = turnaround_samples(set);
  Inference inference = samples.empty() ? not_determined("turnaround", "no run was measured")
                                        : infer_turnaround(samples);
  return with_reason(std::move(inference),
                     samples.empty() ? set.reason("alternate") : std::string());
}

// What is inferred from one line a page beside as many lines next to each other: not where the
// device has longer lines of its own, of which the first take more than the second. A found 128 B
// may be a prefetcher of the CPU (line_lines).
void refuse_pages_of_long_lines(Lines& lines, const Lines& of_lines) {
  constexpr double kLongLine = 256;
  for (const StructureLine& line : of_lines) {
    const Inference& read = line.inference;
    if (read.property != "read_line" || !read.determined || read.value < kLongLine) continue;
    for (StructureLine& each : lines) {
      Inference& pages = each.inference;
      const bool of_pages = pages.property == "tlb" || pages.property == "page_walk";
      if (!of_pages || (pages.determined && pages.none)) continue;
      pages = not_determined(
          pages.property,
          fmt::format("the memory's own lines are of {0:.0f} B: one line a page takes {1:.0f} "
                      "times as much of its buffers as lines next to each other",
                      read.value, read.value / 64));
    }
  }
}

}  // namespace

const std::vector<std::string>& datasheet_properties() {
  static const std::vector<std::string> kNames{
      "capacity",   "tlb",   "page_walk",   "write_buffer", "read_line", "write_line",
      "interleave", "banks", "parallelism", "turnaround",   "prefetch",  "flush",
      "fence",      "drain", "refresh",     "wear"};
  return kNames;
}

std::vector<StructureLine> infer_structure(const ProbeSet& set, const ProbeSet* stalls,
                                           const ProbeSet* wear, const StructureContext& context) {
  Lines lines;
  const auto add = [&](Lines more) {
    for (StructureLine& each : more) {
      const bool asked = context.only.empty() || std::find(context.only.begin(), context.only.end(),
                                                           each.repeat_only) != context.only.end();
      if (asked) lines.push_back(std::move(each));
    }
  };
  Lines pages = capacity_lines(set, context), of_lines = line_lines(set);
  pages.push_back(line_of("page walk", walk_cost(set), "page_walk"));
  refuse_pages_of_long_lines(pages, of_lines);
  add(std::move(pages));
  add(std::move(of_lines));
  add(interleave_lines(set, context));
  add(bank_lines(stalls));
  add({line_of("loads under way of one core", chain_parallelism(set), "parallelism"),
       line_of("change between reading and writing", turnaround_cost(set), "turnaround"),
       line_of("sequential over shuffled loads", prefetch_factor(set), "prefetch")});
  add(cost_lines(set));
  add(stall_lines(stalls, "reload", "refresh", "refresh", kNotRun));
  add(stall_lines(wear, "durability", "wear", "wear",
                  "it writes one line again and again, which needs --wear"));
  return lines;
}

}  // namespace pmembench
