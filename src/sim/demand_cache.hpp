// DemandCache: a cache of N lines that fills on demand, by one of five policies.
#pragma once

#include <cstdint>
#include <unordered_map>
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
  void unlink(std::uint32_t slot);
  void push_front(std::uint32_t slot);

  SimPolicy policy_;
  std::uint64_t lines_, sets_ = 0, time_ = 0;
  std::vector<std::uint64_t> tags_;             // of each slot, plus one; 0: empty
  std::vector<std::uint64_t> stamps_;           // of hashed and modulo
  std::vector<std::uint32_t> before_, behind_;  // of lru: the slots by use
  std::uint32_t newest_ = kNone, oldest_ = kNone, used_ = 0, hand_ = 0;
  std::unordered_map<std::uint64_t, std::uint32_t> slot_of_;
  Random random_;
};

}  // namespace pmembench
