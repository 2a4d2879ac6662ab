// How a workload loads words by their addresses: by instructions, or from a simulated memory, to
// which each address is reported before the word is copied. Chosen once, when the workload is made.
#pragma once

#include <emmintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "sim/memory.hpp"
#include "workloads/path.hpp"
#include "workloads/pointer_step.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

// Independent loads overlap as the CPU lets them; what the caller makes of a value decides what
// waits for it.
struct RealLoads {
  static constexpr bool kSimulated = false;
  [[gnu::always_inline]] static void* step(void* at) { return pointer_step(at); }
  [[gnu::always_inline]] static void* step_beside(void* at, std::size_t /*width*/) {
    return pointer_step(at);
  }
  [[gnu::always_inline]] static std::uint64_t word(const std::byte* at) {
    std::uint64_t value = 0;
    asm volatile("mov (%1), %0" : "=r"(value) : "r"(at) : "memory");
    return value;
  }
  [[gnu::always_inline]] static std::uint64_t word_beside(const std::byte* at,
                                                          std::size_t /*width*/) {
    return word(at);
  }
  [[gnu::always_inline]] static void flush(const void* at) { _mm_clflush(at); }
  [[gnu::always_inline]] static void flush_fence() { _mm_mfence(); }
  [[gnu::always_inline]] static std::uint64_t word_flushed(const std::byte* at) { return word(at); }
  static void warm(const void* /*at*/, std::uint64_t /*size_bytes*/, std::uint64_t /*step_bytes*/) {
  }
};

class SimLoads {
 public:
  static constexpr bool kSimulated = true;
  explicit SimLoads(SimMemory& memory) : memory_(&memory) {}
  // The next access waits for it.
  [[nodiscard]] void* step(void* at) const {
    memory_->load(at);
    return copy_of<void*>(at);
  }
  // Up to `width` are under way at once.
  [[nodiscard]] void* step_beside(void* at, std::size_t width) const {
    memory_->load_beside(at, static_cast<unsigned>(width));
    return copy_of<void*>(at);
  }
  [[nodiscard]] std::uint64_t word(const std::byte* at) const {
    memory_->load(at);
    return copy_of<std::uint64_t>(at);
  }
  [[nodiscard]] std::uint64_t word_beside(const std::byte* at, std::size_t width) const {
    memory_->load_beside(at, static_cast<unsigned>(width));
    return copy_of<std::uint64_t>(at);
  }
  void flush(const void* /*at*/) const { memory_->flush(1); }
  void flush_fence() const { memory_->fence(); }
  // Of a line that was flushed.
  [[nodiscard]] std::uint64_t word_flushed(const std::byte* at) const {
    memory_->reload(at);
    return copy_of<std::uint64_t>(at);
  }
  // Bytes were written at their addresses, unseen: they are cached as loads would leave them.
  void warm(const void* at, std::uint64_t size_bytes, std::uint64_t step_bytes) const {
    memory_->warm(at, size_bytes, step_bytes);
  }

 private:
  template <typename Value>
  static Value copy_of(const void* at) {
    Value value{};
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  SimMemory* memory_;
};

// What `make` makes with the loads that fit the path.
template <typename Make>
std::unique_ptr<Workload> with_loads(Path& path, Make make) {
  if (SimMemory* const memory = path.simulation(); memory != nullptr) {
    return make(SimLoads(*memory));
  }
  return make(RealLoads());
}

}  // namespace pmembench
