// GroupRates: what each group of threads did in a cell of several workloads side by side.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "run/thread_context.hpp"
#include "workloads/groups.hpp"

namespace pmembench {

class GroupRates {
 public:
  GroupRates(std::vector<ThreadGroup> groups, double ns_per_tick)
      : groups_(std::move(groups)), ns_per_tick_(ns_per_tick), sums_(groups_.size()) {}

  // That of a thread.
  [[nodiscard]] const ThreadGroup& group(unsigned thread) const {
    return groups_[group_of(groups_, thread)];
  }
  // The pace of each thread, from the rates of the groups.
  void set_paces(std::vector<std::unique_ptr<ThreadContext>>& threads,
                 std::uint64_t operations_a_group) const;
  // One slice.
  void add(const std::vector<std::unique_ptr<ThreadContext>>& threads);
  void forget();
  // group_1_operations_per_s, group_1_bytes_per_s and so on: means over the slices.
  [[nodiscard]] std::map<std::string, double> figures() const;

 private:
  struct Sum {
    double operations_per_s = 0, bytes_per_s = 0;
  };
  std::vector<ThreadGroup> groups_;
  double ns_per_tick_;
  std::vector<Sum> sums_;
  unsigned slices_ = 0;
};

}  // namespace pmembench
