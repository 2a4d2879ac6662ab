#include "workloads/loaded.hpp"

#include <algorithm>

#include "base/units.hpp"
#include "workloads/mix.hpp"
#include "workloads/parameters.hpp"
#include "workloads/range_workload.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

// Operations that the path is handed in one call: what a paced thread does at once, and more.
constexpr std::uint64_t kBatch = 256;
constexpr std::uint64_t kProbeNodesFewest = 2;

Region part_of(Region region, std::uint64_t granule_bytes, unsigned index, unsigned count) {
  Region part = position_region(region.size_bytes, granule_bytes, false, index, count);
  part.offset_bytes += region.offset_bytes;
  return part;
}

std::uint64_t granule_of(const Parameters& parameters) {
  return text_of(parameters, "order") == "strided" ? number_of(parameters, "stride")
                                                   : number_of(parameters, "operation_size");
}

dax_iter iter_of(const Parameters& parameters, Region region, std::uint64_t seed) {
  const std::uint64_t size_bytes = number_of(parameters, "operation_size");
  const std::string& order = text_of(parameters, "order");
  if (order == "random") return uniform_iter(region, size_bytes, seed);
  if (order == "sequential") return sequential_iter(region, size_bytes, 0);
  return strided_iter(region, size_bytes, number_of(parameters, "stride"));
}

std::unique_ptr<Workload> make_half(const Parameters& parameters, Path& path, Region region,
                                    const ThreadPosition& position, bool reading) {
  RangeWorkload::Plan plan;
  plan.iter = iter_of(parameters, region, position.thread_seed() + (reading ? 1 : 0));
  Parameters part = parameters;
  part["access"] = reading ? text_of(parameters, "access") : "write";
  plan.transfer = transfer_of(part);
  plan.batch = kBatch;
  plan.cell_seed = position.cell_seed;
  return std::make_unique<RangeWorkload>(std::move(plan), path);
}

Status check_shares(const Parameters& parameters) {
  if (number_of(parameters, "read_share") > 100) {
    return usage_error("read_share {} is above 100 percent", number_of(parameters, "read_share"));
  }
  const double share = real_of(parameters, "load_share");
  if (!(share >= 0 && share <= 100)) {
    return usage_error("load_share {} is outside 0 to 100 percent of the measured maximum", share);
  }
  const bool paused = number_of(parameters, "pause") != 0;
  const bool at_rate = number_of(parameters, "load_rate") != 0;
  if ((paused && (at_rate || share < 100)) || (at_rate && share < 100)) {
    return usage_error("load_share, load_rate and pause each pace the load: give one of them");
  }
  const std::uint64_t chunk = number_of(parameters, "chunk");
  if (chunk < 1 || chunk > 4096) return usage_error("chunk {} is outside 1 to 4096 loads", chunk);
  return {};
}

Status check_loaded(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  if (const Status shares = check_shares(parameters); !shares) return shares;
  const std::uint64_t size_bytes = number_of(parameters, "operation_size");
  if (size_bytes < 1 || size_bytes > (std::uint64_t{1} << 20)) {
    return usage_error("operation_size {} is outside 1 B to 1 MiB", size_bytes);
  }
  if (granule_of(parameters) < size_bytes) {
    return usage_error("stride {} is smaller than operation_size {}: ranges would overlap",
                       number_of(parameters, "stride"), size_bytes);
  }
  if (number_of(parameters, "probe_stride") < 8 || number_of(parameters, "probe_stride") % 8 != 0) {
    return usage_error("probe_stride {} is not a multiple of 8 bytes",
                       number_of(parameters, "probe_stride"));
  }
  if (device_bytes == 0) return {};
  const bool separate = !text_of(parameters, "probe_media").empty();
  const LoadedLayout layout = loaded_layout(parameters, device_bytes, separate ? device_bytes : 0);
  if (!separate &&
      layout.probe.size_bytes < kProbeNodesFewest * number_of(parameters, "probe_stride")) {
    return usage_error("probe_size holds fewer than two nodes of {} bytes",
                       number_of(parameters, "probe_stride"));
  }
  // A thread that reads and writes has a half for each.
  const unsigned load_threads = std::max(2U, threads) - 1;  // one thread is refused by the plan
  if (part_of(layout.load, granule_of(parameters), 0, 2 * load_threads).size_bytes == 0) {
    return usage_error("{} next to the probe do not hold one slot for each of {} load threads",
                       format_size(layout.load.size_bytes), load_threads);
  }
  return {};
}

std::unique_ptr<Workload> make_loaded(const Parameters& parameters, Path& path,
                                      const ThreadPosition& position) {
  const LoadedLayout layout = loaded_layout(parameters, path.size_bytes(), 0);
  if (position.index == 0) return make_loaded_probe(parameters, path, layout.probe, position);
  return make_load(parameters, path, layout.load,
                   {position.index - 1, position.count - 1, position.cell_seed});
}

bool load_writes(const Parameters& parameters) {
  return reads_a_round(number_of(parameters, "read_share")) < kMixRound;
}

bool load_durable(const Parameters& parameters) {
  return load_writes(parameters) && text_of(parameters, "durability") != "none";
}

}  // namespace

LoadedLayout loaded_layout(const Parameters& parameters, std::uint64_t load_medium_bytes,
                           std::uint64_t probe_medium_bytes) {
  const std::uint64_t asked = number_of(parameters, "probe_size");
  const std::uint64_t stride_bytes = number_of(parameters, "probe_stride");
  const auto whole = [&](std::uint64_t bytes) {
    return bytes / DAX_PAGE_BYTES >= 1 ? bytes / DAX_PAGE_BYTES * DAX_PAGE_BYTES : bytes;
  };
  if (probe_medium_bytes > 0) {
    const std::uint64_t bytes = asked == 0 ? probe_medium_bytes : asked;
    return {{0, bytes > probe_medium_bytes ? 0 : bytes / stride_bytes * stride_bytes},
            {0, load_medium_bytes}};
  }
  const std::uint64_t probe_bytes = asked == 0 ? whole(load_medium_bytes / 2) : asked;
  if (probe_bytes >= load_medium_bytes) return {};
  return {{0, probe_bytes / stride_bytes * stride_bytes},
          {whole(probe_bytes + DAX_PAGE_BYTES - 1),
           load_medium_bytes - whole(probe_bytes + DAX_PAGE_BYTES - 1)}};
}

std::unique_ptr<Workload> make_loaded_probe(const Parameters& parameters, Path& path, Region region,
                                            const ThreadPosition& position) {
  const WorkloadType* chase = find_workload("chase");
  Parameters part;
  for (const ParameterSpec& spec : chase->parameters) part[spec.name] = spec.default_value;
  part["stride"] = text_of(parameters, "probe_stride");
  part["range_size"] = std::to_string(region.size_bytes);
  // The probe's region begins where its medium begins.
  return chase->make(part, path, {0, 1, position.cell_seed});
}

std::unique_ptr<Workload> make_load(const Parameters& parameters, Path& path, Region region,
                                    const ThreadPosition& position) {
  const std::uint64_t reads = reads_a_round(number_of(parameters, "read_share"));
  const std::uint64_t granule_bytes = granule_of(parameters);
  const Region mine = part_of(region, granule_bytes, position.index, position.count);
  if (reads == kMixRound) return make_half(parameters, path, mine, position, true);
  if (reads == 0) return make_half(parameters, path, mine, position, false);
  return make_mixed(
      make_half(parameters, path, part_of(mine, granule_bytes, 0, 2), position, true),
      make_half(parameters, path, part_of(mine, granule_bytes, 1, 2), position, false), reads);
}

WorkloadType loaded_type() {
  WorkloadType type;
  type.name = "loaded";
  type.summary = "a chase by one thread while the others load the memory: latency under load";
  type.dependent = true;
  type.parameters = {
      operation_size_spec("64"),
      {"read_share", ValueKind::count, "100", {}, "percent of operations that read"},
      {"access",
       ValueKind::choice,
       "load",
       {"load", "read"},
       "how they read: only loaded, or copied into a buffer"},
      {"order",
       ValueKind::choice,
       "sequential",
       {"sequential", "random", "strided"},
       "of the load's ranges"},
      {"stride", ValueKind::size, "4096", {}, "bytes between the load's ranges (strided)"},
      durability_spec("none"),
      {"load_share",
       ValueKind::real,
       "100",
       {},
       "percent of the measured maximum that the load moves; 0: nothing, 100: all it can"},
      {"load_rate",
       ValueKind::size,
       "0",
       {},
       "bytes a second that the load moves in place of a share; 0: by load_share"},
      {"pause",
       ValueKind::count,
       "0",
       {},
       "ticks that each load thread waits after 16 operations, as MLC's delay; 0: none"},
      {"chunk", ValueKind::count, "32", {}, "loads of the probe between two clock readings"},
      {"probe_stride", ValueKind::size, "64", {}, "bytes between the probe's nodes"},
      {"probe_size",
       ValueKind::size,
       "0",
       {},
       "bytes that the probe chases through; 0: half of the medium, or all of a separate one"},
      {"probe_media", ValueKind::text, "", {}, "medium of the probe; empty: that of the load"}};
  type.writes = load_writes;
  type.durable = load_durable;
  type.check = check_loaded;
  type.make = make_loaded;
  type.paced = true;
  return type;
}

}  // namespace pmembench
