// SimModel: what a simulated memory consists of. Plain data; times in ns, sizes in bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

enum class SimPolicy { lru, fifo, random, hashed, modulo };

// A cache or buffer that fills on demand. A load that misses it takes `miss_ns` longer.
struct SimCache {
  std::string name;
  std::uint64_t capacity_bytes = 0, line_bytes = 64;
  SimPolicy policy = SimPolicy::lru;  // hashed, modulo: 8 ways, the set by a hash or by the address
  double miss_ns = 0;
};

struct SimNoise {
  double slice = 0;               // standard deviation of the logarithm of a slice's factor
  double burst_share = 0;         // of slices that take 1 to 4 times as long
  double process = 0;             // as `slice`, of a whole process
  double spike_share = 0;         // of operations that take 2 to 10 times as long
  std::vector<double> residuals;  // logarithms of factors, as measured on a host: a slice draws one
};

struct SimModel {
  std::string description;
  std::uint64_t size_bytes = 0;
  unsigned cpus = 8;     // of the simulated host
  double load_ns = 100;  // of a load that hits everywhere
  double store_ns = 20;  // of a store, before it finds room
  double flush_ns = 10;  // of a line
  double fence_ns = 30;
  double drain_ns = 0;  // of a line that leaves the write buffer
  std::uint64_t write_buffer_bytes = 0, write_line_bytes = 64;
  std::vector<SimCache> caches;
  std::uint64_t tlb_entries = 0, page_bytes = 4096;
  double walk_ns = 0;
  unsigned parallelism = 10;  // loads of a thread that are under way at once
  unsigned channels = 1;
  std::uint64_t granule_bytes = 4096;  // on one channel
  double channel_ns = 0;               // for which a line occupies its channel
  unsigned banks = 0;                  // of a channel; 0: none that conflict
  std::uint64_t row_bytes = 8192;
  double conflict_ns = 0;  // another row of the bank that was met last
  double refresh_period_ns = 0, refresh_stall_ns = 0;
  std::uint64_t wear_writes = 0,
                wear_block_bytes = 65536;  // a stall after N writes of a block
  double wear_stall_ns = 0;
  double turnaround_ns = 0;     // from a load to a store, or back
  unsigned prefetch_lines = 0;  // ahead of an ascending run; ends at the page
  std::vector<std::uint64_t> bad_pages;
  std::uint64_t fails_after = 0;  // operations, after which the device is gone; 0: never
  bool read_only = false;
  std::uint64_t seed = 1;
  SimNoise noise;
};

// Refuses (usage) what no memory can be, and values that contradict each other, by the keys of
// docs/sim.md.
Status check_model(const SimModel& model);

}  // namespace pmembench
