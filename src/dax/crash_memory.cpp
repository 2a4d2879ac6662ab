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

// A crash device takes the calls of all threads in one order, as those of one thread.
constexpr CrashMemory::Threads kOwnThread = 1;

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

void CrashMemory::note_store(std::uint64_t line, std::uint32_t word, Threads in_flight_by,
                             std::uint32_t tag) {
  journal_of(line).stores.push_back({word, tag, visible_[line * kLineWords + word], in_flight_by});
}

std::size_t CrashMemory::mark_flushed(std::uint64_t line, Threads threads) {
  const std::uint32_t at = journal_of_line_[line];
  if (at == kNoJournal) return 0;
  std::size_t marked = 0;
  for (Store& store : journals_[at].stores) {
    if ((store.in_flight_by & threads) == threads) continue;
    store.in_flight_by |= threads;
    ++marked;
  }
  flushing_.push_back(line);
  return marked;
}

void CrashMemory::store(std::uint64_t offset_bytes, const unsigned char* data,
                        std::uint64_t size_bytes) {
  const std::lock_guard lock(mutex_);
  std::memcpy(reinterpret_cast<unsigned char*>(visible_.data()) + offset_bytes, data, size_bytes);
  if (!count_event() || size_bytes == 0) return;
  const std::uint64_t last = (offset_bytes + size_bytes - 1) / kWordBytes;
  for (std::uint64_t word = offset_bytes / kWordBytes; word <= last; ++word) {
    note_store(word / kLineWords, static_cast<std::uint32_t>(word % kLineWords), 0, kNoTag);
  }
  if (needs_flush_) return;
  for (std::uint64_t line = first_line(offset_bytes); line <= last_line(offset_bytes, size_bytes);
       ++line) {
    mark_flushed(line, kOwnThread);
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
  for (std::uint64_t line = first; reaches && line <= last; ++line) mark_flushed(line, kOwnThread);
  return static_cast<std::int64_t>(last - first + 1);
}

std::size_t CrashMemory::settle_line(std::uint64_t line, Threads threads) {
  const std::uint32_t at = journal_of_line_[line];
  if (at == kNoJournal) return 0;
  Journal& journal = journals_[at];
  std::array<std::size_t, kLineWords> gone{};  // of each word: its stores before this one
  std::size_t settled = 0;
  for (std::size_t i = 0; i < journal.stores.size(); ++i) {
    const Store& store = journal.stores[i];
    if ((store.in_flight_by & threads) == 0) continue;
    durable_[line * kLineWords + store.word] = store.value;
    gone[store.word] = i + 1;
    ++settled;
  }
  // An older store to a word that is durable in a newer value cannot come back.
  std::size_t kept = 0;
  for (std::size_t i = 0; i < journal.stores.size(); ++i) {
    const Store store = journal.stores[i];
    if (i >= gone[store.word]) journal.stores[kept++] = store;
  }
  journal.stores.resize(kept);
  if (kept != 0) return settled;
  // The last journal takes the place of the empty one, whose memory is kept for the next line.
  journal_of_line_[line] = kNoJournal;
  if (at != --dirty_) {
    std::swap(journal, journals_[dirty_]);
    journal_of_line_[journal.line] = at;
  }
  return settled;
}

std::size_t CrashMemory::fence_locked(Threads threads) {
  std::size_t settled = 0;
  std::size_t kept = 0;
  for (const std::uint64_t line : flushing_) {
    settled += settle_line(line, threads);
    const std::uint32_t at = journal_of_line_[line];
    if (at == kNoJournal) continue;
    const std::vector<Store>& stores = journals_[at].stores;
    const bool more = std::any_of(stores.begin(), stores.end(),
                                  [](const Store& store) { return store.in_flight_by != 0; });
    if (more) flushing_[kept++] = line;
  }
  flushing_.resize(kept);
  return settled;
}

void CrashMemory::drain() {
  const std::lock_guard lock(mutex_);
  if (count_event()) fence_locked(kEveryThread);
}

void CrashMemory::store_by(unsigned thread, std::uint64_t offset_bytes,
                           std::span<const std::byte> data, bool in_flight, std::uint32_t tag) {
  const std::lock_guard lock(mutex_);
  if (data.empty()) return;
  std::memcpy(reinterpret_cast<unsigned char*>(visible_.data()) + offset_bytes, data.data(),
              data.size());
  const Threads by = in_flight ? Threads{1} << thread : 0;
  const std::uint64_t last = (offset_bytes + data.size() - 1) / kWordBytes;
  for (std::uint64_t word = offset_bytes / kWordBytes; word <= last; ++word) {
    note_store(word / kLineWords, static_cast<std::uint32_t>(word % kLineWords), by, tag);
    if (in_flight) flushing_.push_back(word / kLineWords);
  }
}

std::size_t CrashMemory::flush_by(unsigned thread, std::uint64_t offset_bytes) {
  const std::lock_guard lock(mutex_);
  return mark_flushed(first_line(offset_bytes), Threads{1} << thread);
}

std::size_t CrashMemory::fence_by(unsigned thread) {
  const std::lock_guard lock(mutex_);
  return fence_locked(Threads{1} << thread);
}

std::size_t CrashMemory::fence_line_by(unsigned thread, std::uint64_t offset_bytes) {
  const std::lock_guard lock(mutex_);
  return settle_line(first_line(offset_bytes), Threads{1} << thread);
}

void CrashMemory::grow(std::span<const std::byte> more) {
  const std::lock_guard lock(mutex_);
  const std::vector<std::uint64_t> words = words_of(more);
  visible_.insert(visible_.end(), words.begin(), words.end());
  durable_.insert(durable_.end(), words.begin(), words.end());
  journal_of_line_.resize(visible_.size() / kLineWords, kNoJournal);
}

void CrashMemory::settle(std::uint64_t offset_bytes, std::uint64_t size_bytes) {
  const std::lock_guard lock(mutex_);
  if (size_bytes == 0) return;
  const std::uint64_t last = last_line(offset_bytes, size_bytes);
  for (std::uint64_t line = first_line(offset_bytes); line <= last; ++line) {
    mark_flushed(line, kOwnThread);
    settle_line(line, kOwnThread);
  }
}

void CrashMemory::for_each_pending(std::uint64_t offset_bytes, std::uint64_t size_bytes,
                                   const std::function<void(const Pending&)>& look) const {
  const std::lock_guard lock(mutex_);
  if (size_bytes == 0) return;
  const std::uint64_t last = last_line(offset_bytes, size_bytes);
  for (std::uint64_t line = first_line(offset_bytes); line <= last; ++line) {
    const std::uint32_t at = journal_of_line_[line];
    if (at == kNoJournal) continue;
    for (const Store& store : journals_[at].stores) {
      const std::uint64_t word = (line * kLineWords + store.word) * kWordBytes;
      const bool inside = word < offset_bytes + size_bytes && word + kWordBytes > offset_bytes;
      if (!inside) continue;
      const std::vector<Store>& stores = journals_[at].stores;
      const bool changes = std::any_of(stores.begin(), stores.end(), [&](const Store& other) {
        return other.word == store.word && other.value != durable_[line * kLineWords + store.word];
      });
      look({word, store.tag, store.in_flight_by, changes});
    }
  }
}

bool CrashMemory::has_pending(std::uint64_t line) const {
  const std::lock_guard lock(mutex_);
  return journal_of_line_[line] != kNoJournal;
}

std::vector<std::vector<CrashMemory::Line>> CrashMemory::possible_lines(
    std::uint64_t offset_bytes, std::uint64_t size_bytes) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::vector<Line>> all;
  if (size_bytes == 0) return all;
  const std::uint64_t last = last_line(offset_bytes, size_bytes);
  for (std::uint64_t line = first_line(offset_bytes); line <= last; ++line) {
    const std::uint32_t at = journal_of_line_[line];
    const Journal none{line, {}};
    std::vector<Line> states = states_of(at == kNoJournal ? none : journals_[at]);
    std::sort(states.begin(), states.end());
    all.push_back(std::move(states));
  }
  return all;
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
