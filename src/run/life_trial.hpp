// LifeTrial: lives of a dax device. Each begins with a new device over the same memory and the
// layers of a path on it; threads use it; thread 0 kills it; then all is judged: nothing was done
// after the kill, and nothing that was acknowledged is lost.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dax/open_device.hpp"
#include "workloads/lifetime.hpp"
#include "workloads/path.hpp"

namespace pmembench {

// All threads that take part come here, as often as each other. It spins, and yields.
class Meeting {
 public:
  explicit Meeting(unsigned threads) : threads_(threads) {}
  void wait();

 private:
  unsigned threads_;
  std::atomic<unsigned> arrived_{0};
  std::atomic<unsigned> round_{0};
};

// Called by thread `index` of the cell: arrange, act, settle, in this order and by all threads as
// often. Only act of thread 0 is timed: it is the kill.
class LifeTrial {
 public:
  // Errors (environment): the backend maps the medium itself, or it is a stack: the host must be
  // able to make another device over the same memory.
  static Result<std::unique_ptr<LifeTrial>> make(OpenedDevice& opened, const PathType& path,
                                                 const Parameters& parameters, unsigned threads,
                                                 std::uint64_t seed);
  ~LifeTrial();
  LifeTrial(const LifeTrial&) = delete;
  LifeTrial& operator=(const LifeTrial&) = delete;

  // Of thread 0: the device and its layers, then waits until the others use it, in every state of
  // the write cache. Of the others: their own path.
  void arrange(unsigned index);
  // Of thread 0: kills the device. Of the others: uses it until it is refused, and some more.
  void act(unsigned index);
  // Looks at what is left, and gives everything up.
  void settle(unsigned index);

  // What went wrong: an operation that was done after the kill, a lost write, a holder that was not
  // notified, a flush with the write cache off; or nothing. Threads are idle.
  [[nodiscard]] const Status& status() const { return status_; }
  // Totals over all lives: lives, acknowledged, refused, refused_enxio, done_late, lost,
  // holders_told, lines_flushed_on, lines_flushed_off. Threads are idle.
  [[nodiscard]] std::map<std::string, double> figures() const;

 private:
  class Holder;
  struct User;
  LifeTrial(OpenedDevice& opened, const PathType& path, const Parameters& parameters,
            unsigned threads, std::uint64_t seed);
  Status begin_life();
  Status join_life(User& user, unsigned index);
  void use(User& user);
  void mount_again_and_again(User& user);
  void toggle_write_cache();
  std::uint64_t lines_while_all_operate();
  void wait_for_all(std::uint64_t more);
  Status judge();
  [[nodiscard]] Status check_bytes();
  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_acquire); }
  void note(const Status& status);

  OpenedDevice& opened_;
  const PathType& path_;
  Parameters parameters_;
  std::uint64_t seed_;
  std::uint64_t operations_before_, late_;
  std::string write_cache_;
  bool mounts_;
  Meeting meeting_;
  dax_mapping mapping_{};
  // Of one life.
  OpenedDevice life_;
  std::unique_ptr<PathFixture> fixture_;
  std::unique_ptr<Holder> holder_;
  std::atomic<bool> killed_{false}, failed_{false};
  std::vector<std::unique_ptr<User>> users_;  // by thread; none for thread 0
  // Of all lives; by thread 0.
  Status status_;
  std::uint64_t lives_ = 0, acknowledged_ = 0, refused_ = 0, refused_enxio_ = 0, done_late_ = 0;
  std::uint64_t lost_ = 0, holders_told_ = 0, lines_on_ = 0, lines_off_ = 0;
};

}  // namespace pmembench
