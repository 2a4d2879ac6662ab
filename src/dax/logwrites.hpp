// logwrites: a dax device that keeps a log of all that is written to another, on a third
// (dm-log-writes). Replayed to any mark, the log gives the state that the device had there.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dax/dax_device.hpp"

namespace pmembench {

// Holds both devices, and dies with either. Reads and flushes go to `device` alone. A write is done
// there and then appended to the log, one at a time; a drain appends a mark, and makes the log
// durable. A write for which the log has no room fails with -ENOSPC, and so do all that follow.
// There is no direct access: a store through an address would not be in the log. Errors (usage):
// those of make_stacked, and a log that is smaller than two pages.
Result<std::unique_ptr<DaxDevice>> make_logwrites(const std::string& name,
                                                  std::unique_ptr<DaxDevice> device,
                                                  std::unique_ptr<DaxDevice> log);

// What a log holds, read once.
class WriteLog {
 public:
  enum class Kind : std::uint32_t { write = 1, zero = 2, mark = 3 };
  struct Entry {
    Kind kind = Kind::write;
    std::uint64_t offset_bytes = 0;  // on the device; of a mark its number
    std::uint64_t size_bytes = 0;
    std::uint64_t data_bytes = 0;  // where its data begin in the log; of a write only
  };
  // Error (usage): the device holds no log. Entries end with the first that is not whole, of no
  // known kind, or not within the device that the log is of.
  static Result<WriteLog> read(DaxDevice& log);
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  [[nodiscard]] std::uint64_t marks() const { return marks_; }
  [[nodiscard]] std::uint64_t device_bytes() const { return device_bytes_; }
  // All entries up to mark number `mark` (the first is 1; 0: none) onto `device`, durably. Errors:
  // no such mark (usage), a device that is smaller (usage) or fails (runtime). Goes on from where
  // the last replay ended if `mark` is not before that, so that marks in a row cost one pass.
  Status replay(std::uint64_t mark, DaxDevice& device);

 private:
  explicit WriteLog(DaxDevice& log) : log_(&log) {}
  Status apply(const Entry& entry, DaxDevice& device, std::vector<std::byte>& buffer) const;

  DaxDevice* log_;
  std::vector<Entry> entries_;
  std::uint64_t marks_ = 0;
  std::uint64_t device_bytes_ = 0;
  std::size_t replayed_ = 0;  // entries
  std::uint64_t replayed_mark_ = 0;
};

}  // namespace pmembench
