#include "crash/sector_log.hpp"

#include <algorithm>
#include <cstring>

#include "base/random.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kWordBytes = 8;

std::uint64_t word_of(const SectorContent& content, std::uint64_t sector, std::uint32_t version,
                      std::size_t word) {
  if (version == 0) return 0;
  const std::size_t last = content.sector_bytes / kWordBytes - 1;
  if (content.sparse && word != 0 && word != 1 && word != last) return 0;
  return mix_seed((sector << 40) ^ (std::uint64_t{version} << 16) ^ word) | 1;
}

}  // namespace

void SectorContent::fill(std::uint64_t sector, std::uint32_t version,
                         std::span<std::byte> bytes) const {
  for (std::size_t word = 0; word < sector_bytes / kWordBytes; ++word) {
    const std::uint64_t value = word_of(*this, sector, version, word);
    std::memcpy(bytes.data() + word * kWordBytes, &value, kWordBytes);
  }
}

bool SectorContent::matches(std::uint64_t sector, std::uint32_t version,
                            std::span<const std::byte> bytes) const {
  for (std::size_t word = 0; word < sector_bytes / kWordBytes; ++word) {
    const std::uint64_t value = word_of(*this, sector, version, word);
    if (std::memcmp(bytes.data() + word * kWordBytes, &value, kWordBytes) != 0) return false;
  }
  return true;
}

std::uint32_t SectorLog::begin_write(std::uint64_t sector) {
  Sector& entry = sectors_[sector];
  const bool first = entry.last == entry.acknowledged;
  entry.last = ++entry.newest;
  if (first) entry.first_in_flight = entry.last;
  return entry.last;
}

void SectorLog::acknowledge(std::uint64_t sector) {
  Sector& entry = sectors_[sector];
  entry.acknowledged = entry.last;
  entry.unknown = false;
}

void SectorLog::acknowledge_all() {
  for (std::uint64_t sector = 0; sector < sectors_.size(); ++sector) {
    // A sector that was not written again after it was torn stays torn.
    if (sectors_[sector].last != sectors_[sector].acknowledged) acknowledge(sector);
  }
}

SectorLog::Verdict SectorLog::judge(std::uint64_t sector, std::span<const std::byte> found) {
  Sector& entry = sectors_[sector];
  const bool in_flight = entry.last != entry.acknowledged;
  if (entry.unknown && !in_flight) return Verdict::intact;
  const bool was_unknown = entry.unknown;
  for (std::uint32_t version = entry.acknowledged; version <= entry.last; ++version) {
    const bool possible = version == entry.acknowledged || version >= entry.first_in_flight;
    if (!possible || !content_.matches(sector, version, found)) continue;
    entry.acknowledged = entry.last = version;
    entry.unknown = false;
    return Verdict::intact;
  }
  bool is_older = false;
  for (std::uint32_t version = 0; version < entry.last && !is_older; ++version) {
    is_older = content_.matches(sector, version, found);
  }
  entry.acknowledged = entry.last;
  entry.unknown = true;
  if (is_older) return Verdict::lost;
  return in_flight || was_unknown ? Verdict::torn : Verdict::damaged;
}

}  // namespace pmembench
