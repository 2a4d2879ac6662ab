#include "workloads/lockstep.hpp"

#include <emmintrin.h>
#include <sched.h>

#include <atomic>

#include "base/check.hpp"

namespace pmembench {
namespace {

constexpr unsigned kSpins = 2000;  // then the other thread may be waiting for this CPU

void set(std::uint64_t& word, std::uint64_t value) {
  std::atomic_ref(word).store(value, std::memory_order_release);
}

void wait_for(std::uint64_t& word, std::uint64_t step) {
  for (unsigned spins = 0; std::atomic_ref(word).load(std::memory_order_acquire) < step; ++spins) {
    _mm_pause();
    if (spins > kSpins) sched_yield();
  }
}

}  // namespace

Lockstep::Lockstep(std::span<std::byte> bytes, unsigned index, unsigned count) {
  PMB_CHECK(index < count && bytes.size() >= count * kBytesEach, "a line for each thread");
  const auto words_of = [&](unsigned thread) {
    void* const line = bytes.data() + thread * kBytesEach;
    return static_cast<std::uint64_t*>(line);
  };
  own_ = words_of(index);
  before_ = words_of((index + count - 1) % count);
  after_ = words_of((index + 1) % count);
}

void Lockstep::begin() {
  step_ = 0;
  set(own_[0], 0);
  set(own_[1], 0);
}

void Lockstep::stored() {
  // Non-temporal stores are not ordered before the word by its release alone.
  _mm_sfence();
  set(own_[0], ++step_);
  wait_for(before_[0], step_);
}

void Lockstep::read() {
  set(own_[1], step_);
  wait_for(after_[1], step_);
}

void Lockstep::leave() {
  set(own_[0], ~std::uint64_t{0});
  set(own_[1], ~std::uint64_t{0});
}

}  // namespace pmembench
