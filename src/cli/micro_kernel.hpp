// MicroKernels: the cells of a plan as kernels that a benchmark library can call, in this process.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "cli/host.hpp"
#include "dax/open_device.hpp"
#include "measure/timer.hpp"
#include "plan/plan.hpp"
#include "record/medium.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

// Keeps the device of the cell that was begun last. Used by one thread, which it pins. Cells of one
// thread on paths without a fixture.
class MicroKernels {
 public:
  MicroKernels(const Host& host, bool destroy) : host_(host), destroy_(destroy) {}
  // Opens the cell's device, unless it is open already, and prepares its workload. One untimed
  // operation is done.
  Status begin(const Cell& cell);
  // Does that many operations; false if the path failed.
  bool run(std::uint64_t operations);
  // Verifies the bytes of all that run() did since begin().
  Status end();
  // Of the device that is open: MediaFacts as the rows have them.
  [[nodiscard]] const MediumFacts& medium() const { return medium_; }
  [[nodiscard]] double ceiling_bytes_per_s() const { return ceiling_bytes_per_s_; }

 private:
  Status open(const Cell& cell);

  const Host& host_;
  bool destroy_;
  std::string device_key_;
  std::map<std::string, std::string> identities_;  // what the paths of media led to at first
  std::set<std::string> filled_;                   // paths of media that this process has filled
  bool does_work_ = true;
  double ceiling_bytes_per_s_ = 0;
  MediumFacts medium_;
  // Each builds on the one before.
  std::optional<OpenedDevice> opened_;
  std::unique_ptr<Path> path_;
  std::unique_ptr<Workload> workload_;
};

}  // namespace pmembench
