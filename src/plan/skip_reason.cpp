#include "plan/skip_reason.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/units.hpp"
#include "dax/sim_model.hpp"
#include "plan/cell_keys.hpp"
#include "workloads/groups.hpp"
#include "workloads/parameters.hpp"

namespace pmembench {
namespace {

std::string served_kinds(const dax_operations& operations) {
  std::vector<std::string_view> names;
  for (const MediaKindWords& each : media_kinds()) {
    if (serves(operations, each.kind)) names.push_back(each.word);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string off_granule(const PathType& path, const Parameters& parameters) {
  const std::uint64_t granule = path.granule_bytes(parameters);
  for (const auto& [name, bytes] : range_sizes_of(parameters)) {
    if (bytes % granule != 0) {
      return fmt::format("{} {} is not a multiple of the sectors of path {}, {}", name,
                         format_size(bytes), path.name, format_size(granule));
    }
  }
  return {};
}

std::string misfit(const BackendEntry& backend, const Parameters& parameters) {
  const dax_operations& operations = *backend.operations;
  for (const auto& [name, bytes] : range_sizes_of(parameters)) {
    if (bytes < operations.minimum_io_bytes) {
      return fmt::format("{} {} is below the smallest I/O of backend {}, {}", name,
                         format_size(bytes), backend.name,
                         format_size(operations.minimum_io_bytes));
    }
    if (operations.alignment_bytes > 1 && bytes % operations.alignment_bytes != 0) {
      return fmt::format("{} {} is not a multiple of the alignment of backend {}, {}", name,
                         format_size(bytes), backend.name, format_size(operations.alignment_bytes));
    }
  }
  return {};
}

// A kernel was asked for by its name, and the backend has none to choose from.
std::string without_kernels(const BackendEntry& backend, const Parameters& parameters) {
  const auto kernel = parameters.find("kernel");
  if (kernel == parameters.end() || kernel->second == "auto") return {};
  if (parameters.at("access") != "read" || backend.operations->choose_read_kernel != nullptr) {
    return {};
  }
  return fmt::format("backend {} has one kernel to read by, so there is no '{}'", backend.name,
                     kernel->second);
}

// A row has one backend: that of the parts which name none, or else the first part's.
std::string other_than_parts(const BackendEntry& backend, const MediaSpec& media) {
  const auto named = std::find_if(media.parts.begin(), media.parts.end(),
                                  [](const MediaSpec& part) { return !part.backend.empty(); });
  if (named == media.parts.end()) return {};
  const bool all = std::all_of(media.parts.begin(), media.parts.end(),
                               [](const MediaSpec& part) { return !part.backend.empty(); });
  if (all && media.parts.front().backend != backend.name) {
    return fmt::format(
        "each part of {} names its backend, so that {} would do nothing there: use {}, the "
        "backend of its first part",
        media.text, backend.name, media.parts.front().backend);
  }
  const bool works = backend.usable() && (backend.operations->capabilities & DAX_CAP_NO_WORK) == 0;
  if (all || works || !backend.usable()) return {};
  return fmt::format(
      "backend {} does nothing, and part '{}' names {}: together they would be neither the "
      "medium's time nor the harness's; measure {} on a medium whose parts "
      "name no backend",
      backend.name, named->text, named->backend, backend.name);
}

// What does not report to a model all that it does would take no time there.
std::string untold(const PathType& path, const WorkloadType& workload,
                   const Parameters& parameters) {
  if (!path.simulated) {
    return fmt::format(
        "path {} does not report to a simulated memory what it does: use path direct or mapped",
        path.name);
  }
  if (workload.simulated == nullptr) {
    return fmt::format(
        "workload {} does not report to a simulated memory what it does; docs/sim.md names those "
        "that "
        "do",
        workload.name);
  }
  if (!workload.simulated(parameters)) {
    return fmt::format(
        "threads of workload {} wait for each other with these parameters, and those of a "
        "simulated host take turns",
        workload.name);
  }
  const auto prefetchers = parameters.find(kPrefetchersKey);
  if (prefetchers != parameters.end() && prefetchers->second != kPrefetchersAsFound) {
    return "prefetchers are this host's, and a model has its own (the key prefetch of its file): "
           "leave prefetchers out";
  }
  const auto probe = parameters.find("probe_media");
  if (probe != parameters.end() && !probe->second.empty()) {
    return "a simulated memory has its own clock, and a probe of another medium would need "
           "the same one: leave probe_media out";
  }
  return {};
}

// Can the backend do what the path does of its own accord?
std::string unfit(const BackendEntry& backend, const PathType& path, const Parameters& parameters) {
  const dax_operations& operations = *backend.operations;
  if (path.needs_block_path && (operations.capabilities & DAX_CAP_EMULATED) == 0) {
    return fmt::format(
        "path {} goes through the kernel's block path, and backend {} does not: use backend block "
        "and media block:PATH",
        path.name, backend.name);
  }
  if (path.keeps_structures && (operations.capabilities & DAX_CAP_NO_WORK) != 0) {
    return fmt::format(
        "path {} reads back what it keeps on the device, and backend {} keeps "
        "nothing: use path direct",
        path.name, backend.name);
  }
  if (path.needs_host_mapping && operations.open != nullptr) {
    return fmt::format(
        "path {} divides the host's mapping, and backend {} maps the medium itself: use movnt, "
        "clwb, clflushopt, clflush or eadr",
        path.name, backend.name);
  }
  if (path.structure_bytes == nullptr) return {};
  const std::uint64_t bytes = path.structure_bytes(parameters);
  const std::uint64_t unit = std::max(operations.minimum_io_bytes, operations.alignment_bytes);
  if (unit <= 1 || (bytes >= unit && bytes % unit == 0)) return {};
  return fmt::format(
      "path {} writes {} at a time, and backend {} multiples of {}: use another "
      "backend",
      path.name, format_size(bytes), backend.name, format_size(unit));
}

}  // namespace

BackendCapabilities capabilities_of(const BackendEntry& backend) {
  BackendCapabilities capabilities;
  if (backend.operations == nullptr) return capabilities;
  const std::uint64_t bits = backend.operations->capabilities;
  capabilities.does_work = (bits & DAX_CAP_NO_WORK) == 0;
  capabilities.needs_flush = (bits & DAX_CAP_NEEDS_FLUSH) != 0;
  capabilities.nontemporal_from_bytes = backend.operations->nontemporal_from_bytes;
  return capabilities;
}

std::string skip_reason(const BackendEntry& backend, const MediaSpec& media, const PathType& path,
                        const WorkloadType& workload, const Parameters& parameters) {
  if (std::string why = other_than_parts(backend, media); !why.empty()) return why;
  for (const MediaSpec* part : simple_media(media)) {
    if (!part->backend.empty() && part->backend != backend.name) continue;
    const std::string reason = skip_reason(backend, part->kind, path, workload, parameters);
    if (!reason.empty()) return reason;
  }
  if (media.parts.empty()) return {};
  if (workload.lives) {
    return fmt::format(
        "workload {} works on the mapping of one medium, and a {} medium has several",
        workload.name, media_kind_name(media.kind));
  }
  if (path.needs_host_mapping) {
    return fmt::format(
        "path {} divides the mapping of one medium, and a {} medium has several: use "
        "path fs-dax",
        path.name, media_kind_name(media.kind));
  }
  if (has_one_address_range(media.kind)) return {};
  const auto access = parameters.find("access");
  const bool loads = access != parameters.end() && access->second.starts_with("load");
  const bool by_addresses = (path.needs_direct_access && !path.gives_files) ||
                            workload.needs_mapping || workload.paced || loads;
  if (!by_addresses) return {};
  return fmt::format(
      "{} works on addresses in one piece, and a {} medium has none: use copies by path direct, or "
      "a "
      "linear medium",
      workload.needs_mapping || workload.paced ? fmt::format("workload {}", workload.name)
      : loads                                  ? std::string("access load")
                                               : fmt::format("path {}", path.name),
      media_kind_name(media.kind));
}

std::string skip_reason(const BackendEntry& backend, dax_media_kind kind, const PathType& path,
                        const WorkloadType& workload, const Parameters& parameters) {
  if (!backend.usable()) return fmt::format("backend {}: {}", backend.name, backend.reason);
  const dax_operations& operations = *backend.operations;
  if (!serves(operations, kind)) {
    return fmt::format("backend {} does not serve {} media: it serves {}", backend.name,
                       media_kind_name(kind), served_kinds(operations));
  }
  if (kind == DAX_MEDIA_SIM) {
    if (std::string why = untold(path, workload, parameters); !why.empty()) return why;
  }
  if (path.needs_mount && kind != DAX_MEDIA_POSIX) {
    return fmt::format(
        "path {} works on a mounted file system, not on {} media: use media posix:DIRECTORY",
        path.name, media_kind_name(kind));
  }
  if (path.needs_direct_access && (operations.capabilities & DAX_CAP_DIRECT_ACCESS) == 0) {
    return fmt::format("path {} needs addresses, and backend {} gives none", path.name,
                       backend.name);
  }
  const bool maps_device = workload.needs_mapping && !workload.needs_files;
  if (maps_device && (!path.needs_direct_access || path.gives_files)) {
    return fmt::format("workload {} works on addresses, and path {} gives none: use path mapped",
                       workload.name, path.name);
  }
  if (workload.paced && (path.prepare != nullptr || path.gives_files || path.needs_mount)) {
    return fmt::format("workload {} probes by addresses, and path {} gives none: use path direct",
                       workload.name, path.name);
  }
  if (workload.paced && (operations.capabilities & DAX_CAP_DIRECT_ACCESS) == 0) {
    return fmt::format("workload {} probes by addresses, and backend {} gives none", workload.name,
                       backend.name);
  }
  if (const auto probe = parameters.find("probe_media");
      probe != parameters.end() && kind != DAX_MEDIA_SIM && is_model(probe->second)) {
    return "a probe of a simulated memory needs that memory's clock, and its load has another: "
           "name it as media";
  }
  if (workload.lives && (path.needs_mount || path.needs_block_path || operations.open != nullptr)) {
    return fmt::format(
        "workload {} makes a device again and again over the host's mapping, and path {} with "
        "backend {} has none: use path direct with a backend that leaves mapping to pmembench",
        workload.name, path.name, backend.name);
  }
  if (workload.groups) {
    if (std::string why = groups_misfit(parameters, path); !why.empty()) return why;
  }
  if (workload.needs_files && !path.gives_files) {
    return fmt::format("workload {} works on files, and path {} gives none: use path fs-dax",
                       workload.name, path.name);
  }
  if (workload.needs_files && workload.needs_mapping && !path.maps_files) {
    return fmt::format("workload {} maps files, and path {} cannot map any: use path fs-dax",
                       workload.name, path.name);
  }
  const auto access = parameters.find("access");
  const bool only_loads = access != parameters.end() && access->second.starts_with("load");
  if (only_loads) {
    if (!path.loads) {
      return fmt::format("access load works on addresses, and path {} gives none: use path direct",
                         path.name);
    }
    if ((operations.capabilities & DAX_CAP_DIRECT_ACCESS) == 0) {
      return fmt::format("access load works on addresses, and backend {} gives none", backend.name);
    }
  }
  if (workload.zeroes != nullptr && workload.zeroes(parameters) && !path.zeroes) {
    return fmt::format(
        "workload {} by zero is an operation of the device, and path {} has none: use "
        "path direct, or by: copy",
        workload.name, path.name);
  }
  const std::uint64_t unit =
      std::max<std::uint64_t>(std::max(operations.minimum_io_bytes, operations.alignment_bytes),
                              path.granule_bytes == nullptr ? 1 : path.granule_bytes(parameters));
  if (workload.moves_words && unit > 1) {
    return fmt::format(
        "workload {} moves single words, and path {} with backend {} moves {} at a "
        "time: use path direct or fs-dax with a backend that maps the medium",
        workload.name, path.name, backend.name, format_size(unit));
  }
  if (std::string why = without_kernels(backend, parameters); !why.empty()) return why;
  const std::string misfit_of_path = unfit(backend, path, parameters);
  if (!misfit_of_path.empty()) return misfit_of_path;
  if (path.granule_bytes != nullptr) return off_granule(path, parameters);
  // Loads and stores have no smallest size; only the backend's own copies do.
  return path.needs_direct_access || only_loads ? std::string() : misfit(backend, parameters);
}

}  // namespace pmembench
