// Which of a backend's loops reads fastest here: chosen by measurement, never by the CPU's name.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "dax/dax_device.hpp"
#include "plan/plan.hpp"
#include "record/replicate.hpp"

namespace pmembench {

// Puts the loop in force that `cell` is to read by. Its parameter `kernel` names one, or is "auto":
// then `as_before` if it is not empty and the backend has it, else the fastest. All loops read
// ranges of the cell's size in the cell's order, in turn, for a millisecond or two each; the first
// one stays unless another takes 2 % less time. The caller's thread is pinned, and no copy runs
// meanwhile. Absent where the cell has no such parameter or does not read, or the backend has one
// loop: the first is in force then. Error (usage): the backend has no loop of that name.
Result<std::optional<KernelChoice>> choose_read_kernel(DaxDevice& device, const Cell& cell,
                                                       const std::string& as_before);

// What a run has chosen, so that all its processes, and all arms of a gate, read alike: by the size
// and order of the ranges and the kind of the medium.
class KernelChoices {
 public:
  // Empty: nothing chosen yet for such a cell.
  [[nodiscard]] std::string of(const Cell& cell) const;
  // The first choice stands.
  void remember(const Cell& cell, const KernelChoice& choice);

 private:
  std::map<std::string, std::string> names_;
};

}  // namespace pmembench
