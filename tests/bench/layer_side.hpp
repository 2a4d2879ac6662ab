// One side of a comparison of layers: a workload on a path over a medium of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dax/registry.hpp"
#include "run/team.hpp"
#include "workloads/workload.hpp"

namespace pmembench::bench {

struct SideSpec {
  std::string medium, backend, path, workload;
  Parameters parameters;  // what differs from the defaults, of path and workload
};

// On threads pinned to CPUs of their own, as a run's are. Ends the program with a sentence where
// something cannot be had: a benchmark has no other use.
class LayerSide {
 public:
  LayerSide(const Registry& registry, const dax_host_info& host, const SideSpec& spec,
            unsigned threads);
  ~LayerSide();
  LayerSide(const LayerSide&) = delete;
  LayerSide& operator=(const LayerSide&) = delete;

  void run(std::uint64_t operations);  // so many on each thread, at once
  void refresh();
  void verify();
  [[nodiscard]] DeviceCounters counters() const { return opened_.device->counters(); }

 private:
  struct Position {
    std::unique_ptr<Path> path;
    std::unique_ptr<Workload> workload;
  };

  OpenedDevice opened_;
  std::unique_ptr<PathFixture> fixture_;
  std::unique_ptr<Team> team_;
  std::vector<Position> positions_;  // by thread
};

}  // namespace pmembench::bench
