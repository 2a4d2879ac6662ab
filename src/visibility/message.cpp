#include "visibility/message.hpp"

#include <algorithm>

namespace pmembench {
namespace {

// A word of a payload is the message's number and its own place.
constexpr unsigned kPlaceBits = 8;
constexpr std::size_t kNumberWord = 0, kTimeWord = 1, kCopyWord = 7;

std::uint64_t message_of(std::uint64_t word) { return word >> kPlaceBits; }

using Kind = WriterStep::Kind;

}  // namespace

WriterProgram writer_program(StoreWay way, const MessageLayout& layout) {
  WriterProgram program;
  const bool flushes = way != StoreWay::none && !bypasses_caches(way);
  for (unsigned line = 0; line < layout.payload_lines; ++line) {
    program.push_back({Kind::store_payload, line});
  }
  for (unsigned line = 0; flushes && line < layout.payload_lines; ++line) {
    program.push_back({Kind::flush_payload, line});
  }
  program.push_back({Kind::fence, 0});
  program.push_back({Kind::store_flag, 0});
  if (flushes) program.push_back({Kind::flush_flag, 0});
  program.push_back({Kind::fence, 0});
  return program;
}

MemoryLine payload_line(std::uint64_t message, unsigned line) {
  MemoryLine words{};
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i] = message << kPlaceBits | std::uint64_t{line} << 3 | i;
  }
  return words;
}

MemoryLine flag_line(std::uint64_t message, std::uint64_t time_ns) {
  MemoryLine words{};
  words[kNumberWord] = words[kCopyWord] = message;
  words[kTimeWord] = time_ns;
  return words;
}

void MessageWriter::begin(std::uint64_t message) {
  message_ = message;
  at_ = 0;
}

bool MessageWriter::flag_is_next() const {
  return at_ < program_.size() && program_[at_].kind == Kind::store_flag;
}

bool MessageWriter::step(std::uint64_t now_ns) {
  const WriterStep& step = program_[at_++];
  switch (step.kind) {
    case Kind::store_payload:
      memory_.store(layout_.payload_offset(message_, step.line), payload_line(message_, step.line),
                    way_);
      break;
    case Kind::flush_payload:
      memory_.write_back(layout_.payload_offset(message_, step.line), way_);
      break;
    case Kind::store_flag:
      memory_.store(layout_.flag_offset(message_), flag_line(message_, now_ns), way_);
      break;
    case Kind::flush_flag:
      memory_.write_back(layout_.flag_offset(message_), way_);
      break;
    case Kind::fence:
      memory_.fence();
      break;
  }
  return at_ < program_.size();
}

void MessageReader::begin(std::uint64_t message) {
  message_ = message;
  payload_.clear();
  saw_flag_ = published_ = false;
  sight_ = Sight::right;
  flag_time_ns_ = 0;
  for (std::uint64_t line = 0; line < layout_.slot_lines(); ++line) {
    (void)memory_.load(layout_.flag_offset(message) + line * kLineBytes, LoadWay::plain);
  }
}

bool MessageReader::look_for_flag(bool published) {
  const MemoryLine flag = memory_.load(layout_.flag_offset(message_), program_.flag);
  saw_flag_ = flag[kNumberWord] == message_ && flag[kCopyWord] == message_;
  if (saw_flag_) {
    flag_time_ns_ = flag[kTimeWord];
  } else if (published) {
    const bool half = flag[kNumberWord] == message_ || flag[kCopyWord] == message_;
    sight_ = half ? Sight::torn : Sight::stale;
  }
  return saw_flag_ || published;
}

void MessageReader::judge_payload() {
  for (unsigned line = 0; line < layout_.payload_lines; ++line) {
    const MemoryLine& found = payload_[line];
    if (found == payload_line(message_, line)) continue;
    const bool whole = std::all_of(found.begin(), found.end(), [&](std::uint64_t word) {
      return message_of(word) == message_of(found.front());
    });
    if (!whole) {
      sight_ = Sight::torn;
      return;
    }
    sight_ = Sight::reordered;
  }
}

bool MessageReader::step(bool published) {
  const bool loads_payload = program_.payload_first || saw_flag_;
  if (program_.payload_first && payload_.empty()) published_ = published;
  if (loads_payload && payload_.size() < layout_.payload_lines) {
    const auto line = static_cast<unsigned>(payload_.size());
    payload_.push_back(memory_.load(layout_.payload_offset(message_, line), program_.payload));
    if (program_.payload_first || payload_.size() < layout_.payload_lines) return false;
    judge_payload();
    return true;
  }
  if (!look_for_flag(program_.payload_first ? published_ : published)) {
    payload_.clear();  // of a reader that loads it first: once more
    return false;
  }
  if (!saw_flag_) return true;
  if (!program_.payload_first) return false;
  judge_payload();
  return true;
}

}  // namespace pmembench
