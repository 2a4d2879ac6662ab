// Session: groups of threads, each with its workload, path and medium.
#include "run/session.hpp"
#include "workloads/parameters.hpp"

namespace pmembench {

Status Session::prepare_groups(std::uint64_t size_bytes) {
  auto groups = read_groups(text_of(cell_.parameters, "groups"), size_bytes);
  if (!groups) return groups.error();
  const bool other = !text_of(cell_.parameters, "other_media").empty();
  if (other && host_.probe == nullptr) return runtime_error("the other medium is not open");
  groups_ = std::make_unique<GroupRates>(*std::move(groups), host_.timer.ns_per_tick);
  return {};
}

Status Session::prepare_group_thread(unsigned index) {
  ThreadContext& thread = *threads_[index];
  thread.role = Role::load;
  const ThreadGroup& group = groups_->group(index);
  const bool apart = group.on_other || !group.path.empty();
  DaxDevice& own = group.on_other ? *host_.probe->device : device();
  const std::string& own_path = group.path.empty() ? cell_.path : group.path;
  auto path = find_path(own_path)->make(own, apart ? nullptr : fixture_.get());
  if (!path) return path.error();
  thread.never_waits = calls_no_kernel(own, own_path);
  thread.path = *std::move(path);
  const ThreadPosition place{index, team_->size(), cell_.seed};
  thread.workload = find_workload(cell_.workload)->make(cell_.parameters, *thread.path, place);
  return thread.workload->prepare();
}

DeviceCounters Session::counters() const {
  DeviceCounters sum = device().counters();
  if (groups_ != nullptr && host_.probe != nullptr) sum += host_.probe->device->counters();
  return sum;
}

}  // namespace pmembench
