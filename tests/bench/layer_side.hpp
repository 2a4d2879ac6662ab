// One side of a comparison of layers: a workload on a path over a medium of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "dax/registry.hpp"
#include "workloads/workload.hpp"

namespace pmembench::bench {

struct SideSpec {
  std::string medium, backend, path, workload;
  Parameters parameters;  // what differs from the defaults, of path and workload
};

// Ends the program with a sentence where something cannot be had: a benchmark has no other use.
class LayerSide {
 public:
  LayerSide(const Registry& registry, const dax_host_info& host, const SideSpec& spec,
            unsigned threads);
  ~LayerSide();
  LayerSide(const LayerSide&) = delete;
  LayerSide& operator=(const LayerSide&) = delete;

  void run(std::uint64_t operations);  // on this thread
  // So many on this thread and as many on the second one, at once.
  void run_on_both(std::uint64_t operations);
  void refresh();
  void verify();
  [[nodiscard]] DeviceCounters counters() const { return opened_.device->counters(); }

 private:
  struct Seat {
    std::unique_ptr<Path> path;
    std::unique_ptr<Workload> workload;
    void run(std::uint64_t operations) const;
  };
  Seat make_seat(unsigned index, unsigned threads);
  void serve();  // the second thread
  void ask(std::uint64_t operations);
  void wait() const;

  SideSpec spec_;
  const PathType& type_;
  OpenedDevice opened_;
  std::unique_ptr<PathGround> ground_;
  Seat first_;
  std::atomic<std::uint64_t> asked_{0};  // counts up; the second thread follows
  std::atomic<std::uint64_t> done_{0};
  std::atomic<std::uint64_t> operations_{0};
  std::thread second_;
};

}  // namespace pmembench::bench
