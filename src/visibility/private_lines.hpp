// PrivateLines: a model of a host whose caches no other host looks into.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/random.hpp"
#include "visibility/host_memory.hpp"

namespace pmembench {

struct PrivateLinesOptions {
  double evict = 0.02;     // before each operation: one of the lines is written back and dropped
  double prefetch = 0.02;  // and one of all lines is fetched
  double drain = 0.2;      // and one of the write-backs or stores under way arrives
  std::uint64_t capacity = 4096;  // lines that have a copy, at most
  std::uint64_t seed = 1;
};

// Memory that hosts share without coherence: each object is one host with private copies of lines.
//
//   store         changes the private copy, fetched first; dirty until it is written back
//   clwb          writes back at some time before the next fence is over, and keeps the copy
//   clflushopt    the same, and drops the copy
//   clflush       writes back and drops at once
//   movnt         arrives in memory word by word, at some time before the next fence is over; a
//                 private copy of the line is written back and dropped first
//   movdir64b     the same, all of the line at once
//   load          the private copy, fetched where there is none
//   clflush+load  writes back and drops, then fetches
//   nontemporal   a load (on write-back memory the hint changes nothing)
//
// Lines are evicted and prefetched at random. A line goes between a host and memory as one; two
// processes that share `home` may see a line in parts. Deterministic for
// a seed. One thread each.
class PrivateLines final : public HostMemory {
 public:
  // `home`: `lines` lines, which outlive the object.
  PrivateLines(std::uint64_t* home, std::uint64_t lines, const PrivateLinesOptions& options);
  // What is dirty is lost: a host that ends without writing back.
  ~PrivateLines() override = default;

  void store(std::uint64_t offset, const MemoryLine& line, StoreWay way) override;
  void write_back(std::uint64_t offset, StoreWay way) override;
  void fence() override;
  MemoryLine load(std::uint64_t offset, LoadWay way) override;
  // What happens before every operation: an eviction, a prefetch, an arrival, as it is drawn.
  void idle() override;
  // Is there a private copy?
  [[nodiscard]] bool holds(std::uint64_t offset) const { return copies_.contains(offset); }

 private:
  struct Copy {
    MemoryLine line{};
    bool dirty = false;
    std::size_t place = 0;  // in held_
  };
  struct UnderWay {
    enum class Kind { write_back, write_back_and_drop, words, whole_line } kind;
    std::uint64_t offset = 0;
    MemoryLine line{};
    std::size_t arrived = 0;  // words of `line`
  };
  Copy& fetch(std::uint64_t offset);
  void write_to_home(std::uint64_t offset, Copy& copy);
  void drop(std::uint64_t offset);
  void evict_one();
  void arrive(std::size_t index);     // of under_way_
  void settle(std::uint64_t offset);  // all that is under way to this line arrives
  std::size_t oldest_of_its_line(std::size_t index) const;

  std::uint64_t* home_;
  std::uint64_t lines_;
  PrivateLinesOptions options_;
  Random random_;
  std::unordered_map<std::uint64_t, Copy> copies_;
  std::vector<std::uint64_t> held_;  // the offsets that have a copy, so that one can be drawn
  std::vector<UnderWay> under_way_;
};

// "evict=0.05,prefetch=0,drain=0.5,capacity=64,seed=7". Refuses (usage) what it does not know.
Result<PrivateLinesOptions> parse_private_lines(std::string_view text);

}  // namespace pmembench
