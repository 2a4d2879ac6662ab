// Session: what must hold at the end of a cell, or it has no number.
#include "run/checks.hpp"
#include "run/session.hpp"

namespace pmembench {

// What the device saw, in its own counters, against what the threads say that they moved. The
// mapped path's loads and stores pass no device.
Status Session::check_paced(const CellDoneReply& reply) const {
  const auto load_threads = static_cast<unsigned>(threads_.size() - 1);
  const Status below = check_ceiling(host_.does_work ? best_bytes_per_s_ : 0,
                                     host_.ceiling_bytes_per_s, load_threads);
  if (!below || cell_.path != "direct" || !host_.does_work) return below;
  const std::uint64_t seen =
      reply.counters.at("bytes_copied_from") + reply.counters.at("bytes_copied_to");
  if (seen == bytes_loaded_) return {};
  return runtime_error(
      "the load threads counted {} bytes and the device {}: the bandwidth would be wrong; this is "
      "a defect of the backend or of pmembench",
      bytes_loaded_, seen);
}

Status Session::check_operations(const Histogram& histogram) const {
  const Status below = check_ceiling(best_bytes_per_s_, host_.ceiling_bytes_per_s, cell_.threads);
  if (!below) return below;
  if (histogram.count() == 0 || thread_time_ns_ <= 0 || life_ != nullptr) return {};
  const auto timed = static_cast<std::uint64_t>(operations_in_slices_);
  if (forgotten_ && histogram.count() != timed) {
    return runtime_error("{} operations were done and {} latencies were counted: some are missing",
                         timed, histogram.count());
  }
  // In an open loop operations wait: those that are served are as many as there are threads.
  return check_littles_law(
      rate_over_thread_time(operations_in_slices_, thread_time_ns_, cell_.threads),
      histogram.mean() * host_.timer.ns_per_tick, cell_.threads, host_.timer.step_ns);
}

Status Session::check_threads(CellDoneReply& reply) const {
  for (std::size_t index = 0; index < threads_.size(); ++index) {
    const ThreadContext& thread = *threads_[index];
    if (!thread.status) return thread.status;
    // Threads of a model are fibers of one thread.
    const bool placed = thread.cpu >= 0 && simulation() == nullptr;
    if (placed && thread.cpu != cell_.placement.cpus[index]) {
      return runtime_error("thread {} ran on CPU {}, not on CPU {} where it was put", index,
                           thread.cpu, cell_.placement.cpus[index]);
    }
    reply.cpus.push_back(thread.cpu);
    if (thread.workload == nullptr) continue;
    for (const auto& [name, value] : thread.workload->figures()) {
      const double parts = name.ends_with("_share") ? static_cast<double>(threads_.size()) : 1;
      reply.figures[name] += value / parts;
    }
  }
  return {};
}

// What a backend started goes on next to everything that is timed after it.
Status Session::check_process() const {
  const ProcessState now = ProcessState::now();
  const std::string changes = host_.process.changes(now, team_->size() - 1);
  if (changes.empty()) return {};
  return runtime_error(
      "the backend {} while it was measured; its operations leave signals, threads and processes "
      "as "
      "they found them",
      changes);
}

}  // namespace pmembench
