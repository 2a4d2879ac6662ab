#include "tests/bench/paired_slices.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <ctime>

#include "base/check.hpp"
#include "base/random.hpp"

namespace pmembench::bench {
namespace {

// Sleeps for a moment: the next slice then has a fresh quantum.
void block_shortly() {
  const timespec moment{0, 50'000};
  nanosleep(&moment, nullptr);
}

double ns_of(const Work& work, std::uint64_t n) {
  const auto begin = std::chrono::steady_clock::now();
  work(n);
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
}

// Operations that take about `slice_ns`, from the fastest of a few tries.
std::uint64_t operations_of_slice(const Work& work, std::uint64_t slice_ns) {
  std::uint64_t n = 64;
  const auto target_ns = static_cast<double>(slice_ns);
  while (ns_of(work, n) < target_ns / 2) n *= 2;
  double fastest_ns = ns_of(work, n);
  for (int i = 0; i < 20; ++i) {
    block_shortly();
    fastest_ns = std::min(fastest_ns, ns_of(work, n));
  }
  return std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(target_ns * static_cast<double>(n) / fastest_ns));
}

}  // namespace

PairedSlices time_in_pairs(const Work& ours, const Work& reference, unsigned pairs,
                           std::uint64_t slice_ns, std::uint64_t seed,
                           const std::function<void()>& settle) {
  PairedSlices slices;
  Random random(seed);
  const std::uint64_t n = operations_of_slice(reference, slice_ns);
  ours(n);
  if (settle) settle();
  for (unsigned i = 0; i < pairs; ++i) {
    const bool ours_first = random.below(2) == 0;
    for (const bool is_ours : {ours_first, !ours_first}) {
      block_shortly();
      const double ns = ns_of(is_ours ? ours : reference, n) / static_cast<double>(n);
      (is_ours ? slices.ours_ns : slices.reference_ns).push_back(ns);
    }
  }
  return slices;
}

MedianInterval median_interval(std::vector<double> values) {
  PMB_CHECK(!values.empty(), "a median needs a value");
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  // Walks the binomial's lower tail: the interval may leave out ranks of at most 2.5 % a side.
  double term = std::exp2(-static_cast<double>(n)), tail = term;
  std::size_t left_out = 0;
  while (left_out + 1 < (n + 1) / 2 && tail <= 0.025) {
    ++left_out;
    term *= static_cast<double>(n - left_out + 1) / static_cast<double>(left_out);
    tail += term;
  }
  const double middle = (values[(n - 1) / 2] + values[n / 2]) / 2;
  // After the walk, P(X < left_out) <= 2.5 %: ranks left_out and n - left_out + 1, from 1.
  const std::size_t rank = std::max<std::size_t>(left_out, 1);
  return {middle, values[rank - 1], values[n - rank]};
}

MedianInterval speed_ratio(const PairedSlices& slices) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < slices.ours_ns.size(); ++i) {
    ratios.push_back(slices.reference_ns[i] / slices.ours_ns[i]);
  }
  return median_interval(std::move(ratios));
}

}  // namespace pmembench::bench
