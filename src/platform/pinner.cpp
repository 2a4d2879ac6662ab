// Pinning of threads through hwloc.
#include <hwloc.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "platform/topology.hpp"

namespace pmembench {

struct Pinner::State {
  hwloc_topology_t topology = nullptr;
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (topology != nullptr) hwloc_topology_destroy(topology);
  }
};

namespace {

struct FreeBitmap {
  void operator()(hwloc_bitmap_t bitmap) const { hwloc_bitmap_free(bitmap); }
};
using Bitmap = std::unique_ptr<hwloc_bitmap_s, FreeBitmap>;

std::string list_of(hwloc_const_bitmap_t cpus) {
  char* text = nullptr;
  if (hwloc_bitmap_list_asprintf(&text, cpus) < 0) return "unknown";
  const std::string list = text;
  ::free(text);  // NOLINT: hwloc allocates with malloc
  return list;
}

}  // namespace

Pinner::Pinner(std::unique_ptr<State> state) : state_(std::move(state)) {}
Pinner::Pinner(Pinner&&) noexcept = default;
Pinner& Pinner::operator=(Pinner&&) noexcept = default;
Pinner::~Pinner() = default;

Result<Pinner> Pinner::create() {
  auto state = std::make_unique<State>();
  if (hwloc_topology_init(&state->topology) != 0) {
    return environment_error("cannot pin threads: hwloc has no memory for a topology; free some");
  }
  // Only the set of CPUs is needed: no caches, devices, distances or kinds of core are discovered,
  // and the x86 component is left out because it would visit every CPU to ask it CPUID.
  hwloc_topology_set_all_types_filter(state->topology, HWLOC_TYPE_FILTER_KEEP_NONE);
  hwloc_topology_set_flags(state->topology, HWLOC_TOPOLOGY_FLAG_NO_DISTANCES |
                                                HWLOC_TOPOLOGY_FLAG_NO_MEMATTRS |
                                                HWLOC_TOPOLOGY_FLAG_NO_CPUKINDS);
  hwloc_topology_set_components(state->topology, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, "x86");
  if (hwloc_topology_load(state->topology) != 0) {
    return environment_error(
        "cannot pin threads: hwloc cannot read this host's topology ({}); check that /sys is "
        "mounted",
        std::strerror(errno));
  }
  return Pinner(std::move(state));
}

Status Pinner::pin_this_thread(int cpu) const {
  const hwloc_const_cpuset_t allowed = hwloc_topology_get_allowed_cpuset(state_->topology);
  if (cpu < 0 || hwloc_bitmap_isset(allowed, static_cast<unsigned>(cpu)) == 0) {
    return environment_error(
        "cannot pin the thread to CPU {}: it does not exist, is offline or is not allowed to this "
        "process; use one of {}",
        cpu, list_of(allowed));
  }
  const Bitmap only(hwloc_bitmap_alloc());
  if (!only || hwloc_bitmap_only(only.get(), static_cast<unsigned>(cpu)) != 0) {
    return environment_error("cannot pin the thread to CPU {}: out of memory; free some", cpu);
  }
  if (hwloc_set_cpubind(state_->topology, only.get(),
                        HWLOC_CPUBIND_THREAD | HWLOC_CPUBIND_STRICT) == 0) {
    return {};
  }
  const int code = errno;
  Error error = environment_error(
      "cannot pin the thread to CPU {}: {}; choose a CPU that this process may use", cpu,
      std::strerror(code));
  error.code = code;
  return error;
}

Status pin_this_thread(int cpu) {
  const Result<Pinner> pinner = Pinner::create();
  if (!pinner) return pinner.error();
  return pinner->pin_this_thread(cpu);
}

}  // namespace pmembench
