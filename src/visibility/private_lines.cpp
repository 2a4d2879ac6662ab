#include "visibility/private_lines.hpp"

#include <atomic>
#include <charconv>

#include "base/check.hpp"
#include "base/units.hpp"

namespace pmembench {
namespace {

// Hosts may be processes, or threads: a word is never torn.
std::uint64_t load_word(std::uint64_t& word) {
  return std::atomic_ref<std::uint64_t>(word).load(std::memory_order_acquire);
}
void store_word(std::uint64_t& word, std::uint64_t value) {
  std::atomic_ref<std::uint64_t>(word).store(value, std::memory_order_release);
}

}  // namespace

PrivateLines::PrivateLines(std::uint64_t* home, std::uint64_t lines,
                           const PrivateLinesOptions& options)
    : home_(home), lines_(lines), options_(options), random_(options.seed) {
  PMB_CHECK(lines > 0, "a device has lines");
}

PrivateLines::Copy& PrivateLines::fetch(std::uint64_t offset) {
  if (const auto found = copies_.find(offset); found != copies_.end()) return found->second;
  if (copies_.size() >= options_.capacity) evict_one();
  Copy& copy = copies_[offset];
  copy.place = held_.size();
  held_.push_back(offset);
  std::uint64_t* const words = home_ + offset / sizeof(std::uint64_t);
  for (std::size_t i = 0; i < copy.line.size(); ++i) copy.line[i] = load_word(words[i]);
  return copy;
}

void PrivateLines::write_to_home(std::uint64_t offset, Copy& copy) {
  if (!copy.dirty) return;
  std::uint64_t* const words = home_ + offset / sizeof(std::uint64_t);
  for (std::size_t i = 0; i < copy.line.size(); ++i) store_word(words[i], copy.line[i]);
  copy.dirty = false;
}

void PrivateLines::drop(std::uint64_t offset) {
  const auto found = copies_.find(offset);
  if (found == copies_.end()) return;
  write_to_home(offset, found->second);
  const std::size_t place = found->second.place;
  copies_.at(held_.back()).place = place;
  held_[place] = held_.back();
  held_.pop_back();
  copies_.erase(found);
}

void PrivateLines::evict_one() { drop(held_[random_.below(held_.size())]); }

// Of one line everything arrives in the order in which it was given.
std::size_t PrivateLines::oldest_of_its_line(std::size_t index) const {
  for (std::size_t i = 0; i < index; ++i) {
    if (under_way_[i].offset == under_way_[index].offset) return i;
  }
  return index;
}

void PrivateLines::arrive(std::size_t index) {
  UnderWay& each = under_way_[index];
  std::uint64_t* const words = home_ + each.offset / sizeof(std::uint64_t);
  if (each.kind == UnderWay::Kind::words && each.arrived + 1 < each.line.size()) {
    store_word(words[each.arrived], each.line[each.arrived]);
    ++each.arrived;
    return;
  }
  switch (each.kind) {
    case UnderWay::Kind::write_back:
      if (const auto copy = copies_.find(each.offset); copy != copies_.end()) {
        write_to_home(each.offset, copy->second);
      }
      break;
    case UnderWay::Kind::write_back_and_drop:
      drop(each.offset);
      break;
    case UnderWay::Kind::words:
      store_word(words[each.arrived], each.line[each.arrived]);
      break;
    case UnderWay::Kind::whole_line:
      for (std::size_t i = 0; i < each.line.size(); ++i) store_word(words[i], each.line[i]);
      break;
  }
  under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(index));
}

void PrivateLines::settle(std::uint64_t offset) {
  for (std::size_t i = 0; i < under_way_.size();) {
    if (under_way_[i].offset != offset) {
      ++i;
      continue;
    }
    arrive(i);
    i = 0;
  }
}

void PrivateLines::idle() {
  if (!held_.empty() && random_.unit() < options_.evict) evict_one();
  if (random_.unit() < options_.prefetch) {
    const std::uint64_t offset = random_.below(lines_) * kLineBytes;
    // A line with a store past the caches under way is not fetched before that has arrived.
    bool busy = false;
    for (const UnderWay& each : under_way_) busy = busy || each.offset == offset;
    if (!busy) (void)fetch(offset);
  }
  if (!under_way_.empty() && random_.unit() < options_.drain) {
    arrive(oldest_of_its_line(random_.below(under_way_.size())));
  }
}

void PrivateLines::store(std::uint64_t offset, const MemoryLine& line, StoreWay way) {
  idle();
  if (bypasses_caches(way)) {
    drop(offset);
    under_way_.push_back(
        {way == StoreWay::movnt ? UnderWay::Kind::words : UnderWay::Kind::whole_line, offset, line,
         0});
    return;
  }
  settle(offset);
  for (std::size_t i = 0; i < line.size(); ++i) {
    Copy& copy = fetch(offset);
    copy.line[i] = line[i];
    copy.dirty = true;
    idle();  // it may be evicted with half of the words stored
  }
}

void PrivateLines::write_back(std::uint64_t offset, StoreWay way) {
  idle();
  if (way == StoreWay::clflush) return drop(offset);
  if (way == StoreWay::clwb) {
    under_way_.push_back({UnderWay::Kind::write_back, offset, {}, 0});
  } else if (way == StoreWay::clflushopt) {
    under_way_.push_back({UnderWay::Kind::write_back_and_drop, offset, {}, 0});
  }
}

void PrivateLines::fence() {
  idle();
  while (!under_way_.empty()) arrive(oldest_of_its_line(random_.below(under_way_.size())));
}

MemoryLine PrivateLines::load(std::uint64_t offset, LoadWay way) {
  idle();
  settle(offset);  // a host sees its own stores
  if (way == LoadWay::clflush) drop(offset);
  return fetch(offset).line;
}

Result<PrivateLinesOptions> parse_private_lines(std::string_view text) {
  PrivateLinesOptions options;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const std::size_t equals = part.find('=');
    const std::string_view key = part.substr(0, equals);
    const std::string_view value = equals == std::string_view::npos ? "" : part.substr(equals + 1);
    if (key == "seed" || key == "capacity") {
      const auto number = parse_count(value);
      if (!number) return number.error().with_context(std::string(key));
      if (key == "capacity" && *number == 0)
        return usage_error("capacity=0: give one line or more");
      (key == "seed" ? options.seed : options.capacity) = *number;
      continue;
    }
    double* const share = key == "evict"      ? &options.evict
                          : key == "prefetch" ? &options.prefetch
                          : key == "drain"    ? &options.drain
                                              : nullptr;
    double number = -1;
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
    if (share == nullptr || parsed.ec != std::errc{} || parsed.ptr != value.data() + value.size() ||
        !(number >= 0 && number <= 1)) {
      return usage_error(
          "'{}' is not an option of private lines; write evict=SHARE, prefetch=SHARE, drain=SHARE "
          "(each from 0 to 1), capacity=LINES or seed=NUMBER",
          part);
    }
    *share = number;
  }
  return options;
}

}  // namespace pmembench
