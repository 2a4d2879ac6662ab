// Copies between a mapped device and a buffer, batch by batch, in vectors of 16, 32 or 64 bytes.
//
// copy_kernels_{sse2,avx2,avx512}.cpp compile one body (copy_kernels.inc) for each width; here is
// the choice among them at run time, one predictable branch a batch. All of it works on bytes
// that the caller vouches for: the ranges lie in the device, the buffer holds one range.
#pragma once

#include <cstdint>

#include "backends/dax_operations.h"
#include "backends/flush_kernels.h"

namespace pmembench {

enum class Store { cached, nontemporal };
enum class Fence { none, each_range };
// How long ranges of whole lines are read: with lines ahead asked for, without, or by `rep movsb`,
// which leaves it to the CPU. Others, and short ones, have one way.
enum class Read { ahead, plain, string };

// One width's entry points. `copy_to` loads every byte of each range, range after range.
// `copy_from` stores as `store` says; with Store::cached each range's lines are written back by
// `flush` after it; with Store::nontemporal only a first and last line that the range covers in
// part are stored through the cache and written back by `flush`, as the kernel's _flushcache copies
// do.
#define PMEMBENCH_COPY_KERNELS(width)                                       \
  namespace width {                                                         \
  template <Read read>                                                      \
  std::int64_t copy_to(const unsigned char* base, dax_iter* iter) noexcept; \
  template <Store store, Flush flush, Fence fence>                          \
  std::int64_t copy_from(unsigned char* base, dax_iter* iter) noexcept;     \
  template <Store store>                                                    \
  void zero_lines(unsigned char* device, std::uint64_t size) noexcept;      \
  }
PMEMBENCH_COPY_KERNELS(sse2)
PMEMBENCH_COPY_KERNELS(avx2)
PMEMBENCH_COPY_KERNELS(avx512)
#undef PMEMBENCH_COPY_KERNELS

template <Read read>
std::int64_t copy_to_by(std::uint32_t vector_bytes, const unsigned char* base,
                        dax_iter* iter) noexcept {
  if (vector_bytes == 64) return avx512::copy_to<read>(base, iter);
  if (vector_bytes == 32) return avx2::copy_to<read>(base, iter);
  return sse2::copy_to<read>(base, iter);
}

// A way to read, and its vectors; 0: as wide as the mapping's.
struct ReadKernel {
  const char* name;
  Read read;
  std::uint32_t vector_bytes;
};

// What dax_mapping.read_kernel counts in. The last ones are there where vectors are of 64 bytes.
constexpr ReadKernel kReadKernels[] = {{"ahead", Read::ahead, 0},
                                       {"plain", Read::plain, 0},
                                       {"string", Read::string, 0},
                                       {"ahead-32", Read::ahead, 32},
                                       {"plain-32", Read::plain, 32}};
[[nodiscard]] constexpr std::uint32_t read_kernels(std::uint32_t vector_bytes) noexcept {
  return vector_bytes == 64 ? 5 : 3;
}

// By another than the first.
std::int64_t copy_to_as_chosen(const dax_mapping& mapping, dax_iter* iter) noexcept;

inline std::int64_t copy_to(const dax_mapping& mapping, dax_iter* iter) noexcept {
  if (mapping.read_kernel != 0) return copy_to_as_chosen(mapping, iter);
  return copy_to_by<Read::ahead>(mapping.vector_bytes, mapping.address, iter);
}

template <Store store, Flush flush, Fence fence>
std::int64_t copy_from(const dax_mapping& mapping, dax_iter* iter) noexcept {
  if (mapping.vector_bytes == 64) {
    return avx512::copy_from<store, flush, fence>(mapping.address, iter);
  }
  if (mapping.vector_bytes == 32) {
    return avx2::copy_from<store, flush, fence>(mapping.address, iter);
  }
  return sse2::copy_from<store, flush, fence>(mapping.address, iter);
}

// The same for a flush that is known only at run time.
template <Store store, Fence fence>
std::int64_t copy_from(const dax_mapping& mapping, Flush flush, dax_iter* iter) noexcept {
  switch (flush) {
    case Flush::clwb:
      return copy_from<store, Flush::clwb, fence>(mapping, iter);
    case Flush::clflushopt:
      return copy_from<store, Flush::clflushopt, fence>(mapping, iter);
    case Flush::clflush:
      return copy_from<store, Flush::clflush, fence>(mapping, iter);
    case Flush::none:
      break;
  }
  return copy_from<store, Flush::none, fence>(mapping, iter);
}

// Zeroes whole lines of the mapping.
template <Store store>
void zero_lines(const dax_mapping& mapping, std::uint64_t offset, std::uint64_t size) noexcept {
  unsigned char* const device = mapping.address + offset;
  if (mapping.vector_bytes == 64) return avx512::zero_lines<store>(device, size);
  if (mapping.vector_bytes == 32) return avx2::zero_lines<store>(device, size);
  return sse2::zero_lines<store>(device, size);
}

}  // namespace pmembench
