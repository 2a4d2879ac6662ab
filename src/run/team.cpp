#include "run/team.hpp"

#include <sched.h>

#include <system_error>

#include "platform/topology.hpp"

namespace pmembench {
namespace {

// After so many looks the waiting thread lets others run: two seats may have been put on one CPU by
// a hypervisor, and then spinning keeps the other from arriving.
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
  PMB_CHECK(!cpus.empty(), "a team has at least one seat");
  auto team = std::unique_ptr<Team>(new Team(cpus));
  team->pinned_.resize(cpus.size());
  for (unsigned seat = 1; seat < cpus.size(); ++seat) {
    try {
      team->threads_.emplace_back([raw = team.get(), seat] { raw->work(seat); });
    } catch (const std::system_error& error) {
      return environment_error(
          "thread {} of {} cannot be made: {}; ask for fewer threads, or raise the limit on them "
          "(ulimit -u, or pids.max of the container)",
          seat + 1, cpus.size(), error.code().message());
    }
  }
  team->run([raw = team.get()](unsigned seat) { raw->pinned_[seat] = pin_to(raw->cpus_[seat]); });
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

void Team::work(unsigned seat) {
  for (std::uint32_t seen = 0;; ++seen) {
    round_.wait(seen, std::memory_order_acquire);
    if (ending_) return;
    arrive_and_do(seat);
  }
}

void Team::arrive_and_do(unsigned seat) {
  arrived_.fetch_add(1, std::memory_order_acq_rel);
  for (unsigned spins = 0; arrived_.load(std::memory_order_acquire) < size(); ++spins) {
    if (spins > kSpins) sched_yield();
  }
  (*job_)(seat);
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
    run([&](unsigned seat) {
      if (seat == turn) job(seat);
    });
  }
}

}  // namespace pmembench
