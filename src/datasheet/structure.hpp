// The inferred structure of a memory: every property, with its value or the reason why there is
// none, next to what the firmware states.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "characterize/inference.hpp"
#include "datasheet/probe_set.hpp"
#include "platform/cpu_caches.hpp"

namespace pmembench {

struct StructureLine {
  Inference inference;
  std::string name;         // "read line", "L1 cache", "capacity"
  std::string firmware;     // what it states of this; empty: nothing
  std::string repeat_only;  // the property of --only that measures it again
  double added_ns = 0;      // of a capacity: what a load beyond it takes longer
};

// What is known of the medium and of the host in addition to the samples.
struct StructureContext {
  std::vector<CpuCache> caches;  // of the CPUs that measured
  std::uint64_t page_bytes = 0;  // of the medium; 0: unknown
  double shared_core_share = 0;  // of slices during which the core was shared
  double steal_share = 0;        // of the time, taken by the hypervisor
  bool virtual_machine = false;
  bool wear = false;              // the probe of wear ran
  std::vector<std::string> only;  // properties; empty: all
};

// Properties that can be asked for, in the order of the datasheet: those of the self-test, and
// those that only a host has.
[[nodiscard]] const std::vector<std::string>& datasheet_properties();

// `stalls` are the runs of single operations in order, or null.
[[nodiscard]] std::vector<StructureLine> infer_structure(const ProbeSet& set,
                                                         const ProbeSet* stalls,
                                                         const ProbeSet* wear,
                                                         const StructureContext& context);

}  // namespace pmembench
