// SimMachine: a simulated memory in virtual time. It moves no bytes; it says when an access is
// done.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/random.hpp"
#include "sim/demand_cache.hpp"
#include "sim/model.hpp"
#include "sim/server.hpp"

namespace pmembench {

// One thread of the simulated host: its time, and what it has under way.
struct SimThread {
  double now_ns = 0;
  std::vector<double> under_way;  // ends of the loads that overlap
  std::uint64_t last_line = ~std::uint64_t{0};
  unsigned run = 0;  // ascending lines so far
  bool stored_last = false;
};

// The factor of one slice.
[[nodiscard]] double draw_noise(const SimNoise& noise, Random& random);
// And of a process.
[[nodiscard]] double draw_process(const SimNoise& noise, Random& random);

// Deterministic: the same model, process and accesses give the same times. Not thread-safe.
class SimMachine {
 public:
  // Slices of noise are as long as those of a campaign.
  static constexpr double kSlice_ns = 500'000;
  static constexpr std::uint64_t kLine = 64;

  // `threads`: more than one may be out of step by some microseconds.
  SimMachine(const SimModel& model, std::uint64_t process, unsigned threads = 1);

  // A load that the next waits for.
  void load(SimThread& thread, std::uint64_t address);
  // A load of a line that no cache holds: it was flushed before.
  void load_uncached(SimThread& thread, std::uint64_t address);
  // A load together with up to `width` - 1 others (never more than the model's parallelism).
  void load_beside(SimThread& thread, std::uint64_t address, unsigned width);
  // The line is cached as after a load, in no time.
  void warm(std::uint64_t address);
  // All loads under way are done.
  static void join(SimThread& thread);
  void store(SimThread& thread, std::uint64_t address);
  void flush(SimThread& thread, std::uint64_t lines);
  void fence(SimThread& thread);
  // The thread's next access begins another slice of noise.
  static void next_slice(SimThread& thread);
  [[nodiscard]] const SimModel& model() const { return model_; }
  [[nodiscard]] std::uint64_t operations() const { return operations_; }

 private:
  double latency(SimThread& thread, std::uint64_t address, bool* reached_memory);
  double begin_at_memory(std::uint64_t address, double at, bool stores, SimThread& thread);
  double noise_factor(double now_ns);
  double noisy(const SimThread& thread, double ns);
  [[nodiscard]] double after_refresh(double at) const;

  SimModel model_;
  std::uint64_t seed_;
  double process_factor_ = 1;
  std::vector<DemandCache> caches_;
  std::vector<DemandCache> tlb_, write_buffer_;  // one or none
  std::vector<SimServer> channel_;
  std::vector<std::uint64_t> open_row_;
  SimServer drain_;
  std::unordered_map<std::uint64_t, std::uint64_t> wear_;
  std::uint64_t slice_ = ~std::uint64_t{0};
  double slice_factor_ = 1;
  std::uint64_t operations_ = 0;
  Random spikes_;
};

}  // namespace pmembench
