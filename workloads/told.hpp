// To what a path reports the ranges that it loads and stores at addresses: nothing, or a simulated
// memory.
#pragma once

#include "sim/memory.hpp"
#include "workloads/path.hpp"

namespace pmembench {

struct NobodyTold {
  explicit NobodyTold(SimMemory* /*memory*/) {}
  static void reads(const dax_iter& /*batch*/) {}
  static void read(std::uint64_t /*offset_bytes*/, std::uint64_t /*size_bytes*/) {}
  static void written(std::uint64_t /*offset_bytes*/, std::uint64_t /*size_bytes*/) {}
};

class SimulationTold {
 public:
  explicit SimulationTold(SimMemory* memory) : memory_(memory) {}
  // All ranges of a batch that is about to be loaded.
  void reads(dax_iter batch) const {
    for (std::uint64_t i = 0; i < batch.count; ++i) read(dax_iter_next(&batch), batch.size_bytes);
  }
  void read(std::uint64_t offset_bytes, std::uint64_t size_bytes) const {
    memory_->read(offset_bytes, size_bytes);
  }
  void written(std::uint64_t offset_bytes, std::uint64_t size_bytes) const {
    memory_->write(offset_bytes, size_bytes);
  }

 private:
  SimMemory* memory_;
};

}  // namespace pmembench
