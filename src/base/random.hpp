// Seeds and small generators: everything random in a run comes from here and can be repeated.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace pmembench {

// One step of SplitMix64 (Steele, Lea, Flood 2014): a bijection of 64 bits that scrambles well.
// Used to derive independent seeds: mix_seed(mix_seed(run_seed) + thread).
[[nodiscard]] constexpr std::uint64_t mix_seed(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15ULL;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

// SplitMix64 as a generator: the same seed gives the same sequence. Satisfies
// std::uniform_random_bit_generator. Not thread-safe: one per thread.
class Random {
 public:
  using result_type = std::uint64_t;
  explicit Random(std::uint64_t seed) : state_(seed) {}
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  result_type operator()() {
    const std::uint64_t value = mix_seed(state_);
    state_ += 0x9E3779B97F4A7C15ULL;
    return value;
  }
  // Uniform in [0, bound), bound > 0, by multiply-high; the bias is below bound / 2^64.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((Wide{(*this)()} * bound) >> 64);
  }
  // Uniform in [0, 1), 53 bits.
  [[nodiscard]] double unit() { return static_cast<double>((*this)() >> 11) * 0x1.0p-53; }

 private:
  std::uint64_t state_;
};

// Every order is equally likely; the same seed gives the same one (Fisher and Yates).
template <typename T>
void shuffle(std::vector<T>& values, std::uint64_t seed) {
  Random random(seed);
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.below(i)]);
}

}  // namespace pmembench
