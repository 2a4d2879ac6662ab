// CrashDevice: a dax device in memory that keeps what is durable apart from what is only stored, so
// that power can be cut at any point and every state that real memory might hold can be looked at.
//
// The model (docs/layers.md, "When the power fails"). Memory is lines of 64 bytes; stores of 8
// aligned bytes are atomic. A store changes the *visible* bytes at once. A line that was stored to
// and not yet fenced after a flush may be durable or not, each line on its own, and of several
// stores to one line any prefix (they reach memory in order); stores that bypass the cache
// (copy_from_iter of a backend without DAX_CAP_NEEDS_FLUSH) likewise, until the next drain. After
// flush and drain the line is durable. The table takes the calls of all threads in one order, and a
// drain is everybody's: threads that hand work to one another do so by a locked instruction, which
// orders their own flushes and non-temporal stores as a drain does. There is no direct access:
// bytes come and go by copies alone, or the model would not see them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "dax/dax_device.hpp"

namespace pmembench {

class CrashDevice {
 public:
  struct Options {
    std::uint64_t size_bytes = 1 << 20;
    bool needs_flush = true;  // false: copies bypass the cache, as movnt; drain suffices
  };
  static Result<CrashDevice> make(const Options& options);
  CrashDevice(CrashDevice&&) noexcept;
  CrashDevice& operator=(CrashDevice&&) noexcept;
  ~CrashDevice();

  [[nodiscard]] DaxDevice& device();
  // Events so far, also those after a cut: each range of a copy, each range of a flush, each zeroed
  // page and each drain is one. A crash point is a number of events; one inside a range would show
  // no image that the point after it does not.
  [[nodiscard]] std::uint64_t events() const;
  // From event `at` on (the first is number 0) nothing reaches memory any more, as if the power had
  // been cut; operations go on returning success, and reads go on showing what was stored. So an
  // operation was acknowledged in time if events() <= at when it returned. Set before the work;
  // UINT64_MAX: never.
  void cut_power_at(std::uint64_t at);
  // What memory may hold after the cut: the durable bytes with a random subset of what was not
  // fenced (half of the lines: of one half all stores, of the other a random prefix of them).
  [[nodiscard]] std::vector<std::byte> image(Random& random) const;
  // Every such image where there are at most `limit` of them; false without a call where there are
  // more. Stops early when `look` returns false.
  bool for_each_image(std::uint64_t limit,
                      const std::function<bool(std::span<const std::byte>)>& look) const;
  // A new device whose durable bytes are `image`: the machine after the reboot.
  static Result<CrashDevice> reboot(const Options& options, std::span<const std::byte> image);

 private:
  struct Impl;
  explicit CrashDevice(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pmembench
