// Messages from one host to another through shared memory, as small steps, so that any order of the
// two hosts' steps can be tried.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "visibility/host_memory.hpp"

namespace pmembench {

// A message is `payload_lines` lines and a flag of one line, in a slot that message s + kSlots uses
// again: the reader still has copies of the message before.
inline constexpr std::uint64_t kSlots = 16;

struct MessageLayout {
  unsigned payload_lines = 4;  // at most 31
  [[nodiscard]] std::uint64_t slot_lines() const { return payload_lines + 1; }
  [[nodiscard]] std::uint64_t size_bytes() const { return kSlots * slot_lines() * kLineBytes; }
  [[nodiscard]] std::uint64_t flag_offset(std::uint64_t message) const {
    return message % kSlots * slot_lines() * kLineBytes;
  }
  [[nodiscard]] std::uint64_t payload_offset(std::uint64_t message, unsigned line) const {
    return flag_offset(message) + (1 + line) * kLineBytes;
  }
};

// What a writer does for one message, in order.
struct WriterStep {
  enum class Kind { store_payload, flush_payload, store_flag, flush_flag, fence } kind;
  unsigned line = 0;  // of the payload
};
using WriterProgram = std::vector<WriterStep>;

// Payload stored and made visible, then the flag: the sequence under test.
[[nodiscard]] WriterProgram writer_program(StoreWay way, const MessageLayout& layout);

struct ReaderProgram {
  LoadWay flag = LoadWay::plain;
  LoadWay payload = LoadWay::plain;
  bool payload_first = false;  // loads the payload before the flag: wrong, for mutants
};

// Message `message` (from 1 on) in one line. The flag carries the writer's clock.
[[nodiscard]] MemoryLine payload_line(std::uint64_t message, unsigned line);
[[nodiscard]] MemoryLine flag_line(std::uint64_t message, std::uint64_t time_ns);

class MessageWriter {
 public:
  // The memory and the program outlive it.
  MessageWriter(HostMemory& memory, const WriterProgram& program, StoreWay way,
                const MessageLayout& layout)
      : memory_(memory), program_(program), way_(way), layout_(layout) {}
  void begin(std::uint64_t message);
  // The next step; `now_ns` is stored with the flag. False: the message is published.
  bool step(std::uint64_t now_ns);
  // The next step is the one that stores the flag: the caller reads its clock just before it.
  [[nodiscard]] bool flag_is_next() const;

 private:
  HostMemory& memory_;
  const WriterProgram& program_;
  StoreWay way_;
  MessageLayout layout_;
  std::uint64_t message_ = 0;
  std::size_t at_ = 0;
};

// What a reader found of one message.
enum class Sight {
  right,
  stale,      // the flag was not there although the writer had published it
  torn,       // a line had words of several messages
  reordered,  // the flag was there, and a line of the payload was older
};

class MessageReader {
 public:
  MessageReader(HostMemory& memory, const ReaderProgram& program, const MessageLayout& layout)
      : memory_(memory), program_(program), layout_(layout) {}
  // Loads the slot of `message` as it is before: the reader has copies of all its lines.
  void begin(std::uint64_t message);
  // One load. `published`: the writer had ended the message before this step began. True: done.
  bool step(bool published);
  [[nodiscard]] bool saw_flag() const { return saw_flag_; }
  [[nodiscard]] Sight sight() const { return sight_; }
  [[nodiscard]] std::uint64_t flag_time_ns() const { return flag_time_ns_; }

 private:
  bool look_for_flag(bool published);
  void judge_payload();

  HostMemory& memory_;
  ReaderProgram program_;
  MessageLayout layout_;
  std::uint64_t message_ = 0;
  std::vector<MemoryLine> payload_;
  bool saw_flag_ = false;
  bool published_ = false;  // before the present round of loads
  Sight sight_ = Sight::right;
  std::uint64_t flag_time_ns_ = 0;
};

}  // namespace pmembench
