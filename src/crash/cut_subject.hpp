// CutSubject: work on a real device that somebody watches store by store, and what must be left of
// it when the power goes in the middle of an operation.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "crash/crash_outcome.hpp"
#include "dax/dax_device.hpp"

namespace pmembench {

class CutSubject {
 public:
  // Called around each operation with its number.
  using Mark = std::function<void(std::uint64_t)>;

  CutSubject() = default;
  CutSubject(const CutSubject&) = delete;
  CutSubject& operator=(const CutSubject&) = delete;
  virtual ~CutSubject() = default;
  // What the device must have, to the byte.
  [[nodiscard]] virtual std::uint64_t device_bytes() const = 0;
  virtual Status prepare(DaxDevice& device) = 0;
  // All operations; the same ones for one seed, in every process and on every device.
  virtual Status work(DaxDevice& device, const Mark& before, const Mark& after) = 0;
  // The power went in operation `operation`, or when it had just returned, and `image` is left.
  // Counts into `outcome`.
  virtual void look_at(std::span<const std::byte> image, std::uint64_t operation, bool returned,
                       CrashOutcome& outcome) = 0;
  [[nodiscard]] virtual bool holds(const CrashOutcome& outcome) const {
    return outcome.torn + outcome.acknowledged_lost + outcome.neighbours_damaged +
               outcome.broken_invariants ==
           0;
  }
};

// "fs-dax", "btt", "log": oracles are fsck and every fsynced byte, the structure and every
// acknowledged sector, every acknowledged record.
[[nodiscard]] std::vector<std::string_view> cut_subject_names();
// Null where there is none of that name.
[[nodiscard]] std::unique_ptr<CutSubject> make_cut_subject(std::string_view name,
                                                           std::uint64_t seed);

// ---- made by each trial's own file ----
[[nodiscard]] std::unique_ptr<CutSubject> make_fs_subject(std::uint64_t seed);
[[nodiscard]] std::unique_ptr<CutSubject> make_btt_subject(std::uint64_t seed);
[[nodiscard]] std::unique_ptr<CutSubject> make_log_subject(std::uint64_t seed);

}  // namespace pmembench
