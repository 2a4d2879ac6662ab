#include "workloads/parameters.hpp"

#include <charconv>

#include "base/check.hpp"
#include "base/random.hpp"
#include "base/units.hpp"
#include "workloads/access_pattern.hpp"
#include "workloads/shares.hpp"

namespace pmembench {

std::uint64_t ThreadPosition::thread_seed() const {
  return mix_seed(cell_seed + 0x9E37 * (index + 1));
}

const std::string& text_of(const Parameters& parameters, std::string_view name) {
  const auto found = parameters.find(std::string(name));
  PMB_CHECK(found != parameters.end(), "a workload reads only parameters that it declared");
  return found->second;
}

std::uint64_t number_of(const Parameters& parameters, std::string_view name) {
  const auto value = parse_count(text_of(parameters, name));
  PMB_CHECK(value.has_value(), "sizes and counts are canonical in Parameters");
  return *value;
}

double real_of(const Parameters& parameters, std::string_view name) {
  const std::string& text = text_of(parameters, name);
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  PMB_CHECK(parsed.ec == std::errc{}, "reals are canonical in Parameters");
  return value;
}

std::uint64_t range_bytes_of(const Parameters& parameters, std::uint64_t device_bytes) {
  const std::uint64_t asked = number_of(parameters, "range_size");
  if (asked != 0) return asked;
  const std::uint64_t offset = range_offset_of(parameters);
  return offset < device_bytes ? device_bytes - offset : 0;
}

std::vector<RangeSize> range_sizes_of(const Parameters& parameters) {
  std::vector<RangeSize> ranges;
  for (const char* name : {"operation_size", "stride"}) {
    if (parameters.count(name) != 0) ranges.push_back({name, number_of(parameters, name)});
  }
  const auto sizes = parameters.find("sizes");
  const auto shares = sizes == parameters.end()
                          ? Result<std::vector<SizeShare>>(std::vector<SizeShare>())
                          : read_sizes(sizes->second);
  if (!shares) return ranges;  // the workload's check says what is wrong
  for (const SizeShare& share : *shares) ranges.push_back({"size", share.bytes});
  return ranges;
}

ParameterSpec range_offset_spec() {
  return {"range_offset", ValueKind::size, "0", {}, "byte of the device at which the range begins"};
}

std::uint64_t range_offset_of(const Parameters& parameters) {
  return parameters.count("range_offset") == 0 ? 0 : number_of(parameters, "range_offset");
}

ParameterSpec operation_size_spec(std::string default_value) {
  return {"operation_size",
          ValueKind::size,
          std::move(default_value),
          {},
          "bytes of one operation, 1 B to 64 MiB"};
}
ParameterSpec access_spec() {
  return {
      "access",
      ValueKind::choice,
      "read",
      {"read", "load", "load-nt", "write"},
      "read: copied into a buffer; load: only loaded; load-nt: by non-temporal loads (movntdqa); "
      "write: copied to the medium"};
}
ParameterSpec durability_spec(std::string default_value) {
  return {"durability",
          ValueKind::choice,
          std::move(default_value),
          {"each", "batch", "none"},
          "of writes: flush and drain after each operation, after each batch, or never"};
}
ParameterSpec batch_spec() {
  return {"batch",
          ValueKind::count,
          "256",
          {},
          "operations passed to the path in one call (timing: operation always passes one)"};
}
ParameterSpec kernel_spec() {
  return {
      "kernel",
      ValueKind::text,
      "auto",
      {},
      "the backend's loop for reads: auto measures which is the fastest and says so in the row"};
}
ParameterSpec range_spec() {
  return {"range",
          ValueKind::choice,
          "disjoint",
          {"disjoint", "shared"},
          "threads work on separate ranges, or all on the same"};
}
ParameterSpec range_size_spec() {
  return {"range_size",
          ValueKind::size,
          "0",
          {},
          "bytes of the device that all threads together use; 0 for all of it"};
}

void limit_operations(WorkloadType& type) {
  type.parameters.push_back({"operations",
                             ValueKind::count,
                             "0",
                             {},
                             "of each thread in each slice; 0: as many as fit its time"});
  type.operations_a_slice = [](const Parameters& parameters) {
    return number_of(parameters, "operations");
  };
}

Status check_ranges(const Parameters& parameters, std::uint64_t granule_bytes,
                    std::uint64_t device_bytes, unsigned threads) {
  const std::uint64_t operation_bytes = number_of(parameters, "operation_size");
  if (operation_bytes < 1 || operation_bytes > (std::uint64_t{64} << 20)) {
    return usage_error("operation_size {} is outside 1 B to 64 MiB", operation_bytes);
  }
  const auto access = parameters.find("access");
  if (access != parameters.end() && access->second == "load-nt" && operation_bytes % 64 != 0) {
    return usage_error(
        "operation_size {} is not whole lines of 64 bytes, which access load-nt loads",
        operation_bytes);
  }
  if (parameters.count("batch") != 0 && number_of(parameters, "batch") == 0) {
    return usage_error("batch 0 would do no work: give at least 1");
  }
  if (device_bytes == 0) return {};
  const std::uint64_t range_bytes = range_bytes_of(parameters, device_bytes);
  const std::uint64_t offset = range_offset_of(parameters);
  if (range_bytes > device_bytes || offset > device_bytes - range_bytes) {
    return usage_error(
        "range_size {}{} is larger than the medium ({})", format_size(range_bytes),
        offset == 0 ? "" : fmt::format(" from range_offset {} on", format_size(offset)),
        format_size(device_bytes));
  }
  const bool shared = text_of(parameters, "range") == "shared";
  if (position_region(range_bytes, granule_bytes, shared, 0, threads).size_bytes == 0) {
    return usage_error("{} of range hold not one slot of {} for each of {} thread{}",
                       format_size(range_bytes), format_size(granule_bytes), threads,
                       threads == 1 ? "" : "s");
  }
  return {};
}

}  // namespace pmembench
