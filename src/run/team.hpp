// Team: the pinned threads of a cell, which begin together.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

// The calling thread has index 0; the others sleep between jobs. Used by the thread that made it.
class Team {
 public:
  // Pins the calling thread and one new thread for each further CPU. Errors: a CPU that is refused,
  // a thread that cannot be made.
  static Result<std::unique_ptr<Team>> start(const std::vector<int>& cpus);
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  ~Team();

  [[nodiscard]] unsigned size() const { return static_cast<unsigned>(cpus_.size()); }
  // `job(position)` on every thread; all have arrived before any is called, and all have returned
  // after.
  void run(const std::function<void(unsigned)>& job);
  // The same, one thread after the other, in order.
  void run_in_turn(const std::function<void(unsigned)>& job);

 private:
  explicit Team(std::vector<int> cpus) : cpus_(std::move(cpus)) {}
  void work(unsigned position);
  void arrive_and_do(unsigned position);

  std::vector<int> cpus_;
  std::vector<std::thread> threads_;
  const std::function<void(unsigned)>* job_ = nullptr;
  bool ending_ = false;
  std::vector<Status> pinned_;
  // Each on a separate line: they are written while others spin or sleep on them.
  alignas(64) std::atomic<std::uint32_t> round_{0};
  alignas(64) std::atomic<std::uint32_t> arrived_{0};
  alignas(64) std::atomic<std::uint32_t> finished_{0};
};

}  // namespace pmembench
