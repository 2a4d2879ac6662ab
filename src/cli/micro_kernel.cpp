#include "cli/micro_kernel.hpp"

#include "dax/media_claim.hpp"
#include "dax/media_stack.hpp"
#include "platform/topology.hpp"
#include "run/checks.hpp"
#include "run/medium_facts.hpp"
#include "run/protocol.hpp"

namespace pmembench {

Status MicroKernels::open(const Cell& cell) {
  workload_.reset();
  path_.reset();
  opened_.reset();
  device_key_.clear();
  const auto backend = host_.registry.find(cell.backend);
  if (!backend) return backend.error();
  const auto spec = parse_media(cell.media);
  if (!spec) return spec.error();
  OpenOptions options;
  options.destroy = destroy_;
  options.backend_options = cell.backend_options;
  options.node = cell.placement.memory_node;
  std::vector<std::string> identities;
  for (const MediaSpec* part : simple_media(*spec)) {
    identities.push_back(
        identities_.emplace(part->path, medium_identity(part->path)).first->second);
  }
  options.identity = join_identities(identities);
  options.found_empty = !destroy_ && filled_.contains(spec->text);
  options.used_bytes = cell.used_bytes;
  options.registry = &host_.registry;
  auto opened = open_device(**backend, *spec, host_.info, options);
  if (!opened) return opened.error();
  opened_.emplace(*std::move(opened));
  filled_.insert(spec->text);
  medium_ = medium_facts(opened_->facts, *spec);
  follow_audit(audit_book(), *opened_, options, host_.info, *spec, &medium_);
  does_work_ = ((*backend)->operations->capabilities & DAX_CAP_NO_WORK) == 0;
  device_key_ = cell.device_key();
  return {};
}

Status MicroKernels::begin(const Cell& cell) {
  if (const Status pinned = pin_this_thread(cell.placement.cpus.front()); !pinned) return pinned;
  if (ceiling_bytes_per_s_ == 0) {
    const auto timer = calibrate_timer();
    if (!timer) return timer.error();
    ceiling_bytes_per_s_ = measure_load_ceiling(timer->ns_per_tick);
  }
  if (device_key_ != cell.device_key()) {
    if (const Status ready = open(cell); !ready) return ready;
  }
  const WorkloadType* type = find_workload(cell.workload);
  const PathType* path = find_path(cell.path);
  PMB_CHECK(type != nullptr && path != nullptr && path->prepare == nullptr,
            "cells of micro are of known workloads on plain paths");
  workload_.reset();
  auto made = path->make(*opened_->device, nullptr);
  if (!made) return made.error();
  path_ = *std::move(made);
  const Status fits = type->check(cell.parameters, path_->size_bytes(), 1);
  if (!fits) return fits;
  workload_ = type->make(cell.parameters, *path_, ThreadPosition{0, 1, cell.seed});
  if (const Status ready = workload_->prepare(); !ready) return ready;
  if (!run(1)) return runtime_error("{}", workload_->failure());
  return {};
}

bool MicroKernels::run(std::uint64_t operations) {
  return workload_->run(operations).operations == operations;
}

Status MicroKernels::end() {
  const std::string failure = workload_->failure();
  if (!failure.empty()) return runtime_error("{}", failure);
  return does_work_ ? workload_->verify() : Status();
}

}  // namespace pmembench
