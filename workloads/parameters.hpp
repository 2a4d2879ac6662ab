// Typed reading of a workload's parameters, and the specs that several workloads share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/workload.hpp"

namespace pmembench {

// The parameter's value; it was checked against its spec, so that a bad one is a programmer error.
[[nodiscard]] std::uint64_t number_of(const Parameters& parameters, std::string_view name);
[[nodiscard]] double real_of(const Parameters& parameters, std::string_view name);
[[nodiscard]] const std::string& text_of(const Parameters& parameters, std::string_view name);

// range_size as bytes of a device: 0 means all of it, from range_offset on.
[[nodiscard]] std::uint64_t range_bytes_of(const Parameters& parameters,
                                           std::uint64_t device_bytes);

// What says where an operation begins and ends: operation_size, stride, each of sizes.
struct RangeSize {
  std::string_view name;
  std::uint64_t bytes = 0;
};
[[nodiscard]] std::vector<RangeSize> range_sizes_of(const Parameters& parameters);

[[nodiscard]] ParameterSpec operation_size_spec(std::string default_value);
[[nodiscard]] ParameterSpec access_spec();
[[nodiscard]] ParameterSpec durability_spec(std::string default_value);
[[nodiscard]] ParameterSpec batch_spec();
// Of what reads by copies into a buffer.
[[nodiscard]] ParameterSpec kernel_spec();
[[nodiscard]] ParameterSpec range_spec();
[[nodiscard]] ParameterSpec range_size_spec();
// For scans of a medium: where in it the range begins. Workloads without it begin at 0.
[[nodiscard]] ParameterSpec range_offset_spec();
[[nodiscard]] std::uint64_t range_offset_of(const Parameters& parameters);

// Gives `type` the parameter operations: how many a thread has in each slice, where not 0.
void limit_operations(WorkloadType& type);

// operation_size in 1..64 MiB, batch >= 1, range_size within the device, and at least one slot of
// `granule_bytes` for each thread. device_bytes 0: unknown, only the first are checked.
Status check_ranges(const Parameters& parameters, std::uint64_t granule_bytes,
                    std::uint64_t device_bytes, unsigned threads);

}  // namespace pmembench
