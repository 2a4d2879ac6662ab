// DemandCache: a cache of N lines that fills on demand, by one of five policies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/random.hpp"
#include "sim/model.hpp"

namespace pmembench {

class DemandCache {
 public:
  // `lines` > 0; hashed and modulo have eight ways.
  DemandCache(SimPolicy policy, std::uint64_t lines);
  // Was the line there? It is afterwards.
  bool touch(std::uint64_t line);
  [[nodiscard]] std::uint64_t lines() const { return lines_; }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  static constexpr std::uint64_t kWays = 8;
  bool touch_set(std::uint64_t line);
  // Where the line is in `table_`, or the empty place at which it would be.
  [[nodiscard]] std::size_t place_of(std::uint64_t line) const;
  [[nodiscard]] std::size_t first_place(std::uint64_t line) const {
    return static_cast<std::size_t>((line * 0x9E3779B97F4A7C15ULL) >> shift_);
  }
  void forget(std::uint64_t line);
  void unlink(std::uint32_t slot);
  void push_front(std::uint32_t slot);

  SimPolicy policy_;
  std::uint64_t lines_, sets_ = 0, time_ = 0;
  std::vector<std::uint64_t> tags_;             // of each slot, plus one; 0: empty
  std::vector<std::uint64_t> stamps_;           // of hashed and modulo
  std::vector<std::uint32_t> before_, behind_;  // of lru: the slots by use
  std::uint32_t newest_ = kNone, oldest_ = kNone, used_ = 0, hand_ = 0;
  // Of lru, fifo and random: the slots by their lines, with open addressing; at most half of it is
  // full.
  std::vector<std::uint32_t> table_;
  unsigned shift_ = 0;
  Random random_;
};

}  // namespace pmembench
