#include "results/triple_statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "record/limits.hpp"

namespace pmembench {
namespace {

constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<const char*, kArms> kArmNames{"base", "control", "head"};
constexpr std::array<const char*, kArms> kMissingCodes{"missing_base", "missing_control",
                                                       "missing_head"};

std::size_t index_of(Arm arm) { return static_cast<std::size_t>(arm); }

const ArmReplicate& arm_of(const ArmTriple& triple, Arm arm) { return triple.arms[index_of(arm)]; }

bool is_time(double value) { return std::isfinite(value) && value > 0; }

// As the time of a row is estimated over its processes.
double typical_or_nan(std::vector<double> times_ns) {
  if (times_ns.empty()) return kNotANumber;
  for (double& time : times_ns) time = std::log(time);
  return std::exp(hodges_lehmann(times_ns).estimate);
}

// The values of one three-arm block for one metric; nothing if they are not numbers.
struct TripleValue {
  double head = 0, control = 0;  // ln differences
  double base_ns = 0, head_ns = 0;
  unsigned slices = 0;
};
using TripleReader = std::function<std::optional<TripleValue>(const ArmTriple&)>;

// The median over the blocks in which all three arms have a time; at least half of the blocks.
std::optional<TripleValue> time_of(const ArmTriple& triple) {
  std::size_t blocks = std::numeric_limits<std::size_t>::max();
  std::size_t most = 0;
  for (const ArmReplicate& arm : triple.arms) {
    blocks = std::min(blocks, arm.slice_ns_per_operation.size());
    most = std::max(most, arm.slice_ns_per_operation.size());
  }
  std::vector<double> head, control, base_ns, head_ns;
  for (std::size_t i = 0; i < blocks; ++i) {
    const double base = arm_of(triple, Arm::base).slice_ns_per_operation[i];
    const double again = arm_of(triple, Arm::control).slice_ns_per_operation[i];
    const double judged = arm_of(triple, Arm::head).slice_ns_per_operation[i];
    if (!is_time(base) || !is_time(again) || !is_time(judged)) continue;
    head.push_back(std::log(judged) - std::log(base));
    control.push_back(std::log(again) - std::log(base));
    base_ns.push_back(base);
    head_ns.push_back(judged);
  }
  if (head.empty() || head.size() * 2 < most) return std::nullopt;
  return TripleValue{median(head), median(control), median(base_ns), median(head_ns),
                     static_cast<unsigned>(head.size())};
}

double quantile_ns(const ArmReplicate& arm, double share) {
  return arm.histogram ? arm.histogram->quantile(share) * arm.ns_per_tick : kNotANumber;
}

std::optional<TripleValue> quantile_of(const ArmTriple& triple, double share) {
  const double base = quantile_ns(arm_of(triple, Arm::base), share);
  const double again = quantile_ns(arm_of(triple, Arm::control), share);
  const double judged = quantile_ns(arm_of(triple, Arm::head), share);
  if (!is_time(base) || !is_time(again) || !is_time(judged)) return std::nullopt;
  return TripleValue{
      std::log(judged) - std::log(base), std::log(again) - std::log(base), base, judged,
      static_cast<unsigned>(arm_of(triple, Arm::base).slice_ns_per_operation.size())};
}

void refuse(Verdict problem, std::string code, std::string reason, MetricSamples& samples) {
  samples.problem = problem;
  samples.code = std::move(code);
  samples.reason = std::move(reason);
}

MetricSamples read_metric(const ArmSamples& cell, std::string metric, double minimal_effect,
                          const TripleReader& read) {
  MetricSamples samples;
  samples.metric = std::move(metric);
  samples.minimal_effect = minimal_effect;
  std::vector<double> base_ns, head_ns;
  for (const ArmTriple& triple : cell.triples) {
    const auto value = read(triple);
    if (!value) continue;
    samples.head.push_back(value->head);
    samples.control.push_back(value->control);
    base_ns.push_back(value->base_ns);
    head_ns.push_back(value->head_ns);
    samples.slices = samples.slices == 0 ? value->slices : std::min(samples.slices, value->slices);
  }
  samples.base_ns = typical_or_nan(base_ns);
  samples.head_ns = typical_or_nan(head_ns);
  const std::size_t triples = cell.triples.size();
  const std::size_t unusable = triples - samples.head.size();
  if (unusable == 0) return samples;
  const std::string sentence = fmt::format(
      "{} of {} replicates have no usable {} in all three arms (no number, zero, or fewer than "
      "half "
      "of the slices): this is a defect of a workload or of a worker; look at its warnings",
      unusable, triples, samples.metric == "ns_per_operation" ? "times" : samples.metric);
  if (static_cast<double>(unusable) > limits::kUnusableShare * static_cast<double>(triples)) {
    refuse(Verdict::untrusted, "bad_samples", sentence, samples);
  } else {
    samples.warnings.push_back({"bad_samples", sentence});
  }
  return samples;
}

bool is_disturbed(const ArmReplicate& arm) {
  const auto disturbed =
      static_cast<double>(std::count(arm.slice_disturbed.begin(), arm.slice_disturbed.end(), true));
  const auto slices = static_cast<double>(arm.slice_disturbed.size());
  return disturbed > limits::kDisturbedShare * slices || arm.steal_share > limits::kStealShare;
}

// What is compared may be work that makes nothing durable.
void warn_of_audit(const ArmSamples& cell, MetricSamples& time) {
  for (const Arm arm : {Arm::base, Arm::head}) {
    for (const ArmTriple& triple : cell.triples) {
      const std::string& command = arm_of(triple, arm).unaudited;
      if (command.empty()) continue;
      time.warnings.push_back(
          {"unaudited", fmt::format("the {}'s claim of durable is unaudited: run `{}`",
                                    kArmNames[index_of(arm)], command)});
      break;
    }
  }
}

void warn_of_disturbance(const ArmSamples& cell, MetricSamples& time) {
  const auto flagged =
      std::count_if(cell.triples.begin(), cell.triples.end(), [](const ArmTriple& triple) {
        return std::any_of(std::begin(triple.arms), std::end(triple.arms), is_disturbed);
      });
  if (static_cast<std::size_t>(flagged) * 2 <= cell.triples.size()) return;
  time.warnings.push_back(
      {"disturbed",
       fmt::format(
           "in {} of {} replicates more than {:.0f} % of the slices were preempted or more "
           "than {:.0f} % of the time was stolen: medians tolerate it, but a quieter machine "
           "sees smaller changes",
           flagged, cell.triples.size(), limits::kDisturbedShare * 100,
           limits::kStealShare * 100)});
}

bool work_differs(const ArmReplicate& a, const ArmReplicate& b) {
  return std::abs(a.bytes_per_operation - b.bytes_per_operation) >
         limits::kWorkDifference * std::max(a.bytes_per_operation, b.bytes_per_operation);
}

// Times of other work say nothing of the head.
void check_work(const ArmSamples& cell, MetricSamples& time) {
  for (const ArmTriple& triple : cell.triples) {
    const ArmReplicate& base = arm_of(triple, Arm::base);
    const ArmReplicate& head = arm_of(triple, Arm::head);
    if (!work_differs(head, base)) continue;
    refuse(Verdict::untrusted, "other_work",
           fmt::format("the head moved {:.6g} bytes an operation and the base {:.6g}: that is not "
                       "the same work",
                       head.bytes_per_operation, base.bytes_per_operation),
           time);
    return;
  }
}

bool pages_differ(const ArmReplicate& a, const ArmReplicate& b) {
  return std::abs(a.huge_share - b.huge_share) > limits::kPageDifference;
}

void check_pages(const ArmSamples& cell, const GateRules& rules, MetricSamples& time) {
  std::size_t head = 0;
  std::size_t control = 0;
  for (const ArmTriple& triple : cell.triples) {
    head += pages_differ(arm_of(triple, Arm::head), arm_of(triple, Arm::base)) ? 1 : 0;
    control += pages_differ(arm_of(triple, Arm::control), arm_of(triple, Arm::base)) ? 1 : 0;
  }
  if (head * 2 <= cell.triples.size()) return;
  const std::string sentence = fmt::format(
      "in {} of {} replicates the head's memory was in other pages than the base's (the share of "
      "huge pages differs by more than {:.0f} points): the effect may be the pages'",
      head, cell.triples.size(), limits::kPageDifference * 100);
  // Where base and base differ as much, it is the host that scatters, not the head.
  const bool systematic = control * 2 <= cell.triples.size();
  if (systematic && rules.require_same_pages && time.problem == Verdict::pass) {
    refuse(Verdict::untrusted, "other_pages", sentence, time);
  } else {
    time.warnings.push_back({"other_pages", sentence});
  }
}

std::size_t without_histogram(const ArmSamples& cell, Arm arm) {
  return static_cast<std::size_t>(
      std::count_if(cell.triples.begin(), cell.triples.end(), [&](const ArmTriple& triple) {
        const ArmReplicate& replicate = arm_of(triple, arm);
        return !replicate.histogram || !is_time(replicate.ns_per_tick);
      }));
}

bool supports(const ArmSamples& cell, Arm arm, double share) {
  return std::all_of(cell.triples.begin(), cell.triples.end(), [&](const ArmTriple& triple) {
    const ArmReplicate& replicate = arm_of(triple, arm);
    return replicate.histogram && quantile_is_supported(replicate.histogram->count(), share);
  });
}

// Of the histogram's bucket that a time falls into: two times in one bucket read alike.
double bucket_width(const ArmSamples& cell, double time_ns) {
  if (cell.triples.empty() || !is_time(time_ns)) return kNotANumber;
  const double ns_per_tick = arm_of(cell.triples.front(), Arm::base).ns_per_tick;
  if (!is_time(ns_per_tick)) return kNotANumber;
  const double ticks = std::fmax(1, time_ns / ns_per_tick);
  const std::uint32_t bucket = Histogram::index_of(static_cast<std::uint64_t>(ticks));
  const auto width =
      static_cast<double>(Histogram::bucket_high(bucket) - Histogram::bucket_low(bucket)) + 1;
  return width / ticks;
}

struct JudgedQuantile {
  const char* name;
  double share;
  double effect;
};

// Nothing where the base's processes have too few operations for it, or too quick ones.
std::optional<MetricSamples> quantile_metric(const ArmSamples& cell, const JudgedQuantile& quantile,
                                             const GateRules& rules, MetricSamples& time) {
  if (!supports(cell, Arm::base, quantile.share)) return std::nullopt;
  MetricSamples samples =
      read_metric(cell, quantile.name, quantile.effect,
                  [&](const ArmTriple& triple) { return quantile_of(triple, quantile.share); });
  samples.resolution = bucket_width(cell, samples.base_ns);
  // Written so that a median of no tick at all, of which there is no logarithm, is too quick as
  // well.
  const bool slow_enough = std::fmax(samples.base_ns, samples.head_ns) >= rules.minimum_p50_ns;
  if (quantile.share <= 0.5 && !slow_enough) {
    time.warnings.push_back(
        {"quick_operations",
         fmt::format(
             "p50 is not judged: it is below {:.0f} ns, and so a handful of clock steps; the "
             "time per operation is judged instead",
             rules.minimum_p50_ns)});
    return std::nullopt;
  }
  for (const Arm arm : {Arm::control, Arm::head}) {
    if (samples.problem != Verdict::pass || supports(cell, arm, quantile.share)) continue;
    refuse(Verdict::inconclusive, "few_operations",
           fmt::format("a process of the {} timed too few operations for {}: more slices have more",
                       kArmNames[index_of(arm)], quantile.name),
           samples);
  }
  return samples;
}

void add_quantiles(const ArmSamples& cell, const GateRules& rules,
                   std::vector<MetricSamples>& metrics) {
  std::array<std::size_t, kArms> without{};
  for (const Arm arm : {Arm::base, Arm::control, Arm::head}) {
    without[index_of(arm)] = without_histogram(cell, arm);
  }
  const auto worst = std::max_element(without.begin(), without.end());
  if (*std::min_element(without.begin(), without.end()) == cell.triples.size())
    return;  // not timed
  if (*worst > 0) {
    MetricSamples samples;
    samples.metric = "p50";
    samples.minimal_effect = rules.p50_effect;
    samples.base_ns = samples.head_ns = kNotANumber;
    refuse(
        Verdict::untrusted, "no_latencies",
        fmt::format("{} of {} replicates of the {} timed no single operation, and other arms did: "
                    "percentiles cannot be compared",
                    *worst, cell.triples.size(),
                    kArmNames[static_cast<std::size_t>(worst - without.begin())]),
        samples);
    metrics.push_back(std::move(samples));
    return;
  }
  for (const JudgedQuantile& quantile :
       {JudgedQuantile{"p50", 0.5, rules.p50_effect}, JudgedQuantile{"p99", 0.99, rules.p99_effect},
        JudgedQuantile{"p99.9", 0.999, rules.p999_effect}}) {
    auto samples = quantile_metric(cell, quantile, rules, metrics.front());
    if (samples) metrics.push_back(std::move(*samples));
  }
}

}  // namespace

std::vector<MetricSamples> metrics_of(const ArmSamples& cell, const GateRules& rules) {
  std::vector<MetricSamples> metrics{
      read_metric(cell, "ns_per_operation", rules.minimal_effect, time_of)};
  for (std::size_t arm = 0; arm < kArms; ++arm) {
    if (cell.missing[arm].empty()) continue;
    refuse(Verdict::missing, kMissingCodes[arm],
           fmt::format("the {} did not measure it: {}", kArmNames[arm], cell.missing[arm]),
           metrics.front());
    return metrics;
  }
  if (cell.triples.empty()) {
    refuse(Verdict::untrusted, "no_samples",
           "it was to be measured and has no sample: the run ended before its turn, or its workers "
           "died; give it more time, or look at the messages above",
           metrics.front());
    return metrics;
  }
  warn_of_disturbance(cell, metrics.front());
  warn_of_audit(cell, metrics.front());
  check_pages(cell, rules, metrics.front());
  check_work(cell, metrics.front());
  add_quantiles(cell, rules, metrics);
  return metrics;
}

}  // namespace pmembench
