// CrashMemory: the memory of a CrashDevice. For crash_device.cpp only; the model is in its header.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

#include "backends/dax_operations.h"
#include "base/random.hpp"

namespace pmembench {

// What is not durable yet is kept as a journal of 8-byte stores for each line that has any, so that
// an event costs what it touches and not the size of the device. Any thread.
class CrashMemory {
 public:
  static constexpr std::uint64_t kWordBytes = 8;
  static constexpr std::size_t kLineWords = DAX_LINE_BYTES / kWordBytes;
  using Line = std::array<std::uint64_t, kLineWords>;

  CrashMemory(std::span<const std::byte> image, bool needs_flush);

  void store(std::uint64_t offset_bytes, const unsigned char* data, std::uint64_t size_bytes);
  void load(std::uint64_t offset_bytes, unsigned char* data, std::uint64_t size_bytes);
  // Lines written back: 0 where none needs it.
  std::int64_t flush(std::uint64_t offset_bytes, std::uint64_t size_bytes);
  void drain();

  [[nodiscard]] std::uint64_t events() const;
  void cut_power_at(std::uint64_t at);
  [[nodiscard]] std::vector<std::byte> image(Random& random) const;
  bool for_each_image(std::uint64_t limit,
                      const std::function<bool(std::span<const std::byte>)>& look) const;

 private:
  struct Store {
    std::uint32_t word;  // of its line
    std::uint64_t value;
  };
  // The stores to one line that are not durable, oldest first.
  struct Journal {
    std::uint64_t line = 0;
    std::vector<Store> stores;
    std::size_t flushed = 0;  // so many of them are durable after the next drain
  };
  static constexpr std::uint32_t kNoJournal = UINT32_MAX;

  // Counts one event; true where it still reaches memory.
  bool count_event() { return events_++ < cut_at_; }
  Journal& journal_of(std::uint64_t line);
  void note_store(std::uint64_t line, std::uint32_t word);
  void mark_flushed(std::uint64_t line);
  [[nodiscard]] std::vector<Line> states_of(const Journal& journal) const;

  mutable std::mutex mutex_;
  std::vector<std::uint64_t> visible_;  // as words
  std::vector<std::uint64_t> durable_;
  std::vector<std::uint32_t> journal_of_line_;
  std::vector<Journal> journals_;  // the first `dirty_` are in use
  std::size_t dirty_ = 0;
  std::vector<std::uint64_t> flushing_;  // lines with flushed stores, maybe twice
  bool needs_flush_;
  std::uint64_t events_ = 0;
  std::uint64_t cut_at_ = UINT64_MAX;
};

}  // namespace pmembench
