// LayersBoard: what a worker has open, where `pmembench layers --process` finds it: a memory file
// that goes with the process.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "dax/device_table.hpp"
#include "dax/open_device.hpp"
#include "plan/plan.hpp"

namespace pmembench {

// The name of the memory file.
inline constexpr const char* kLayersBoard = "pmembench-layers";

// Used by the worker's main thread, never in a slice.
class LayersBoard {
 public:
  LayersBoard();
  LayersBoard(const LayersBoard&) = delete;
  LayersBoard& operator=(const LayersBoard&) = delete;
  ~LayersBoard();
  // Error: one of the devices shown has this medium already (DeviceTable).
  Status add(const OpenedDevice& opened, const MediaSpec& spec);
  // The cell that is about to be measured.
  void in_use(const Cell& cell);

 private:
  void write();
  struct Documents;
  DeviceTable table_;
  std::unique_ptr<Documents> documents_;
  UniqueFd file_;
};

}  // namespace pmembench
