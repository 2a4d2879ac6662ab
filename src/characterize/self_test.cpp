#include "characterize/self_test.hpp"

#include <algorithm>
#include <cmath>

#include "base/random.hpp"
#include "characterize/banks.hpp"
#include "characterize/paired_cost.hpp"
#include "characterize/sim_probes.hpp"
#include "measure/estimate.hpp"

namespace pmembench {
namespace {

enum class Verdict { right, wrong, open };

struct Judgement {
  Verdict verdict = Verdict::open;
  std::string simulated = {}, inferred = {};
};

// The simulated value in the words of the inferred one.
std::string simulated_text(const Inference& inference, double expected) {
  Inference simulated;
  simulated.unit = inference.unit;
  simulated.determined = true;
  simulated.none = expected == 0;
  simulated.value = expected;
  return value_text(simulated);
}

Judgement judge_within(const Inference& inference, double expected, double tolerance) {
  Judgement own{Verdict::open, simulated_text(inference, expected), value_text(inference)};
  if (!inference.determined) return own;
  const bool right = inference.none || expected == 0
                         ? inference.none == (expected == 0)
                         : std::abs(inference.value / expected - 1) <= tolerance;
  own.verdict = right ? Verdict::right : Verdict::wrong;
  return own;
}

Judgement both(const Judgement& a, const Judgement& b) {
  Judgement own{Verdict::right, a.simulated + ", " + b.simulated, a.inferred + ", " + b.inferred};
  if (a.verdict == Verdict::open || b.verdict == Verdict::open) own.verdict = Verdict::open;
  if (a.verdict == Verdict::wrong || b.verdict == Verdict::wrong) own.verdict = Verdict::wrong;
  return own;
}

// Open rows are a capacity as well: from two rows, which may share a bank, to those of all banks.
// A step there, of no more than a conflict, is correct.
bool is_open_rows(const Capacity& capacity, const SimModel& model) {
  if (model.banks == 0) return false;
  const double reach = static_cast<double>(model.row_bytes) * model.banks * model.channels;
  return capacity.size.value > static_cast<double>(model.row_bytes) / 2 &&
         capacity.size.value < 4 * reach && capacity.added_ns < 1.3 * model.conflict_ns;
}

std::string sizes_text(const std::vector<double>& bytes) {
  std::string text;
  Inference size;
  size.determined = true;
  size.unit = "B";
  for (const double each : bytes) {
    size.value = each;
    text += (text.empty() ? "" : ", ") + value_text(size);
  }
  return text.empty() ? "none" : text;
}

Judgement judge_capacities(CapacityResult result, const std::vector<double>& expected,
                           const SimModel& model) {
  constexpr double kTolerance = 0.25;
  Judgement own{Verdict::open, sizes_text(expected), "not determined"};
  if (!result.determined) return own;
  if (result.found.size() > expected.size()) {
    std::erase_if(result.found, [&](const Capacity& each) { return is_open_rows(each, model); });
  }
  std::vector<double> found;
  for (const Capacity& each : result.found) found.push_back(each.size.value);
  own.inferred = sizes_text(found);
  own.verdict = found.size() == expected.size() ? Verdict::right : Verdict::wrong;
  for (std::size_t i = 0; i < std::min(expected.size(), found.size()); ++i) {
    if (std::abs(found[i] / expected[i] - 1) > kTolerance) own.verdict = Verdict::wrong;
  }
  return own;
}

Judgement judge_read_capacities(const SimModel& model) {
  std::vector<double> expected;
  for (const SimCache& cache : model.caches) {
    expected.push_back(static_cast<double>(cache.capacity_bytes));
  }
  return judge_capacities(infer_capacities("capacity", sim_capacities(model, false)), expected,
                          model);
}

Judgement judge_write_buffer(const SimModel& model) {
  std::vector<double> expected;
  if (model.write_buffer_bytes != 0) {
    expected.push_back(static_cast<double>(model.write_buffer_bytes));
  }
  return judge_capacities(infer_capacities("write_buffer", sim_capacities(model, true)), expected,
                          model);
}

Judgement judge_read_line(const SimModel& model) {
  const double expected =
      model.caches.empty() ? 64 : static_cast<double>(model.caches.front().line_bytes);
  return judge_within(infer_line("read_line", sim_pairs(model, false)), expected, 0);
}

Judgement judge_write_line(const SimModel& model) {
  const double expected =
      model.write_buffer_bytes == 0 ? 64 : static_cast<double>(model.write_line_bytes);
  return judge_within(infer_line("write_line", sim_pairs(model, true)), expected, 0);
}

Judgement judge_interleave(const SimModel& model) {
  const InterleaveResult result = infer_interleave(sim_strides(model));
  const double granule = model.channels == 1 ? 0 : static_cast<double>(model.granule_bytes);
  const double ways = model.channels == 1 ? 0 : model.channels;
  return both(judge_within(result.granule, granule, 0), judge_within(result.ways, ways, 0));
}

Judgement judge_parallelism(const SimModel& model) {
  const double expected = model.parallelism;
  return judge_within(infer_parallelism(sim_chains(model)), expected,
                      std::max(1.0, 0.05 * expected) / expected + 1e-9);
}

Judgement judge_turnaround(const SimModel& model) {
  return judge_within(infer_turnaround(sim_turnaround(model)), model.turnaround_ns, 0.25);
}

Judgement judge_refresh(const SimModel& model) {
  const StallResult result =
      infer_stalls("refresh_period", "refresh_stall", sim_refresh(model), model.seed);
  return judge_within(result.period, model.refresh_period_ns, 0.02);
}

Judgement judge_wear(const SimModel& model) {
  const StallResult result =
      infer_stalls("wear_period", "wear_stall", sim_wear(model, 12'000), model.seed);
  return judge_within(result.period, static_cast<double>(model.wear_writes), 0.02);
}

Judgement judge_banks(const SimModel& model) {
  const BankResult result = infer_banks(sim_bank_pairs(model));
  // Of less than this part of a load together with the flush before it "none" says that it would be
  // missed.
  constexpr double kSeenConflict = 0.055;
  double reload_ns = model.load_ns + model.flush_ns + model.fence_ns / 2;
  for (const SimCache& cache : model.caches) reload_ns += cache.miss_ns;
  const bool seen = !result.conflict.none || model.conflict_ns >= kSeenConflict * reload_ns;
  const bool conflicts = model.banks != 0 && seen;
  const double expected = conflicts ? double{1} * model.banks * model.channels : 0;
  const Judgement cost = judge_within(result.conflict, conflicts ? model.conflict_ns : 0, 0.25);
  // The interval is of 95 %: the value is right within twice its width.
  const double room = std::max(result.classes.high - result.classes.value,
                               result.classes.value - result.classes.low);
  return both(cost, judge_within(result.classes, expected,
                                 std::max(2 * room, 1.0) / std::max(expected, 1.0)));
}

SimModel quiet(const SimModel& model) {
  SimModel same = model;
  same.noise = {};
  return same;
}

// What is expected is what the same accesses take without noise.
Judgement judge_prefetch(const SimModel& model) {
  const PairedMedians samples = sim_prefetch(model), expected = sim_prefetch(quiet(model));
  const double factor = median(expected.with) / median(expected.without);
  const Inference inferred = infer_factor("prefetch", samples.with, samples.without);
  constexpr double kAlike = 0.06, kFactorTolerance = 0.25;
  return judge_within(inferred, std::abs(factor - 1) < kAlike ? 0 : factor, kFactorTolerance);
}

Judgement judge_cost(std::string_view property, PairedMedians (*probe)(const SimModel&),
                     const SimModel& model) {
  const PairedMedians samples = probe(model), expected = probe(quiet(model));
  return judge_within(infer_cost(property, samples.with, samples.without),
                      median(expected.with) - median(expected.without), 0.25);
}

struct SelfTestProperty {
  const char* name;
  Judgement (*judge)(const SimModel& model);
};
constexpr SelfTestProperty kProperties[] = {
    {"capacity", judge_read_capacities},
    {"read_line", judge_read_line},
    {"write_line", judge_write_line},
    {"write_buffer", judge_write_buffer},
    {"interleave", judge_interleave},
    {"parallelism", judge_parallelism},
    {"turnaround", judge_turnaround},
    {"prefetch", judge_prefetch},
    {"flush", [](const SimModel& model) { return judge_cost("flush", sim_flush, model); }},
    {"fence", [](const SimModel& model) { return judge_cost("fence", sim_fence, model); }},
    {"refresh", judge_refresh},
    {"wear", judge_wear},
    {"banks", judge_banks},
};

double between(Random& random, double low, double high) {
  return low * std::pow(high / low, random.unit());
}

std::uint64_t power_between(Random& random, std::uint64_t low, std::uint64_t high) {
  std::uint64_t steps = 0;
  for (std::uint64_t at = low; at < high; at *= 2) ++steps;
  return low << random.below(steps + 1);
}

void draw_caches(SimModel& model, Random& random) {
  const std::uint64_t line = power_between(random, 64, 1024);
  const std::uint64_t levels = random.below(3);
  double level = model.load_ns;
  double lines = between(random, 64, 512);
  for (std::uint64_t i = 0; i < levels; ++i) {
    SimCache cache;
    cache.name = i == 0 ? "buffer" : "cache";
    cache.line_bytes = line;
    cache.policy = static_cast<SimPolicy>(random.below(5));
    cache.capacity_bytes = static_cast<std::uint64_t>(lines) / 8 * 8 * line;
    cache.miss_ns = between(random, 0.3, 2) * level;
    level += cache.miss_ns;
    lines *= between(random, 8, 24);
    // A region of four times the capacity must still be among those that are probed.
    if (cache.capacity_bytes > (std::uint64_t{2} << 20)) break;
    model.caches.push_back(cache);
  }
}

}  // namespace

SimNoise stated_noise(double slice) {
  SimNoise noise;
  noise.slice = slice;
  noise.burst_share = 0.15;
  noise.process = 0.01;
  return noise;
}

SimModel draw_device(std::uint64_t seed, const SimNoise& noise) {
  Random random(mix_seed(seed));
  SimModel model;
  model.seed = mix_seed(seed + 1);
  model.noise = noise;
  model.size_bytes = std::uint64_t{1} << 30;
  model.load_ns = between(random, 80, 300);
  draw_caches(model, random);
  double memory_ns = model.load_ns;
  for (const SimCache& cache : model.caches) memory_ns += cache.miss_ns;
  model.store_ns = between(random, 30, 100);
  model.flush_ns = model.store_ns * between(random, 0.5, 2);
  model.fence_ns = model.store_ns * between(random, 0.5, 2);
  if (random.below(2) == 0) {
    model.write_line_bytes = power_between(random, 64, 1024);
    model.write_buffer_bytes =
        static_cast<std::uint64_t>(between(random, 64, 1024)) * model.write_line_bytes;
    model.drain_ns = model.store_ns * between(random, 1, 4);
  }
  model.parallelism = static_cast<unsigned>(between(random, 4, 44));
  constexpr unsigned kWays[] = {1, 1, 2, 3, 4, 6, 8, 12};
  model.channels = kWays[random.below(std::size(kWays))];
  model.granule_bytes = power_between(random, 256, 4096);
  // One thread leaves the channels more than half idle, eight saturate them.
  if (model.channels > 1) {
    model.channel_ns = model.channels * memory_ns / model.parallelism / between(random, 4, 5);
  }
  if (random.below(2) == 0) {
    model.banks = static_cast<unsigned>(power_between(random, 4, 16));
    if (model.banks * model.channels > 96) model.banks = 4;
    model.conflict_ns = memory_ns * between(random, 0.05, 0.2);
  }
  if (random.below(2) == 0) {
    model.refresh_period_ns = memory_ns * between(random, 12, 60);
    model.refresh_stall_ns = memory_ns * between(random, 0.5, 1.5);
  }
  if (random.below(2) == 0) model.turnaround_ns = memory_ns * between(random, 0.1, 0.5);
  if (random.below(2) == 0) model.prefetch_lines = 1 + static_cast<unsigned>(random.below(8));
  if (random.below(2) == 0) {
    model.wear_writes = static_cast<std::uint64_t>(between(random, 100, 800));
    model.wear_stall_ns = between(random, 5'000, 50'000);
  }
  return model;
}

const std::vector<std::string>& property_list() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const SelfTestProperty& each : kProperties) names.emplace_back(each.name);
    return names;
  }();
  return kNames;
}

std::vector<PropertyScore> self_test(const SelfTestSpec& spec) {
  std::vector<PropertyScore> scores;
  std::vector<const SelfTestProperty*> tested;
  for (const SelfTestProperty& each : kProperties) {
    const bool asked = spec.only.empty() ||
                       std::find(spec.only.begin(), spec.only.end(), each.name) != spec.only.end();
    if (!asked) continue;
    tested.push_back(&each);
    scores.push_back({each.name, 0, 0, 0, {}});
  }
  for (unsigned device = 0; device < spec.devices; ++device) {
    const SimModel model = draw_device(spec.seed * 1'000'003 + device, spec.noise);
    for (std::size_t i = 0; i < tested.size(); ++i) {
      const Judgement own = tested[i]->judge(model);
      if (own.verdict == Verdict::right) ++scores[i].right;
      if (own.verdict == Verdict::open) ++scores[i].not_determined;
      if (own.verdict != Verdict::wrong) continue;
      ++scores[i].wrong;
      scores[i].mistakes.push_back({device, own.simulated, own.inferred});
    }
    if (spec.goes_on && !spec.goes_on(device + 1)) break;
  }
  return scores;
}

}  // namespace pmembench
