// A device in plain memory for tests of workloads: a real backend over a mapping of our own.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "backends/builtin_backends.h"
#include "dax/dax_device.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

// The mapping and the handle that host-mapped backends get.
class TestMedium final : public DeviceBacking {
 public:
  explicit TestMedium(std::uint64_t size_bytes)
      : bytes_(static_cast<unsigned char*>(std::aligned_alloc(4096, size_bytes))) {
    std::fill(bytes_, bytes_ + size_bytes, static_cast<unsigned char>(0));
    mapping_ = {sizeof(dax_mapping), 16, DAX_CPU_SSE2 | DAX_CPU_CLFLUSH, bytes_, size_bytes, 0, 0};
  }
  ~TestMedium() override { std::free(bytes_); }
  [[nodiscard]] dax_mapping* mapping() { return &mapping_; }

 private:
  unsigned char* bytes_;
  dax_mapping mapping_{};
};

inline const dax_operations* builtin(const std::string& name) {
  std::size_t count = 0;
  const dax_operations* const* tables = pmembench_builtin_backends(&count);
  for (std::size_t i = 0; i < count; ++i) {
    if (name == tables[i]->name) return tables[i];
  }
  return nullptr;
}

inline std::unique_ptr<DaxDevice> test_device(const dax_operations* operations,
                                              std::uint64_t size_bytes = 1 << 20) {
  auto medium = std::make_unique<TestMedium>(size_bytes);
  dax_mapping* mapping = medium->mapping();
  DeviceFacts facts;
  facts.name = "test";
  facts.size_bytes = size_bytes;
  facts.host_mapped = operations != nullptr && operations->open == nullptr;
  auto device = DaxDevice::allocate(facts, operations, mapping, std::move(medium));
  EXPECT_TRUE(device) << device.error().message;
  return *std::move(device);
}

// A batch of one range: as long as the buffer, at that offset.
inline dax_iter one_range(std::uint64_t offset_bytes, std::vector<unsigned char>& buffer) {
  dax_iter iter{};
  iter.multiplier = 1;
  iter.slots = 1;
  iter.offset_bytes = offset_bytes;
  iter.granule_bytes = iter.size_bytes = buffer.size();
  iter.count = 1;
  iter.buffer = buffer.data();
  return iter;
}

// The workload's defaults with some parameters changed.
inline Parameters parameters_of(const std::string& workload, const Parameters& changed) {
  Parameters parameters;
  for (const ParameterSpec& spec : find_workload(workload)->parameters) {
    parameters[spec.name] = spec.default_value;
  }
  for (const auto& [key, value] : changed) parameters[key] = value;
  return parameters;
}

}  // namespace pmembench
