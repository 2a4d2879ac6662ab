// loaded: one thread chases through the memory while the others load it. Who paces them and reads
// the clock is src/run/loaded_session.
#pragma once

#include <cstdint>
#include <memory>

#include "workloads/access_pattern.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

// Where the probe chases and the load works. On one medium the probe has the first bytes, so that
// no store of the load breaks its chain; on two media each has a whole medium.
struct LoadedLayout {
  Region probe;
  Region load;  // of all load threads together
};
// `probe_medium_bytes` 0: the probe is on the load's medium. A size of 0 bytes where it cannot be.
[[nodiscard]] LoadedLayout loaded_layout(const Parameters& parameters,
                                         std::uint64_t load_medium_bytes,
                                         std::uint64_t probe_medium_bytes);

// The probe: one random cycle through `region`, whose path has addresses.
std::unique_ptr<Workload> make_loaded_probe(const Parameters& parameters, Path& path, Region region,
                                            const ThreadPosition& position);

// One load thread: `position` counts the load threads alone. Operations are reads and writes of
// `operation_size` bytes in the share `read_share`; reads and writes have separate regions, so that
// what is read was not just written.
std::unique_ptr<Workload> make_load(const Parameters& parameters, Path& path, Region region,
                                    const ThreadPosition& position);

}  // namespace pmembench
