// durability: its parameters, and the plan of each thread.
#include <algorithm>
#include <array>

#include "workloads/access_pattern.hpp"
#include "workloads/durability.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::array<const char*, 4> kSteps{"store", "store_flush", "store_flush_fence",
                                            "store_flush_barrier"};
constexpr std::array<const char*, 4> kLines{"dirty", "clean", "flushed", "shared"};

template <typename Choice, typename Names>
Choice choice_of(const Parameters& parameters, const char* key, const Names& names) {
  const auto found = std::find(names.begin(), names.end(), text_of(parameters, key));
  return static_cast<Choice>(found - names.begin());
}

DurableStep step_of(const Parameters& parameters) {
  return choice_of<DurableStep>(parameters, "step", kSteps);
}
LineState line_of(const Parameters& parameters) {
  return choice_of<LineState>(parameters, "line", kLines);
}
bool step_writes(const Parameters& parameters) { return line_of(parameters) != LineState::clean; }
bool step_durable(const Parameters& parameters) {
  return step_writes(parameters) &&
         (line_of(parameters) == LineState::flushed || step_of(parameters) >= DurableStep::fence);
}

// Whole lines for each range, so that no two ranges meet in one.
std::uint64_t step_granule(const Parameters& parameters) {
  const std::uint64_t end =
      number_of(parameters, "destination_offset") + number_of(parameters, "operation_size");
  return (end + DAX_LINE_BYTES - 1) / DAX_LINE_BYTES * DAX_LINE_BYTES;
}

// The head of the range in which the threads of the line state shared wait for each other.
std::uint64_t reserved_bytes(const Parameters& parameters, unsigned threads) {
  if (line_of(parameters) != LineState::shared) return 0;
  const std::uint64_t bytes = threads * Lockstep::kBytesEach;
  return (bytes + DAX_PAGE_BYTES - 1) / DAX_PAGE_BYTES * DAX_PAGE_BYTES;
}

dax_iter step_iter(const Parameters& parameters, const Path& path, ThreadPosition position) {
  const std::uint64_t granule = step_granule(parameters);
  const std::uint64_t reserved = reserved_bytes(parameters, position.count);
  const bool shared = text_of(parameters, "range") == "shared";
  Region region = position_region(range_bytes_of(parameters, path.size_bytes()) - reserved, granule,
                                  shared, position.index, position.count);
  region.offset_bytes += reserved;
  dax_iter iter = text_of(parameters, "order") == "sequential"
                      ? sequential_iter(region, granule, 0)
                      : uniform_iter(region, granule, position.thread_seed());
  iter.size_bytes = number_of(parameters, "operation_size");
  iter.offset_bytes += number_of(parameters, "destination_offset");
  return iter;
}

std::unique_ptr<Workload> make_durability(const Parameters& parameters, Path& path,
                                          const ThreadPosition& position) {
  DurabilityWorkload::Plan plan;
  plan.iter = plan.before = step_iter(parameters, path, position);
  if (line_of(parameters) == LineState::shared) {
    ThreadPosition before = position;
    before.index = (position.index + position.count - 1) % position.count;
    plan.before = step_iter(parameters, path, before);
  }
  plan.step = step_of(parameters);
  plan.line = line_of(parameters);
  plan.repeat = number_of(parameters, "repeat");
  plan.flush_every = number_of(parameters, "flush_every");
  plan.fence_every = number_of(parameters, "fence_every");
  plan.source_offset = number_of(parameters, "source_offset");
  plan.read_after = text_of(parameters, "read_after") == "on";
  plan.cell_seed = position.cell_seed;
  plan.index = position.index;
  plan.count = position.count;
  return std::make_unique<DurabilityWorkload>(plan, path);
}

Status check_cadence(const Parameters& parameters) {
  const std::uint64_t flush_every = number_of(parameters, "flush_every");
  const std::uint64_t fence_every = number_of(parameters, "fence_every");
  const std::uint64_t repeat = number_of(parameters, "repeat");
  if (flush_every == 0 || repeat == 0) {
    return usage_error("{} 0 would do no work: give at least 1",
                       repeat == 0 ? "repeat" : "flush_every");
  }
  if (fence_every == 0 || fence_every % flush_every != 0) {
    return usage_error(
        "fence_every {} is not a multiple of flush_every {}: a fence would leave out ranges that "
        "are not flushed yet",
        fence_every, flush_every);
  }
  if (repeat > 1 && flush_every > 1) {
    return usage_error("repeat {} needs flush_every 1: a range is flushed each time it is stored",
                       repeat);
  }
  return {};
}

Status check_durability(const Parameters& parameters, std::uint64_t device_bytes,
                        unsigned threads) {
  for (const char* key : {"source_offset", "destination_offset"}) {
    if (number_of(parameters, key) < DAX_LINE_BYTES) continue;
    return usage_error("{} {} is outside 0 to 63: it is a place in a line", key,
                       number_of(parameters, key));
  }
  if (const Status fits = check_cadence(parameters); !fits) return fits;
  const bool shared = line_of(parameters) == LineState::shared;
  if (shared && threads < 2) {
    return usage_error("line shared needs another thread to load the line: add 'threads: 2'");
  }
  if (shared && text_of(parameters, "range") == "shared") {
    return usage_error("line shared has each thread load another's lines: leave range disjoint");
  }
  const std::uint64_t reserved = reserved_bytes(parameters, threads);
  if (device_bytes != 0 && range_bytes_of(parameters, device_bytes) <= reserved) {
    return usage_error("range_size is too small: {} bytes of it are for the threads to meet in",
                       reserved);
  }
  const std::uint64_t left = device_bytes == 0 ? 0 : device_bytes - reserved;
  Parameters rest = parameters;
  const std::uint64_t range_bytes = number_of(parameters, "range_size");
  if (range_bytes > reserved) rest["range_size"] = std::to_string(range_bytes - reserved);
  return check_ranges(rest, step_granule(parameters), left, threads);
}

}  // namespace

WorkloadType durability_type() {
  WorkloadType type{
      "durability",
      "stores, flushes, fences and barriers step by step, on lines in a known state",
      false,
      false,
      {operation_size_spec("64"),
       {"step",
        ValueKind::choice,
        "store_flush_fence",
        {kSteps.begin(), kSteps.end()},
        "how far an operation goes"},
       {"line",
        ValueKind::choice,
        "dirty",
        {kLines.begin(), kLines.end()},
        "what the step finds: dirty: stored; clean: loaded, not stored; flushed: stored, flushed "
        "and fenced before; shared: stored, then loaded by another thread"},
       {"order",
        ValueKind::choice,
        "random",
        {"random", "sequential"},
        "where the next operation goes"},
       {"repeat", ValueKind::count, "1", {}, "operations on one range before the next"},
       {"flush_every", ValueKind::count, "1", {}, "operations that are flushed together"},
       {"fence_every", ValueKind::count, "1", {}, "operations from one fence to the next"},
       {"read_after", ValueKind::choice, "off", {"off", "on"}, "load the range once more"},
       {"source_offset", ValueKind::size, "0", {}, "of the buffer in its line, 0 to 63"},
       {"destination_offset", ValueKind::size, "0", {}, "of the range in its line, 0 to 63"},
       range_spec(),
       range_size_spec()},
      step_writes,
      step_durable,
      check_durability,
      make_durability};
  // Threads that share lines wait for each other.
  type.simulated = [](const Parameters& parameters) {
    return line_of(parameters) != LineState::shared;
  };
  return type;
}

}  // namespace pmembench
