// sequential, random, strided, persist: the workloads that are one RangeWorkload in some order.
#include "base/check.hpp"
#include "base/units.hpp"
#include "workloads/parameters.hpp"
#include "workloads/range_workload.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

bool writes(const Parameters& parameters) { return text_of(parameters, "access") == "write"; }

bool durable(const Parameters& parameters) {
  return writes(parameters) && text_of(parameters, "durability") != "none";
}

Status check_operation_slots(const Parameters& parameters, std::uint64_t device_bytes,
                             unsigned threads) {
  return check_ranges(parameters, number_of(parameters, "operation_size"), device_bytes, threads);
}

Region region_of(const Parameters& parameters, std::uint64_t granule_bytes, const Path& path,
                 const ThreadPosition& position) {
  Region region =
      position_region(range_bytes_of(parameters, path.size_bytes()), granule_bytes,
                      text_of(parameters, "range") == "shared", position.index, position.count);
  region.offset_bytes += range_offset_of(parameters);
  return region;
}

RangeWorkload::Plan plan_of(const Parameters& parameters, const ThreadPosition& position) {
  RangeWorkload::Plan plan;
  plan.transfer = transfer_of(parameters);
  plan.batch = parameters.count("batch") != 0 ? number_of(parameters, "batch") : 1;
  plan.shared = position.count > 1 && text_of(parameters, "range") == "shared";
  plan.cell_seed = position.cell_seed;
  return plan;
}

std::unique_ptr<Workload> make_sequential(const Parameters& parameters, Path& path,
                                          const ThreadPosition& position) {
  RangeWorkload::Plan plan = plan_of(parameters, position);
  const std::uint64_t size_bytes = number_of(parameters, "operation_size");
  const bool shared = text_of(parameters, "range") == "shared";
  const double start = shared ? static_cast<double>(position.index) / position.count : 0;
  plan.iter = sequential_iter(region_of(parameters, size_bytes, path, position), size_bytes, start);
  return std::make_unique<RangeWorkload>(std::move(plan), path);
}

std::unique_ptr<Workload> make_strided(const Parameters& parameters, Path& path,
                                       const ThreadPosition& position) {
  RangeWorkload::Plan plan = plan_of(parameters, position);
  const std::uint64_t stride_bytes = number_of(parameters, "stride");
  plan.iter = strided_iter(region_of(parameters, stride_bytes, path, position),
                           number_of(parameters, "operation_size"), stride_bytes);
  return std::make_unique<RangeWorkload>(std::move(plan), path);
}

// Null for uniform, which needs no table.
std::unique_ptr<Draws> draws_of(const Parameters& parameters, std::uint64_t slots,
                                std::uint64_t seed) {
  const std::string& distribution = text_of(parameters, "distribution");
  if (distribution == "zipf") return zipf_draws(slots, real_of(parameters, "alpha"), seed);
  if (distribution == "pareto") return pareto_draws(slots, real_of(parameters, "pareto_h"), seed);
  if (distribution == "uniform") return nullptr;
  auto zones = read_zones(text_of(parameters, "zones"));
  PMB_CHECK(zones.has_value(), "zones were checked with the campaign");
  return zoned_draws(slots, *std::move(zones));
}

std::unique_ptr<Workload> make_random(const Parameters& parameters, Path& path,
                                      const ThreadPosition& position) {
  RangeWorkload::Plan plan = plan_of(parameters, position);
  const std::uint64_t size_bytes = number_of(parameters, "operation_size");
  const Region region = region_of(parameters, size_bytes, path, position);
  auto draws = draws_of(parameters, region.size_bytes / size_bytes, position.cell_seed);
  if (draws == nullptr) {
    plan.iter = uniform_iter(region, size_bytes, position.thread_seed());
  } else {
    plan.table = std::make_unique<DrawTable>(std::move(draws), position.thread_seed());
    plan.region = region;
    plan.iter = table_iter(region, size_bytes, *plan.table);
  }
  return std::make_unique<RangeWorkload>(std::move(plan), path);
}

std::unique_ptr<Workload> make_persist(const Parameters& parameters, Path& path,
                                       const ThreadPosition& position) {
  Parameters full = parameters;
  full["access"] = "write";
  full["durability"] = "each";
  full["distribution"] = "uniform";
  full["batch"] = "1";
  if (text_of(parameters, "order") == "sequential") return make_sequential(full, path, position);
  return make_random(full, path, position);
}

Status check_random(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  const double alpha = real_of(parameters, "alpha");
  if (!(alpha > 0 && alpha < 10) || alpha == 1.0) {
    return usage_error("alpha {} is outside (0, 10), or exactly 1 (use 0.999)", alpha);
  }
  const double share = real_of(parameters, "pareto_h");
  if (!(share >= 0.001 && share <= 0.999)) {
    return usage_error("pareto_h {} is outside 0.001 to 0.999", share);
  }
  if (const auto zones = read_zones(text_of(parameters, "zones")); !zones) return zones.error();
  const std::uint64_t size_bytes = number_of(parameters, "operation_size");
  const bool drawn = text_of(parameters, "distribution") != "uniform";
  if (drawn && size_bytes != 0 &&
      range_bytes_of(parameters, device_bytes) / size_bytes > kMostSlots) {
    return usage_error(
        "distribution {} draws from at most {} ranges, and {} of {} bytes are in {}: use a larger "
        "operation_size or a smaller range_size",
        text_of(parameters, "distribution"), kMostSlots,
        range_bytes_of(parameters, device_bytes) / size_bytes, size_bytes,
        format_size(range_bytes_of(parameters, device_bytes)));
  }
  return check_operation_slots(parameters, device_bytes, threads);
}

Status check_strided(const Parameters& parameters, std::uint64_t device_bytes, unsigned threads) {
  const std::uint64_t stride_bytes = number_of(parameters, "stride");
  if (stride_bytes < number_of(parameters, "operation_size")) {
    return usage_error("stride {} is smaller than operation_size {}: ranges would overlap",
                       stride_bytes, number_of(parameters, "operation_size"));
  }
  return check_ranges(parameters, stride_bytes, device_bytes, threads);
}

}  // namespace

WorkloadType sequential_type() {
  WorkloadType type{
      "sequential",
      "ranges one after the other, round and round",
      false,
      false,
      {operation_size_spec("4096"), access_spec(), durability_spec("each"), batch_spec(),
       kernel_spec(), range_spec(), range_size_spec(), range_offset_spec()},
      writes,
      durable,
      check_operation_slots,
      make_sequential};
  limit_operations(type);
  return type;
}

WorkloadType random_type() {
  WorkloadType type{
      "random",
      "ranges in random order: uniform, scrambled zipf or pareto, or by zones",
      false,
      false,
      {operation_size_spec("4096"),
       access_spec(),
       durability_spec("each"),
       batch_spec(),
       kernel_spec(),
       range_spec(),
       range_size_spec(),
       range_offset_spec(),
       {"distribution",
        ValueKind::choice,
        "uniform",
        {"uniform", "zipf", "pareto", "zoned"},
        "how often each range is visited"},
       {"alpha", ValueKind::real, "0.99", {}, "exponent of zipf, above 0 and not 1"},
       {"pareto_h",
        ValueKind::real,
        "0.2",
        {},
        "of pareto: this share of the ranges has the rest of the visits; 0.2 is 80 to 20"},
       {"zones",
        ValueKind::text,
        "80:20+20:80",
        {},
        "of zoned: percent of the visits to percent of the range, one zone after the other"}},
      writes,
      durable,
      check_random,
      make_random};
  limit_operations(type);
  return type;
}

WorkloadType strided_type() {
  WorkloadType type{
      "strided",
      "ranges at a fixed distance, round and round",
      false,
      false,
      {operation_size_spec("64"),
       access_spec(),
       durability_spec("each"),
       batch_spec(),
       kernel_spec(),
       range_spec(),
       range_size_spec(),
       range_offset_spec(),
       {"stride", ValueKind::size, "4096", {}, "bytes between the starts of two ranges"}},
      writes,
      durable,
      check_strided,
      make_strided};
  limit_operations(type);
  return type;
}

WorkloadType persist_type() {
  WorkloadType type{"persist",
                    "single durable writes: copy, flush, drain, and only then the next",
                    false,
                    false,
                    {operation_size_spec("64"),
                     range_spec(),
                     range_size_spec(),
                     range_offset_spec(),
                     {"order",
                      ValueKind::choice,
                      "random",
                      {"random", "sequential"},
                      "where the next write goes"}},
                    [](const Parameters&) { return true; },
                    [](const Parameters&) { return true; },
                    check_operation_slots,
                    make_persist};
  limit_operations(type);
  return type;
}

}  // namespace pmembench
