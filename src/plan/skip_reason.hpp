// Why a legal cell cannot run here: one sentence, or nothing.
#pragma once

#include <string>
#include <string_view>

#include "dax/media_spec.hpp"
#include "dax/registry.hpp"
#include "record/medium.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

// What the backend declares; the defaults where it has no table (it did not load).
[[nodiscard]] BackendCapabilities capabilities_of(const BackendEntry& backend);

// The same of a medium that may be made of others: each part that names no backend is served by
// this one, and what needs all addresses in one piece is refused if there are none.
std::string skip_reason(const BackendEntry& backend, const MediaSpec& media, const PathType& path,
                        const WorkloadType& workload, const Parameters& parameters);

// Empty: nothing about backend, media, path and workload prevents it.
std::string skip_reason(const BackendEntry& backend, dax_media_kind kind, const PathType& path,
                        const WorkloadType& workload, const Parameters& parameters);

}  // namespace pmembench
