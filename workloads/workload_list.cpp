// The workloads: one line each.
#include <algorithm>

#include "workloads/types.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

namespace {

// Of a workload whose every access is one of its path's operations.
WorkloadType by_path(WorkloadType type) {
  type.simulated = [](const Parameters&) { return true; };
  return type;
}

}  // namespace

const std::vector<WorkloadType>& workload_list() {
  static const std::vector<WorkloadType> kWorkloads{
      by_path(sequential_type()),
      by_path(random_type()),
      by_path(strided_type()),
      by_path(mix_type()),
      by_path(copy_type()),
      chase_type(),
      by_path(loaded_type()),
      by_path(persist_type()),
      durability_type(),
      fileserver_type(),
      varmail_type(),
      webserver_type(),
      webproxy_type(),
      oltp_type(),
      overwrite_type(),
      append_fsync_type(),
      log_append_type(),
      mmap_store_type(),
      first_touch_type(),
      create_unlink_type(),
      rename_type(),
      fxmark_type(),
      ageing_type(),
      lifetime_type(),
      chases_type(),
      handover_type(),
      contend_type(),
      steps_type(),
      by_path(fill_type()),
      msync_type(),
      groups_type(),
      uniform_type(),
      pairs_type(),
      alternate_type(),
      reload_type(),
      by_path(sizes_type()),
  };
  return kWorkloads;
}

const WorkloadType* find_workload(std::string_view name) {
  const auto& workloads = workload_list();
  const auto found = std::find_if(workloads.begin(), workloads.end(),
                                  [&](const WorkloadType& type) { return type.name == name; });
  return found == workloads.end() ? nullptr : &*found;
}

unsigned counted_threads(std::string_view workload, unsigned threads) {
  const WorkloadType* const type = find_workload(workload);
  const bool one = type != nullptr && (type->paced || type->lives || type->first_serves);
  return one ? std::min(threads, 1U) : threads;
}

}  // namespace pmembench
