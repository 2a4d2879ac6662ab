// CrashMemory: memory whose power can be cut; the model is in crash_device.hpp. Two parts use it:
// the crash device, whose events are calls of a table, and the audit, whose events are
// instructions.
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

  // Which threads did something: bit i for thread i.
  using Threads = std::uint32_t;
  static constexpr Threads kEveryThread = UINT32_MAX;
  static constexpr std::uint32_t kNoTag = UINT32_MAX;

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

  // ---- Instruction by instruction. Nothing here counts as an event, and no cut applies. ----
  // One store of `thread`. `in_flight`: it is on its way to memory, as a non-temporal store is, and
  // the thread's next fence makes it durable. `tag` names it in for_each_pending.
  void store_by(unsigned thread, std::uint64_t offset_bytes, std::span<const std::byte> data,
                bool in_flight, std::uint32_t tag);
  // Writes one line back: what it holds is durable after this thread's next fence. Returns how many
  // pending stores that concerns which no flush of this thread had reached.
  std::size_t flush_by(unsigned thread, std::uint64_t offset_bytes);
  // Makes durable what this thread has in flight. Returns how many stores that were.
  std::size_t fence_by(unsigned thread);
  // The same for one line alone: clflush is ordered by itself.
  std::size_t fence_line_by(unsigned thread, std::uint64_t offset_bytes);
  // Adds durable lines behind the last one.
  void grow(std::span<const std::byte> more);
  // Makes all of the lines of a range durable at once, by any thread that stored: fsync and its
  // kind.
  void settle(std::uint64_t offset_bytes, std::uint64_t size_bytes);

  struct Pending {
    std::uint64_t offset_bytes = 0;  // of the word
    std::uint32_t tag = kNoTag;
    Threads in_flight_by = 0;  // 0: it was not flushed
    bool changes = true;       // false: the word holds the same with or without its stores
  };
  // The stores to words of the range that are not durable, by line, oldest first.
  void for_each_pending(std::uint64_t offset_bytes, std::uint64_t size_bytes,
                        const std::function<void(const Pending&)>& look) const;
  [[nodiscard]] bool has_pending(std::uint64_t line) const;
  // What the lines of the range may hold after a power cut, each line on its own: two memories
  // allow the same images if and only if these are equal. States are sorted.
  [[nodiscard]] std::vector<std::vector<Line>> possible_lines(std::uint64_t offset_bytes,
                                                              std::uint64_t size_bytes) const;

 private:
  struct Store {
    std::uint32_t word;  // of its line
    std::uint32_t tag;
    std::uint64_t value;
    Threads in_flight_by;  // whose next fence makes it durable
  };
  // The stores to one line that are not durable, oldest first.
  struct Journal {
    std::uint64_t line = 0;
    std::vector<Store> stores;
  };
  static constexpr std::uint32_t kNoJournal = UINT32_MAX;

  // Counts one event; true where it still reaches memory.
  bool count_event() { return events_++ < cut_at_; }
  Journal& journal_of(std::uint64_t line);
  void note_store(std::uint64_t line, std::uint32_t word, Threads in_flight_by, std::uint32_t tag);
  std::size_t mark_flushed(std::uint64_t line, Threads threads);
  // Makes durable what any of `threads` has in flight in the line. Returns how many stores.
  std::size_t settle_line(std::uint64_t line, Threads threads);
  std::size_t fence_locked(Threads threads);
  [[nodiscard]] std::vector<Line> states_of(const Journal& journal) const;

  mutable std::mutex mutex_;
  std::vector<std::uint64_t> visible_;  // as words
  std::vector<std::uint64_t> durable_;
  std::vector<std::uint32_t> journal_of_line_;
  std::vector<Journal> journals_;  // the first `dirty_` are in use
  std::size_t dirty_ = 0;
  std::vector<std::uint64_t> flushing_;  // lines with stores in flight, maybe twice
  bool needs_flush_;
  std::uint64_t events_ = 0;
  std::uint64_t cut_at_ = UINT64_MAX;
};

}  // namespace pmembench
