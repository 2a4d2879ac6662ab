// CoreWatch: in which slices of a cell the cores were shared, from the probes around them.
#pragma once

#include <span>
#include <vector>

namespace pmembench {

// Of one cell, over all its replicates: their threads run on the same CPUs. Not for many threads.
class CoreWatch {
 public:
  // The probes of a slice, one a thread in ns, the slower of its two; empty from a worker that has
  // none.
  void learn(std::span<const double> probes_ns);
  // By what the slowest thread's probe took longer than the quickest learned for that thread; 1
  // where nothing was.
  [[nodiscard]] double slowdown(std::span<const double> probes_ns) const;

 private:
  std::vector<double> quickest_ns_;
};

}  // namespace pmembench
