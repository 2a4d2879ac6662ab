#include "run/team.hpp"

#include <sched.h>

#include <system_error>

#include "platform/topology.hpp"

namespace pmembench {
namespace {

// After this many looks the waiting thread yields its CPU: a hypervisor may have put two threads on
// one CPU, and then spinning keeps the other from arriving.
constexpr unsigned kSpins = 20000;

// hwloc reads the host's topology for it, which takes longer than a short slice: once a process.
const Result<Pinner>& shared_pinner() {
  static const Result<Pinner> pinner = Pinner::create();
  return pinner;
}

Status pin_to(int cpu) {
  const Result<Pinner>& pinner = shared_pinner();
  return pinner ? pinner->pin_this_thread(cpu) : Status(pinner.error());
}

}  // namespace

Result<std::unique_ptr<Team>> Team::start(const std::vector<int>& cpus) {
  PMB_CHECK(!cpus.empty(), "a team has at least one thread");
  auto team = std::unique_ptr<Team>(new Team(cpus));
  team->pinned_.resize(cpus.size());
  for (unsigned position = 1; position < cpus.size(); ++position) {
    try {
      team->threads_.emplace_back([raw = team.get(), position] { raw->work(position); });
    } catch (const std::system_error& error) {
      return environment_error(
          "thread {} of {} cannot be made: {}; ask for fewer threads, or raise the limit on them "
          "(ulimit -u, or pids.max of the container)",
          position + 1, cpus.size(), error.code().message());
    }
  }
  team->run([raw = team.get()](unsigned position) {
    raw->pinned_[position] = pin_to(raw->cpus_[position]);
  });
  for (const Status& pinned : team->pinned_) {
    if (!pinned) return pinned.error();
  }
  return team;
}

Team::~Team() {
  ending_ = true;
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Team::work(unsigned position) {
  for (std::uint32_t seen = 0;; ++seen) {
    round_.wait(seen, std::memory_order_acquire);
    if (ending_) return;
    arrive_and_do(position);
  }
}

void Team::arrive_and_do(unsigned position) {
  arrived_.fetch_add(1, std::memory_order_acq_rel);
  for (unsigned spins = 0; arrived_.load(std::memory_order_acquire) < size(); ++spins) {
    if (spins > kSpins) sched_yield();
  }
  (*job_)(position);
  finished_.fetch_add(1, std::memory_order_acq_rel);
  finished_.notify_all();
}

void Team::run(const std::function<void(unsigned)>& job) {
  job_ = &job;
  arrived_.store(0, std::memory_order_relaxed);
  finished_.store(0, std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  arrive_and_do(0);
  for (std::uint32_t done = finished_.load(std::memory_order_acquire); done < size();
       done = finished_.load(std::memory_order_acquire)) {
    finished_.wait(done, std::memory_order_acquire);
  }
}

void Team::run_in_turn(const std::function<void(unsigned)>& job) {
  for (unsigned turn = 0; turn < size(); ++turn) {
    run([&](unsigned position) {
      if (position == turn) job(position);
    });
  }
}

}  // namespace pmembench
