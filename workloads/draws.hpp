// Draws: which slot of a range the next operation goes to, where some are visited more often.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"

namespace pmembench {

inline constexpr std::uint64_t kMostSlots = 0xFFFFFFFFULL;

// A distribution over slots [0, slots), 1 <= slots <= kMostSlots. Draws are made outside timed
// regions.
class Draws {
 public:
  Draws() = default;
  Draws(const Draws&) = delete;
  Draws& operator=(const Draws&) = delete;
  virtual ~Draws() = default;
  [[nodiscard]] virtual std::uint64_t slot(Random& random) const = 0;
};

// The slot of rank 0, 1, ...: a bijection of [0, slots), so that hot slots are not neighbours
// (peers' error 12). Threads with the same seed have the same hot slots.
[[nodiscard]] std::uint64_t scrambled_slot(std::uint64_t rank, std::uint64_t slots,
                                           std::uint64_t seed);

// Rank k, from 1 on, with a probability proportional to k^-alpha; `alpha` > 0, not 1 exactly; ranks
// are scrambled by `seed`. O(1) a draw by rejection-inversion (W. Hoermann, G. Derflinger,
// "Rejection-inversion to generate variates from monotone discrete distributions", ACM TOMACS
// 6(3), 1996).
[[nodiscard]] std::unique_ptr<Draws> zipf_draws(std::uint64_t slots, double alpha,
                                                std::uint64_t seed);
// A share h of the ranks takes 1 - h of the draws, at every scale (h = 0.2: 80 % go to 20 %, and 64
// % to 4 %); 0 < h < 1; ranks are scrambled by `seed`. As fio's random_distribution=pareto:h.
[[nodiscard]] std::unique_ptr<Draws> pareto_draws(std::uint64_t slots, double skew,
                                                  std::uint64_t seed);

// A percentage of all draws goes to a percentage of the range; zones are adjacent.
struct Zone {
  double draws_percent = 0;
  double range_percent = 0;
};
// "60:10+30:20+10:70", draws before range; either adds up to 100. At most 100 zones. As fio's
// random_distribution=zoned:60/10:30/20:10/70.
[[nodiscard]] Result<std::vector<Zone>> read_zones(std::string_view text);
// Uniform within each zone.
[[nodiscard]] std::unique_ptr<Draws> zoned_draws(std::uint64_t slots, std::vector<Zone> zones);

// Slots drawn in advance: fill() makes a table of them, one for each operation of the interval, and
// an iterator walks it once: a table that is walked again bounds what is touched. Its 4 bytes an
// operation are read in order, which the hardware prefetches.
class DrawTable {
 public:
  // Threads that share a range have one distribution and a `seed` each.
  DrawTable(std::unique_ptr<Draws> draws, std::uint64_t seed);
  static constexpr std::uint64_t kEntries = 16384;           // until fill() says otherwise
  static constexpr std::uint64_t kMostEntries = 1ULL << 24;  // 64 MiB; more are walked again
  // `entries` entries, at most kMostEntries; the same `interval` gives the same ones.
  void fill(std::uint64_t interval, std::uint64_t entries = kEntries);
  [[nodiscard]] const std::vector<std::uint32_t>& entries() const { return entries_; }

 private:
  std::unique_ptr<Draws> draws_;
  std::uint64_t seed_;
  std::vector<std::uint32_t> entries_;
};

}  // namespace pmembench
