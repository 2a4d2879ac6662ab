#include "dax/crash_memory.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pmembench {
namespace {

std::vector<std::uint64_t> words_of(std::span<const std::byte> bytes) {
  std::vector<std::uint64_t> words(bytes.size() / CrashMemory::kWordBytes);
  std::memcpy(words.data(), bytes.data(), words.size() * CrashMemory::kWordBytes);
  return words;
}

std::uint64_t first_line(std::uint64_t offset_bytes) { return offset_bytes / DAX_LINE_BYTES; }
std::uint64_t last_line(std::uint64_t offset_bytes, std::uint64_t size_bytes) {
  return (offset_bytes + size_bytes - 1) / DAX_LINE_BYTES;
}

}  // namespace

CrashMemory::CrashMemory(std::span<const std::byte> image, bool needs_flush)
    : visible_(words_of(image)),
      durable_(visible_),
      journal_of_line_(image.size() / DAX_LINE_BYTES, kNoJournal),
      needs_flush_(needs_flush) {}

CrashMemory::Journal& CrashMemory::journal_of(std::uint64_t line) {
  std::uint32_t& at = journal_of_line_[line];
  if (at == kNoJournal) {
    if (dirty_ == journals_.size()) journals_.emplace_back();
    at = static_cast<std::uint32_t>(dirty_++);
    journals_[at].line = line;
  }
  return journals_[at];
}

void CrashMemory::note_store(std::uint64_t line, std::uint32_t word) {
  journal_of(line).stores.push_back({word, visible_[line * kLineWords + word]});
}

void CrashMemory::mark_flushed(std::uint64_t line) {
  const std::uint32_t at = journal_of_line_[line];
  if (at == kNoJournal) return;
  journals_[at].flushed = journals_[at].stores.size();
  flushing_.push_back(line);
}

void CrashMemory::store(std::uint64_t offset_bytes, const unsigned char* data,
                        std::uint64_t size_bytes) {
  const std::lock_guard lock(mutex_);
  std::memcpy(reinterpret_cast<unsigned char*>(visible_.data()) + offset_bytes, data, size_bytes);
  if (!count_event() || size_bytes == 0) return;
  const std::uint64_t last = (offset_bytes + size_bytes - 1) / kWordBytes;
  for (std::uint64_t word = offset_bytes / kWordBytes; word <= last; ++word) {
    note_store(word / kLineWords, static_cast<std::uint32_t>(word % kLineWords));
  }
  if (needs_flush_) return;
  for (std::uint64_t line = first_line(offset_bytes); line <= last_line(offset_bytes, size_bytes);
       ++line) {
    mark_flushed(line);
  }
}

void CrashMemory::load(std::uint64_t offset_bytes, unsigned char* data, std::uint64_t size_bytes) {
  const std::lock_guard lock(mutex_);
  std::memcpy(data, reinterpret_cast<const unsigned char*>(visible_.data()) + offset_bytes,
              size_bytes);
}

std::int64_t CrashMemory::flush(std::uint64_t offset_bytes, std::uint64_t size_bytes) {
  const std::lock_guard lock(mutex_);
  const bool reaches = count_event();
  if (!needs_flush_ || size_bytes == 0) return 0;
  const std::uint64_t first = first_line(offset_bytes);
  const std::uint64_t last = last_line(offset_bytes, size_bytes);
  for (std::uint64_t line = first; reaches && line <= last; ++line) mark_flushed(line);
  return static_cast<std::int64_t>(last - first + 1);
}

void CrashMemory::drain() {
  const std::lock_guard lock(mutex_);
  if (!count_event()) return;
  for (const std::uint64_t line : flushing_) {
    const std::uint32_t at = journal_of_line_[line];
    if (at == kNoJournal) continue;
    Journal& journal = journals_[at];
    const auto end = journal.stores.begin() + static_cast<std::ptrdiff_t>(journal.flushed);
    for (auto store = journal.stores.begin(); store != end; ++store) {
      durable_[line * kLineWords + store->word] = store->value;
    }
    journal.stores.erase(journal.stores.begin(), end);
    journal.flushed = 0;
    if (!journal.stores.empty()) continue;
    // The last journal takes the place of the empty one, whose memory is kept for the next line.
    journal_of_line_[line] = kNoJournal;
    if (at != --dirty_) {
      std::swap(journal, journals_[dirty_]);
      journal_of_line_[journal.line] = at;
    }
  }
  flushing_.clear();
}

std::uint64_t CrashMemory::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

void CrashMemory::cut_power_at(std::uint64_t at) {
  const std::lock_guard lock(mutex_);
  cut_at_ = at;
}

std::vector<std::byte> CrashMemory::image(Random& random) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::byte> bytes(durable_.size() * kWordBytes);
  std::memcpy(bytes.data(), durable_.data(), bytes.size());
  for (std::size_t at = 0; at < dirty_; ++at) {
    const Journal& journal = journals_[at];
    const std::uint64_t dice = random.below(4);
    if (dice < 2) continue;
    const std::size_t kept =
        dice == 2 ? journal.stores.size() : 1 + random.below(journal.stores.size());
    for (std::size_t i = 0; i < kept; ++i) {
      const Store& store = journal.stores[i];
      std::memcpy(bytes.data() + (journal.line * kLineWords + store.word) * kWordBytes,
                  &store.value, kWordBytes);
    }
  }
  return bytes;
}

// What the line may hold: each different content once.
std::vector<CrashMemory::Line> CrashMemory::states_of(const Journal& journal) const {
  Line line{};
  std::copy_n(durable_.begin() + static_cast<std::ptrdiff_t>(journal.line * kLineWords), kLineWords,
              line.begin());
  std::vector<Line> states{line};
  for (const Store& store : journal.stores) {
    line[store.word] = store.value;
    if (std::find(states.begin(), states.end(), line) == states.end()) states.push_back(line);
  }
  return states;
}

bool CrashMemory::for_each_image(
    std::uint64_t limit, const std::function<bool(std::span<const std::byte>)>& look) const {
  std::vector<std::uint64_t> words;
  std::vector<std::uint64_t> lines;
  std::vector<std::vector<Line>> states;
  {
    const std::lock_guard lock(mutex_);
    words = durable_;
    std::uint64_t images = 1;
    if (limit == 0) return false;
    for (std::size_t at = 0; at < dirty_; ++at) {
      std::vector<Line> of_line = states_of(journals_[at]);
      if (of_line.size() > limit / images) return false;
      images *= of_line.size();
      if (of_line.size() == 1) continue;
      lines.push_back(journals_[at].line);
      states.push_back(std::move(of_line));
    }
  }
  // Counts through all combinations, the first line fastest: at[i] is the state of lines[i].
  std::vector<std::size_t> at(lines.size(), 0);
  for (;;) {
    if (!look(std::as_bytes(std::span<const std::uint64_t>(words)))) return true;
    std::size_t i = 0;
    for (; i < lines.size(); ++i) {
      at[i] = (at[i] + 1) % states[i].size();
      const Line& line = states[i][at[i]];
      std::copy(line.begin(), line.end(),
                words.begin() + static_cast<std::ptrdiff_t>(lines[i] * kLineWords));
      if (at[i] != 0) break;
    }
    if (i == lines.size()) return true;
  }
}

}  // namespace pmembench
