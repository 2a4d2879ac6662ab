#include "sim/machine.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace pmembench {
namespace {

constexpr std::uint64_t kNoRow = ~std::uint64_t{0};

double normal(Random& random) {
  return std::sqrt(-2 * std::log(1 - random.unit())) *
         std::cos(2 * std::numbers::pi * random.unit());
}

}  // namespace

double draw_noise(const SimNoise& noise, Random& random) {
  double log = noise.slice * normal(random);
  if (!noise.residuals.empty()) log += noise.residuals[random.below(noise.residuals.size())];
  const double factor = std::exp(log);
  return random.unit() < noise.burst_share ? factor * (1 + 3 * random.unit()) : factor;
}

double draw_process(const SimNoise& noise, Random& random) {
  return std::exp(noise.process * normal(random));
}

SimMachine::SimMachine(const SimModel& model, std::uint64_t process, unsigned threads)
    : model_(model),
      seed_(mix_seed(mix_seed(model.seed) + process)),
      channel_(model.channels, SimServer(threads > 1)),
      open_row_(std::size_t{model.channels} * model.banks, kNoRow),
      drain_(threads > 1),
      spikes_(mix_seed(seed_ + 1)) {
  Random random(seed_);
  process_factor_ = draw_process(model.noise, random);
  for (const SimCache& cache : model.caches) {
    caches_.emplace_back(cache.policy, cache.capacity_bytes / cache.line_bytes);
  }
  if (model.tlb_entries != 0) tlb_.emplace_back(SimPolicy::lru, model.tlb_entries);
  if (model.write_buffer_bytes != 0) {
    write_buffer_.emplace_back(SimPolicy::lru, model.write_buffer_bytes / model.write_line_bytes);
  }
}

double SimMachine::noise_factor(double now_ns) {
  const auto slice = static_cast<std::uint64_t>(now_ns / kSlice_ns);
  if (slice == slice_) return slice_factor_;
  slice_ = slice;
  Random random(mix_seed(seed_ ^ mix_seed(slice)));
  slice_factor_ = process_factor_ * draw_noise(model_.noise, random);
  return slice_factor_;
}

double SimMachine::noisy(const SimThread& thread, double ns) {
  double factor = noise_factor(thread.now_ns);
  if (model_.noise.spike_share > 0 && spikes_.unit() < model_.noise.spike_share) {
    factor *= 2 + 8 * spikes_.unit();
  }
  return ns * factor;
}

double SimMachine::after_refresh(double at) const {
  if (!(model_.refresh_stall_ns > 0)) return at;
  const double phase = std::fmod(at, model_.refresh_period_ns);
  return phase < model_.refresh_stall_ns ? at + model_.refresh_stall_ns - phase : at;
}

// When the memory itself begins with a line that is asked for at `at`.
double SimMachine::begin_at_memory(std::uint64_t address, double at, bool stores,
                                   SimThread& thread) {
  const std::uint64_t channel = address / model_.granule_bytes % model_.channels;
  const bool occupies = model_.channel_ns > 0;
  const double busy_ns = occupies ? model_.channel_ns * noise_factor(at) : 0;
  double begin = occupies ? channel_[channel].earliest(at, busy_ns) : at;
  begin = after_refresh(begin);
  if (thread.stored_last != stores) begin += model_.turnaround_ns;
  thread.stored_last = stores;
  if (occupies) channel_[channel].occupy(begin, busy_ns);
  // A controller puts writes in an order that keeps rows open.
  if (model_.banks != 0 && !stores) {
    const std::uint64_t row = address / model_.row_bytes;
    std::uint64_t& open = open_row_[channel * model_.banks + mix_seed(row) % model_.banks];
    if (open != row && open != kNoRow) begin += model_.conflict_ns;
    open = row;
  }
  return begin;
}

double SimMachine::latency(SimThread& thread, std::uint64_t address, bool* reached_memory) {
  double ns = model_.load_ns;
  if (!tlb_.empty() && !tlb_.front().touch(address / model_.page_bytes)) ns += model_.walk_ns;
  *reached_memory = true;
  double beyond = 0;
  for (std::size_t i = 0; i < caches_.size(); ++i) {
    if (caches_[i].touch(address / model_.caches[i].line_bytes)) {
      *reached_memory = false;
      break;
    }
    beyond += model_.caches[i].miss_ns;
  }
  const std::uint64_t line = address / kLine;
  const bool page_begins = line % (4096 / kLine) == 0;
  thread.run = line == thread.last_line + 1 && !page_begins ? thread.run + 1 : 0;
  thread.last_line = line;
  if (model_.prefetch_lines != 0 && thread.run >= 2) {
    return (ns + beyond) / (1 + model_.prefetch_lines);
  }
  return ns + beyond;
}

void SimMachine::load(SimThread& thread, std::uint64_t address) {
  ++operations_;
  bool reached_memory = false;
  const double ns = noisy(thread, latency(thread, address, &reached_memory));
  const double begin =
      reached_memory ? begin_at_memory(address, thread.now_ns, false, thread) : thread.now_ns;
  thread.now_ns = begin + ns;
}

void SimMachine::load_uncached(SimThread& thread, std::uint64_t address) {
  ++operations_;
  double ns = model_.load_ns;
  for (const SimCache& cache : model_.caches) ns += cache.miss_ns;
  ns = noisy(thread, ns);
  thread.now_ns = begin_at_memory(address, thread.now_ns, false, thread) + ns;
}

void SimMachine::load_beside(SimThread& thread, std::uint64_t address, unsigned width) {
  ++operations_;
  const std::size_t most = std::clamp(width, 1U, model_.parallelism);
  if (thread.under_way.size() >= most) {
    const auto first = std::min_element(thread.under_way.begin(), thread.under_way.end());
    thread.now_ns = std::max(thread.now_ns, *first);
    *first = thread.under_way.back();
    thread.under_way.pop_back();
  }
  bool reached_memory = false;
  const double ns = noisy(thread, latency(thread, address, &reached_memory));
  const double begin =
      reached_memory ? begin_at_memory(address, thread.now_ns, false, thread) : thread.now_ns;
  thread.under_way.push_back(begin + ns);
}

void SimMachine::warm(std::uint64_t address) {
  for (std::size_t i = 0; i < caches_.size(); ++i) {
    if (caches_[i].touch(address / model_.caches[i].line_bytes)) return;
  }
}

void SimMachine::join(SimThread& thread) {
  for (const double end : thread.under_way) thread.now_ns = std::max(thread.now_ns, end);
  thread.under_way.clear();
}

void SimMachine::store(SimThread& thread, std::uint64_t address) {
  ++operations_;
  double end = thread.now_ns + noisy(thread, model_.store_ns);
  bool combined = false;
  if (!write_buffer_.empty()) {
    combined = write_buffer_.front().touch(address / model_.write_line_bytes);
  }
  if (!combined) {
    end = std::max(end, begin_at_memory(address, thread.now_ns, true, thread) +
                            noisy(thread, model_.store_ns));
    // One line leaves at a time; a store waits until there is room for its own.
    const double drain_ns = noisy(thread, model_.drain_ns);
    const double begin = drain_.earliest(end, drain_ns);
    drain_.occupy(begin, drain_ns);
    end = begin + drain_ns;
  }
  if (model_.wear_writes != 0 &&
      ++wear_[address / model_.wear_block_bytes] % model_.wear_writes == 0) {
    end += model_.wear_stall_ns;
  }
  thread.now_ns = end;
}

void SimMachine::flush(SimThread& thread, std::uint64_t lines) {
  thread.now_ns += noisy(thread, model_.flush_ns * static_cast<double>(lines));
}

void SimMachine::fence(SimThread& thread) {
  join(thread);
  thread.now_ns += noisy(thread, model_.fence_ns);
}

void SimMachine::next_slice(SimThread& thread) {
  thread.now_ns = (std::floor(thread.now_ns / kSlice_ns) + 1) * kSlice_ns;
}

}  // namespace pmembench
