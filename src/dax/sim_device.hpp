// SimDevice: the operations of a device whose time is a model's. Each does what the backend does,
// in ordinary memory, so that bytes can be verified, and reports to the model what it did.
#pragma once

#include "backends/dax_operations.h"
#include "sim/memory.hpp"

namespace pmembench {

// The handle of the operations; begins with the mapping, as that of the backend's own does.
struct SimHandle {
  dax_mapping mapping;
  const dax_operations* backend;
  SimMemory* memory;
};

class SimDevice {
 public:
  // `backend` leaves mapping to the host and lives longer; `mapping` is where the bytes are.
  SimDevice(const dax_operations& backend, const dax_mapping& mapping, const SimModel& model);
  SimDevice(const SimDevice&) = delete;
  SimDevice& operator=(const SimDevice&) = delete;
  [[nodiscard]] const dax_operations* operations() const { return &table_; }
  [[nodiscard]] void* handle() { return &handle_; }
  [[nodiscard]] SimMemory& memory() { return memory_; }

 private:
  dax_operations table_;
  SimMemory memory_;
  SimHandle handle_;
};

}  // namespace pmembench
