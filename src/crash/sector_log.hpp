// SectorLog: what was written to each sector of a block device, and what must be there after a
// crash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pmembench {

// Versions of a sector count from 0: all zeroes. Sparse contents differ from version to version in
// three words only, two of the first line and one of the last, so that all images of a crash can be
// enumerated.
struct SectorContent {
  std::uint32_t sector_bytes = 512;
  bool sparse = false;
  void fill(std::uint64_t sector, std::uint32_t version, std::span<std::byte> bytes) const;
  [[nodiscard]] bool matches(std::uint64_t sector, std::uint32_t version,
                             std::span<const std::byte> bytes) const;
};

class SectorLog {
 public:
  enum class Verdict { intact, torn, lost, damaged };

  SectorLog(std::uint64_t sectors, const SectorContent& content)
      : content_(content), sectors_(sectors) {}

  [[nodiscard]] std::uint64_t sectors() const { return sectors_.size(); }
  [[nodiscard]] const SectorContent& content() const { return content_; }
  // The version that the next write of the sector has; it is in flight from now on.
  std::uint32_t begin_write(std::uint64_t sector);
  void acknowledge(std::uint64_t sector);  // what was written to it so far is durable
  void acknowledge_all();
  // What the bytes found after a crash say: intact where they are the acknowledged version or one
  // that was in flight; else torn where one was; lost where they are an older version; damaged
  // where they are none at all. What was found is what the sector holds from now on, and after
  // anything but intact the sector may hold anything until it is written again.
  Verdict judge(std::uint64_t sector, std::span<const std::byte> found);

 private:
  struct Sector {
    std::uint32_t acknowledged = 0;
    std::uint32_t first_in_flight = 0;  // to `last`; none where `last` is the acknowledged one
    std::uint32_t last = 0;
    std::uint32_t newest = 0;  // that was ever written: versions lost in a crash are not used again
    bool unknown = false;
  };
  SectorContent content_;
  std::vector<Sector> sectors_;
};

}  // namespace pmembench
