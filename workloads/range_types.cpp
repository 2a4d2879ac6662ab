// sequential, random, strided, persist: the workloads that are one RangeWorkload in some order.
#include "base/random.hpp"
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

std::unique_ptr<Workload> make_random(const Parameters& parameters, Path& path,
                                      const ThreadPosition& position) {
  RangeWorkload::Plan plan = plan_of(parameters, position);
  const std::uint64_t size_bytes = number_of(parameters, "operation_size");
  const Region region = region_of(parameters, size_bytes, path, position);
  if (text_of(parameters, "distribution") == "uniform") {
    plan.iter = uniform_iter(region, size_bytes, position.thread_seed());
  } else {
    plan.table =
        std::make_unique<ZipfTable>(region.size_bytes / size_bytes, real_of(parameters, "alpha"),
                                    position.cell_seed, position.thread_seed());
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
  return {"sequential",
          "ranges one after the other, round and round",
          false,
          false,
          {operation_size_spec("4096"), access_spec(), durability_spec("each"), batch_spec(),
           kernel_spec(), range_spec(), range_size_spec(), range_offset_spec()},
          writes,
          durable,
          check_operation_slots,
          make_sequential};
}

WorkloadType random_type() {
  return {"random",
          "ranges in random order, uniform or scrambled zipf",
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
            {"uniform", "zipf"},
            "how often each range is visited"},
           {"alpha", ValueKind::real, "0.99", {}, "exponent of zipf, above 0 and not 1"}},
          writes,
          durable,
          check_random,
          make_random};
}

WorkloadType strided_type() {
  return {"strided",
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
}

WorkloadType persist_type() {
  return {"persist",
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
}

}  // namespace pmembench
