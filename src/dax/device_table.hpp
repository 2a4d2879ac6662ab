// DeviceTable: the dax devices that a process has open, each with an id, found by any of its names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "dax/dax_device.hpp"
#include "dax/media_spec.hpp"

namespace pmembench {

struct DeviceEntry {
  unsigned id = 0;       // from 1 on, in the order of opening; never used twice
  std::string name;      // of the device: its medium as typed, or "dax0.0"
  std::string path;      // of the medium; empty: memory, or a stack
  std::string identity;  // medium_identity() of the path; empty: none
  DaxDevice* device = nullptr;
};

// Used by one thread. Between processes the claim of a medium has the same effect (media_claim).
class DeviceTable {
 public:
  explicit DeviceTable(std::string sysfs_root = "/") : root_(std::move(sysfs_root)) {}

  // The id. The device leaves the table before it goes. Error (environment, code EBUSY): the table
  // has a device on the same medium, by this name or another; names both.
  Result<unsigned> add(const MediaSpec& spec, DaxDevice& device);
  void remove(unsigned id);

  // By id ("#1"), name, number of the device ("252:3"), path of the medium, or path of a block
  // device over it (a loop device). Never opens or creates anything. Null: none of them.
  [[nodiscard]] const DeviceEntry* find(std::string_view word) const;
  [[nodiscard]] const std::vector<DeviceEntry>& entries() const { return entries_; }

 private:
  [[nodiscard]] const DeviceEntry* with_identity(const std::string& identity) const;

  std::string root_;
  std::vector<DeviceEntry> entries_;
  unsigned last_id_ = 0;
};

}  // namespace pmembench
