// Lockstep: threads of a cell that take turns on each other's lines, one step an operation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pmembench {

// One thread's end. Every thread of the cell has one over the same bytes, in memory that all of
// them see; each writes only its own line there. Thread i is read by thread i + 1, round. All
// threads must take the same number of steps, or have left.
class Lockstep {
 public:
  static constexpr std::size_t kBytesEach = 128;  // two lines: prefetchers move them as a pair
  // `bytes` holds kBytesEach for each of `count` threads, aligned to a line.
  Lockstep(std::span<std::byte> bytes, unsigned index, unsigned count);
  // Before any thread takes its first step; the threads must meet between this and that.
  void begin();
  // This thread's line is stored; returns once that of the thread before is.
  void stored();
  // This thread has read the line of the thread before; returns once the next has read its own.
  void read();
  // This thread takes no more steps: no other thread waits for it from now on.
  void leave();

 private:
  std::uint64_t* own_;     // two words: steps stored, steps read
  std::uint64_t* before_;  // of the thread whose lines this one reads
  std::uint64_t* after_;   // of the thread that reads this one's lines
  std::uint64_t step_ = 0;
};

}  // namespace pmembench
