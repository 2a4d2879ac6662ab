#include "sim/model.hpp"

#include <cmath>

namespace pmembench {
namespace {

constexpr double kLongest_ns = 1e10;
constexpr std::uint64_t kMostLines = std::uint64_t{1} << 26;  // of all that is simulated, 64 Mi
constexpr std::uint64_t kPage = 4096;
constexpr unsigned kMostCpus = 64;
constexpr std::uint64_t kLargest = std::uint64_t{1} << 46;

bool power_of_two(std::uint64_t value) { return value != 0 && (value & (value - 1)) == 0; }

struct NamedTime {
  const char* name;
  double value;
};

Status check_times(const SimModel& model) {
  for (const NamedTime& each :
       {NamedTime{"latency", model.load_ns}, NamedTime{"store", model.store_ns},
        NamedTime{"flush", model.flush_ns}, NamedTime{"fence", model.fence_ns},
        NamedTime{"write_buffer.drain", model.drain_ns}, NamedTime{"tlb.walk", model.walk_ns},
        NamedTime{"interleave.busy", model.channel_ns},
        NamedTime{"banks.conflict", model.conflict_ns},
        NamedTime{"refresh.period", model.refresh_period_ns},
        NamedTime{"refresh.stall", model.refresh_stall_ns},
        NamedTime{"wear.stall", model.wear_stall_ns},
        NamedTime{"turnaround", model.turnaround_ns}}) {
    if (std::isfinite(each.value) && each.value >= 0 && each.value <= kLongest_ns) continue;
    return usage_error("{} is {}: write a time from 0 to 10 s, in ns", each.name, each.value);
  }
  if (!(model.load_ns > 0)) return usage_error("latency is 0: a load takes time");
  if (!(model.store_ns > 0)) return usage_error("store is 0: a store takes time");
  if (model.refresh_stall_ns > 0 && model.refresh_stall_ns >= model.refresh_period_ns) {
    return usage_error(
        "refresh.stall {} ns is not shorter than refresh.period {} ns: the memory "
        "would never answer",
        model.refresh_stall_ns, model.refresh_period_ns);
  }
  return {};
}

Status check_noise(const SimNoise& noise) {
  for (const NamedTime& each :
       {NamedTime{"noise.slice", noise.slice}, NamedTime{"noise.burst", noise.burst_share},
        NamedTime{"noise.process", noise.process}, NamedTime{"noise.spike", noise.spike_share}}) {
    if (std::isfinite(each.value) && each.value >= 0 && each.value <= 1) continue;
    return usage_error("{} is {}: write a share from 0 to 1", each.name, each.value);
  }
  for (const double residual : noise.residuals) {
    if (std::isfinite(residual) && std::abs(residual) <= 5) continue;
    return usage_error(
        "noise.residuals: a residual is {}: they are logarithms of factors, from -5 to 5",
        residual);
  }
  return {};
}

Status check_caches(const SimModel& model) {
  std::uint64_t lines = model.tlb_entries + model.write_buffer_bytes / model.write_line_bytes;
  std::uint64_t before = 0;
  for (const SimCache& cache : model.caches) {
    if (!power_of_two(cache.line_bytes) || cache.line_bytes < 64 || cache.line_bytes > 65536) {
      return usage_error("levels.line: {}: line {} is not a power of two from 64 bytes to 64 KiB",
                         cache.name, cache.line_bytes);
    }
    if (cache.capacity_bytes < 8 * cache.line_bytes) {
      return usage_error("levels.capacity: {}: capacity {} is below eight lines of {} bytes",
                         cache.name, cache.capacity_bytes, cache.line_bytes);
    }
    if (cache.capacity_bytes <= before) {
      return usage_error(
          "levels.capacity: {}: capacity {} is not above that of the level before it; list "
          "them from the smallest to the largest",
          cache.name, cache.capacity_bytes);
    }
    if (!(cache.miss_ns > 0) || !std::isfinite(cache.miss_ns) || cache.miss_ns > kLongest_ns) {
      return usage_error("levels.latency: {}: a miss adds {} ns: it takes time, up to 10 s",
                         cache.name, cache.miss_ns);
    }
    before = cache.capacity_bytes;
    lines += cache.capacity_bytes / cache.line_bytes;
  }
  if (lines <= kMostLines) return {};
  return usage_error(
      "levels.capacity: levels, write buffer and TLB have {} lines together: the simulation keeps "
      "{} at "
      "most; give larger lines or smaller capacities",
      lines, kMostLines);
}

}  // namespace

Status check_model(const SimModel& model) {
  if (model.size_bytes == 0 || model.size_bytes % kPage != 0 || model.size_bytes > kLargest) {
    return usage_error("size {} is not a multiple of 4096 bytes from 4 KiB to 64 TiB",
                       model.size_bytes);
  }
  if (!power_of_two(model.write_line_bytes) || model.write_line_bytes < 64) {
    return usage_error("write_buffer.line {} is not a power of two of 64 bytes or more",
                       model.write_line_bytes);
  }
  if (model.write_buffer_bytes != 0 && model.write_buffer_bytes < 8 * model.write_line_bytes) {
    return usage_error("write_buffer.capacity {} is below eight lines of {} bytes",
                       model.write_buffer_bytes, model.write_line_bytes);
  }
  if (!power_of_two(model.page_bytes) || model.page_bytes < kPage) {
    return usage_error("tlb.page {} is not a power of two of 4096 bytes or more", model.page_bytes);
  }
  if (model.cpus < 1 || model.cpus > kMostCpus) {
    return usage_error("cpus {} is not from 1 to {}", model.cpus, kMostCpus);
  }
  if (model.parallelism < 1 || model.parallelism > 256) {
    return usage_error("parallelism {} is not from 1 to 256", model.parallelism);
  }
  if (model.channels < 1 || model.channels > 64) {
    return usage_error("interleave.ways {} is not from 1 to 64", model.channels);
  }
  if (!power_of_two(model.granule_bytes) || model.granule_bytes < 64) {
    return usage_error("interleave.granule {} is not a power of two of 64 bytes or more",
                       model.granule_bytes);
  }
  if (model.banks > 4096 || !power_of_two(model.row_bytes)) {
    return usage_error(
        "banks.number {} of banks.row {} bytes: write at most 4096, and a power of two",
        model.banks, model.row_bytes);
  }
  if (!power_of_two(model.wear_block_bytes)) {
    return usage_error("wear.block {} is not a power of two", model.wear_block_bytes);
  }
  if (model.prefetch_lines > 64) {
    return usage_error("prefetch {} is above 64 lines", model.prefetch_lines);
  }
  for (const std::uint64_t page : model.bad_pages) {
    if (page < model.size_bytes / kPage) continue;
    return usage_error("bad_pages: page {} is beyond the medium of {} pages", page,
                       model.size_bytes / kPage);
  }
  if (const Status times = check_times(model); !times) return times;
  if (const Status noise = check_noise(model.noise); !noise) return noise;
  return check_caches(model);
}

}  // namespace pmembench
