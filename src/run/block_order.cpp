#include "run/block_order.hpp"

#include <algorithm>
#include <utility>

#include "base/random.hpp"

namespace pmembench {

BlockOrder block_order(std::uint64_t seed, std::size_t block) {
  Random random(seed);
  BlockOrder names{Arm::base, Arm::control, Arm::head};
  for (std::size_t i = kArms; i > 1; --i) std::swap(names[i - 1], names[random.below(i)]);
  const std::size_t row = (random.below(2 * kArms) + block) % (2 * kArms);
  BlockOrder order{};
  for (std::size_t i = 0; i < kArms; ++i) order[i] = names[(row + i) % kArms];
  if (row >= kArms) std::reverse(order.begin(), order.end());
  return order;
}

BlockOrder opening_order(unsigned replicate) { return block_order(0, replicate); }

}  // namespace pmembench
