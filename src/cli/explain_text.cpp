#include "cli/explain_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/units.hpp"
#include "cli/text_wrap.hpp"
#include "record/limits.hpp"
#include "record/warning_types.hpp"
#include "results/printed_words.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kColumns = 80, kFactColumns = 14;

// "  medium      sentences, in as many lines as they need".
std::string fact(const std::string& name, const std::string& sentences) {
  if (sentences.empty()) return "";
  return fmt::format("  {:<{}}{}\n", name, kFactColumns - 2,
                     wrapped_text(sentences, kColumns, kFactColumns));
}

std::string section(const char* title, const std::string& text) {
  return text.empty() ? text : fmt::format("\n{}\n{}", title, text);
}

std::string counted(std::size_t count, const char* noun) {
  return fmt::format("{} {}{}", count, noun,
                     count == 1                                              ? ""
                     : noun[std::char_traits<char>::length(noun) - 1] == 's' ? "es"
                                                                             : "s");
}

std::string with_interval(const Estimate& estimate, std::string (*text)(double),
                          const AskedOfRun& asked) {
  if (!estimate.has_interval) return text(estimate.estimate) + ", without an interval";
  const std::string level =
      asked.confidence > 0 ? fmt::format("{:g} % interval ", 100 * asked.confidence) : "interval ";
  return fmt::format("{}, {}{} to {} ({})", text(estimate.estimate), level, text(estimate.low),
                     text(estimate.high), half_width_text(estimate));
}

std::string latency_line(const LatencyResult& latency) {
  std::string text = fmt::format("{}, {} operations timed one by one: mean {}", latency.mode,
                                 latency.n, format_duration_ns(latency.mean_ns));
  if (std::isnan(latency.minimum_ns)) {
    return fmt::format("{}: mean {} of a chain, which has no percentiles", latency.mode,
                       format_duration_ns(latency.mean_ns));
  }
  for (const auto& [name, time_ns] : latency.percentiles) {
    text += fmt::format(", {} {}", name, format_duration_ns(time_ns));
  }
  return text + fmt::format(", maximum {}", format_duration_ns(latency.maximum_ns));
}

std::string numbers(const Row& row, const AskedOfRun& asked) {
  std::string text;
  if (row.ns_per_operation) {
    std::string line = with_interval(*row.ns_per_operation, format_duration_ns, asked);
    if (row.threads > 1) {
      line += fmt::format(
          ". This is the inverse of the rate of all {} threads together; one thread takes {}",
          row.threads, format_duration_ns(row.ns_per_operation->estimate * row.threads));
    }
    text += fact("time/op", line);
  }
  if (row.operations_per_s)
    text += fact("rate", with_interval(*row.operations_per_s, format_rate, asked));
  if (row.bytes_per_s)
    text += fact("bandwidth", with_interval(*row.bytes_per_s, format_bandwidth, asked));
  if (row.latency_ns) text += fact("latency", latency_line(*row.latency_ns));
  if (row.service_ns) text += fact("service", latency_line(*row.service_ns));
  return text +
         fact("taken in", counted(row.replicates, "process") + ", " + counted(row.slices, "slice"));
}

std::string claim_line(const Row& row) {
  if (row.claim == "durable")
    return "durable: the bytes were flushed and drained to a medium whose persistence domain is "
           "known.";
  if (row.claim == "emulated")
    return "emulated: the durability instructions ran, on a medium that loses the data with the "
           "power. The cost is real, the durability is not.";
  if (row.claim == kSimulatedClaim)
    return "simulated: a model in virtual time answered (docs/sim.md). No hardware was measured: "
           "the "
           "numbers say what the model says.";
  return "volatile: nothing was made durable.";
}

std::string work_line(const Row& row) {
  if (!row.capabilities.does_work)
    return "The backend declares that it moves no bytes: the row is what pmembench itself costs.";
  return fmt::format(
      "{} operations and {} bytes in the timed slices. The work was checked in untimed and timed "
      "passes; a process that finds a wrong byte or count has no result.",
      row.operations, row.bytes);
}

std::string medium_line(const MediumFacts& medium) {
  std::string text = fmt::format("{}, {}", medium.kind, format_size(medium.size_bytes));
  if (medium.whole_bytes != 0) text += fmt::format(" of its {}", format_size(medium.whole_bytes));
  text += ", " + pages_text(medium.page_bytes);
  if (medium.page_bytes != 0)
    text += fmt::format(" ({:.0f} % of the bytes in huge pages)", 100 * medium.huge_share);
  text += fmt::format(", persistence domain {}",
                      medium.persistence_domain.empty() ? "unknown" : medium.persistence_domain);
  if (medium.map_sync) text += ", MAP_SYNC granted";
  if (!medium.file_system.empty()) text += ", on " + medium.file_system;
  if (!medium.stack.empty()) text += ", device stack: " + medium.stack;
  if (!medium.identity.empty()) text += ", identity " + medium.identity;
  return text + ". Read back after the first touch.";
}

std::string nodes_line(const MediumFacts& medium) {
  if (!medium.nodes_unknown.empty()) return "Not proved: " + medium.nodes_unknown + ".";
  if (medium.node_share.empty()) return "";
  std::string text;
  for (const auto& [node, share] : medium.node_share) {
    text += fmt::format("{}{:.1f} % on node {}", text.empty() ? "" : ", ", 100 * share,
                        node < 0 ? "unknown" : std::to_string(node));
  }
  return fmt::format(
      "{}; the kernel was asked for the node of {} pages after the first touch, and again at the "
      "end.",
      text, medium.pages_asked);
}

std::string clock_line(const std::vector<Replicate>& replicates) {
  const TimerFacts& timer = replicates.front().details.timer;
  return fmt::format(
      "Time-stamp counter, {}invariant, {:.4g} ns a tick, step {}. Checked against a second clock "
      "in the worker, and against the coordinator's after the cell.",
      timer.invariant ? "" : "not ", timer.ns_per_tick, format_duration_ns(timer.step_ns));
}

// The parts of a run that must be equal in all its processes.
std::string same_line(const std::vector<Replicate>& replicates) {
  std::set<std::string> software, cpus;
  for (const Replicate& replicate : replicates) {
    software.insert(replicate.details.software);
    cpus.insert(fmt::format("{}", fmt::join(replicate.details.cpus, ",")));
  }
  return fmt::format(
      "{}. The same in {}.", fmt::join(software, "; "),
      replicates.size() == 1 ? "the one process" : "all " + counted(replicates.size(), "process"));
}

std::string noise_line(const Row& row, const std::vector<Replicate>& replicates) {
  std::uint64_t switches = 0, faults = 0;
  double steal = 0, shared = 0, slowdown = 1;
  for (const Replicate& replicate : replicates) {
    switches += replicate.involuntary_switches;
    faults += replicate.details.minor_faults + replicate.details.major_faults;
    steal = std::max(steal, replicate.steal_share);
    if (!replicate.details.core) continue;
    shared = std::max(shared, replicate.details.core->shared_share);
    slowdown = std::max(slowdown, replicate.details.core->slowdown);
  }
  return fmt::format(
      "{:.1f} % of the slices were preempted or ran unevenly; {} involuntary switches; {} page "
      "faults in the slices; at most {:.1f} % of a process's time stolen by a hypervisor; a core "
      "was shared next to at most {:.0f} % of a process's slices (registers alone took up to "
      "{:.2f} times as long).",
      100 * row.disturbed_share, switches, faults, 100 * steal, 100 * shared, slowdown);
}

std::string ceiling_line(const Row& row, const std::vector<Replicate>& replicates) {
  double ceiling = 0;
  for (const Replicate& replicate : replicates)
    ceiling = std::max(ceiling, replicate.details.ceiling_bytes_per_s);
  if (ceiling <= 0 || !row.bytes_per_s || !row.capabilities.does_work) return "";
  return fmt::format("{} of {} that the first-level caches of {} can load: the number is possible.",
                     format_bandwidth(row.bytes_per_s->estimate),
                     format_bandwidth(ceiling * row.threads), counted(row.threads, "thread"));
}

std::string floor_line_of(const Row& row) {
  if (row.floor_ns <= 0) return "";
  return fmt::format("An operation that does nothing costs {} here. Nothing is subtracted.",
                     format_duration_ns(row.floor_ns));
}

std::string device_line(const Row& row) {
  std::string text;
  for (const auto& [name, value] : row.amplification) {
    std::string words = name;
    std::replace(words.begin(), words.end(), '_', ' ');
    text += fmt::format("{}{} {:.4g}", text.empty() ? "Counted for each operation: " : ", ", words,
                        value);
  }
  return text.empty() ? text : text + ".";
}

std::string proofs(const Row& row, const std::vector<Replicate>& replicates) {
  std::string text = fact("work", work_line(row));
  text += fact("device", device_line(row));
  if (row.medium)
    text += fact("medium", medium_line(*row.medium)) + fact("nodes", nodes_line(*row.medium));
  if (row.kernel) {
    text += fact("kernel", row.kernel->margin > 0
                               ? fmt::format("read by {}, measured to be {:.1f} % faster than the "
                                             "next one here",
                                             row.kernel->name, 100 * row.kernel->margin)
                               : fmt::format("read by {}", row.kernel->name));
  }
  text += fact("placement", fmt::format("asked {}; found {}", row.placement.asked,
                                        row.placement.verified.empty() ? "nothing that proves it"
                                                                       : row.placement.verified));
  if (!replicates.empty()) {
    text += fact("software", same_line(replicates)) + fact("clock", clock_line(replicates)) +
            fact("noise", noise_line(row, replicates)) +
            fact("ceiling", ceiling_line(row, replicates));
  }
  return text + fact("floor", floor_line_of(row));
}

// What was seen: the catalogue says the cause and the remedy, which many sentences end with.
std::string seen(std::string sentence, const WarningType& type) {
  for (const std::string& known :
       {fmt::format("; {}", type.remedy), fmt::format(": {}", type.cause)}) {
    if (sentence.ends_with(known)) sentence.resize(sentence.size() - known.size());
  }
  return sentence + ".";
}

std::string warnings(const Row& row) {
  std::string text;
  for (const Warning& warning : row.warnings) {
    text += "  " + warning.type + "\n";
    const WarningType* type = find_warning_type(warning.type);
    text += fact("  found", type == nullptr ? warning.sentence : seen(warning.sentence, *type));
    if (type == nullptr) continue;
    text += fact("  cause", std::string(type->cause) + ".") +
            fact("  remedy", std::string(type->remedy) + ".");
  }
  return text.empty() ? "  none\n" : text;
}

// Intervals shrink with the root of the number of processes.
std::string more_processes(const Row& row, double half, const AskedOfRun& asked) {
  const double ratio = half / asked.precision;
  const double wanted = std::ceil(row.replicates * ratio * ratio);
  const double measured_ns =
      static_cast<double>(row.slices) / std::max(1U, row.replicates) * asked.slice_ns;
  std::string text = fmt::format(
      "More processes: an interval shrinks with the root of their number, so ±{:.3g} % takes about "
      "{:.0f} of them instead of {}",
      100 * asked.precision, wanted, row.replicates);
  if (measured_ns > 0)
    text += fmt::format(", at least {} more of slices",
                        format_duration_ns((wanted - row.replicates) * measured_ns));
  return text + ". Give a larger --budget, or --replicates.";
}

std::string spread_line(const std::vector<Replicate>& replicates) {
  if (replicates.size() < 2) return "";
  std::vector<double> medians;
  for (const Replicate& replicate : replicates)
    medians.push_back(replicate.median_ns_per_operation);
  const auto [low, high] = std::minmax_element(medians.begin(), medians.end());
  if (!(*low > 0)) return "";
  return fmt::format(
      "Processes differ: the fastest takes {}, the slowest {} ({:+.1f} %). Longer slices do not "
      "change this; more processes do.",
      format_duration_ns(*low), format_duration_ns(*high), 100 * (*high / *low - 1));
}

std::string narrowing(const Row& row, const std::vector<Replicate>& replicates,
                      const AskedOfRun& asked) {
  std::string text;
  const auto add = [&](const std::string& sentence) {
    if (!sentence.empty()) text += "  " + wrapped_text(sentence, kColumns, 2) + "\n";
  };
  const double half = row.ns_per_operation ? half_width_of(*row.ns_per_operation) : std::nan("");
  if (std::isnan(half)) {
    add(
        fmt::format("There is no interval: it takes {} processes, and there are {}. Give a larger "
                    "--budget or --replicates {}.",
                    limits::kFewestReplicates, row.replicates, limits::kFewestReplicates));
    return text;
  }
  if (row.converged) {
    add(
        fmt::format("The interval is as narrow as was asked (±{:.3g} %). A smaller precision asks "
                    "for more: --set precision=1%.",
                    100 * asked.precision));
  } else if (asked.precision > 0 && half > asked.precision) {
    add(more_processes(row, half, asked));
  }
  add(spread_line(replicates));
  if (!row.warnings.empty()) {
    add("Less noise: the remedies of the warnings above cost no time, and narrow it too.");
  }
  return text;
}

}  // namespace

std::string explain_text(const Row& row, const std::vector<Replicate>& replicates,
                         const AskedOfRun& asked) {
  if (row.status != "ok") {
    return section("There is no number", fact(row.status, row.reason + "."));
  }
  return section("The number", numbers(row, asked)) +
         section("What it may claim", "  " + wrapped_text(claim_line(row), kColumns, 2) + "\n") +
         section("Proof", proofs(row, replicates)) + section("Warnings", warnings(row)) +
         section("What would narrow the interval", narrowing(row, replicates, asked));
}

}  // namespace pmembench
