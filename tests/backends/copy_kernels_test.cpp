// Every kernel byte by byte: all alignments of both ends, odd lengths, guard bytes around.
#include "backends/copy_kernels.h"

#include <functional>

#include "backend_fixture.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kGuard = 64;
constexpr std::size_t kLongest = 300;
constexpr std::size_t kWindow = kGuard + 64 + kLongest + kGuard;

using Kernel = std::function<std::int64_t(const dax_mapping&, dax_iter*)>;

struct alignas(64) Window {
  std::array<unsigned char, kWindow> bytes;
};

// True where `to` holds `size` bytes of `from` at `at`, and `before` all around them.
bool moved(const Window& to, std::size_t at, const unsigned char* from, std::size_t size,
           const Window& before) {
  const unsigned char* found = to.bytes.data();
  const unsigned char* old = before.bytes.data();
  const std::size_t end = at + size;
  return std::memcmp(found, old, at) == 0 && std::memcmp(found + at, from, size) == 0 &&
         std::memcmp(found + end, old + end, kWindow - end) == 0;
}

// Copies in one direction over all offsets 0..63 of both ends, in steps, and odd lengths.
void sweep(std::uint32_t vector_bytes, bool to_device, std::size_t step, const Kernel& kernel) {
  std::mt19937_64 random(17);
  Window device{}, buffer{}, old{};
  for (unsigned char& byte : old.bytes) byte = static_cast<unsigned char>(random());
  const Bytes data = random_bytes(kWindow, random);
  const dax_mapping mapping{
      sizeof(dax_mapping), vector_bytes, cpu_features(), device.bytes.data(), kWindow, 0, 0};
  for (std::size_t here = 0; here < 64; here += step) {
    for (std::size_t there = 0; there < 64; there += step) {
      for (std::size_t size = 1; size <= kLongest; size += 2) {
        Window& target = to_device ? device : buffer;
        Window& source = to_device ? buffer : device;
        target = old;
        const std::size_t at = kGuard + (to_device ? here : there);
        const std::size_t from = kGuard + (to_device ? there : here);
        std::memcpy(source.bytes.data() + from, data.data(), size);
        dax_iter iter = one_range(kGuard + here, size, buffer.bytes.data() + kGuard + there);
        ASSERT_EQ(kernel(mapping, &iter), static_cast<std::int64_t>(size));
        ASSERT_TRUE(moved(target, at, data.data(), size, old))
            << "vectors of " << vector_bytes << ", device offset " << here << ", buffer offset "
            << there << ", size " << size;
      }
    }
  }
}

template <Store store, Flush flush, Fence fence>
std::int64_t from(const dax_mapping& mapping, dax_iter* iter) {
  return copy_from<store, flush, fence>(mapping, iter);
}

TEST(CopyKernels, loads_every_byte_at_every_alignment) {
  for (const std::uint32_t width : widths()) sweep(width, false, 1, copy_to);
}

TEST(CopyKernels, stores_every_byte_through_the_cache_at_every_alignment) {
  for (const std::uint32_t width : widths()) {
    sweep(width, true, 1, from<Store::cached, Flush::none, Fence::none>);
  }
}

TEST(CopyKernels, stores_every_byte_past_the_cache_at_every_alignment) {
  for (const std::uint32_t width : widths()) {
    sweep(width, true, 1, from<Store::nontemporal, Flush::clflush, Fence::none>);
  }
}

TEST(CopyKernels, moves_the_same_bytes_with_every_flush_and_fence) {
  for (const std::uint32_t width : widths()) {
    sweep(width, true, 5, from<Store::cached, Flush::none, Fence::each_range>);
    sweep(width, true, 5, from<Store::cached, Flush::clflush, Fence::each_range>);
    sweep(width, true, 5, from<Store::nontemporal, Flush::none, Fence::each_range>);
    sweep(width, true, 5, from<Store::nontemporal, Flush::clflush, Fence::each_range>);
    if ((cpu_features() & DAX_CPU_CLFLUSHOPT) != 0) {
      sweep(width, true, 5, from<Store::cached, Flush::clflushopt, Fence::each_range>);
      sweep(width, true, 5, from<Store::nontemporal, Flush::clflushopt, Fence::none>);
    }
    if ((cpu_features() & DAX_CPU_CLWB) != 0) {
      sweep(width, true, 5, from<Store::cached, Flush::clwb, Fence::each_range>);
      sweep(width, true, 5, from<Store::nontemporal, Flush::clwb, Fence::none>);
    }
  }
}

// The loops of aligned ranges: 64 bytes, 256 bytes, other multiples of 64.
TEST(CopyKernels, moves_aligned_ranges_of_each_shape) {
  std::mt19937_64 random(3);
  for (const std::uint32_t width : widths()) {
    for (const std::uint64_t size : {64U, 128U, 192U, 256U, 320U, 512U, 4096U}) {
      const OpenBackend movnt(*builtin("movnt"), width);
      const OpenBackend eadr(*builtin("eadr"), width);
      for (const OpenBackend* device : {&movnt, &eadr}) {
        Bytes expected = random_bytes(OpenBackend::kSize, random);
        device->fill(expected);
        Bytes data = random_bytes(size, random);
        dax_iter write = one_range(8192, size, data.data());
        ASSERT_EQ(device->table().copy_from_iter(device->handle(), &write),
                  static_cast<std::int64_t>(size));
        std::memcpy(expected.data() + 8192, data.data(), size);
        ASSERT_EQ(device->contents(), expected) << width << " " << size;
        Bytes read_back(size + 1, 0x5A);
        dax_iter read = one_range(8192, size, read_back.data());
        ASSERT_EQ(device->table().copy_to_iter(device->handle(), &read),
                  static_cast<std::int64_t>(size));
        ASSERT_EQ(read_back.back(), 0x5A);
        read_back.pop_back();
        ASSERT_EQ(read_back, data) << width << " " << size;
      }
    }
  }
}

// Lines are asked for ahead, in a range and beyond its end: no byte may be loaded from where only
// the asking goes.
TEST(CopyKernels, loads_every_range_of_a_long_batch_whatever_it_asks_for_ahead) {
  std::mt19937_64 random(9);
  constexpr std::uint64_t kSlots = 5;
  for (const std::uint32_t width : widths()) {
    for (const std::uint64_t size : {128U, 512U, 4032U, 4096U, 4160U, 8192U, 12352U}) {
      Bytes memory = random_bytes(64 + kSlots * size, random);
      unsigned char* const base =
          memory.data() + (64 - reinterpret_cast<std::uintptr_t>(memory.data()) % 64) % 64;
      for (std::uint32_t kernel = 0; kernel < 2 * read_kernels(width); ++kernel) {
        const bool in_order = kernel % 2 == 0;
        const dax_mapping mapping{sizeof(dax_mapping), width, cpu_features(), base, kSlots * size,
                                  kernel / 2,          0};
        for (std::uint64_t count = 1; count <= 2 * kSlots; ++count) {
          Bytes buffer(size + 1, 0x5A);
          dax_iter iter{};
          iter.multiplier = in_order ? 1 : 6364136223846793005ULL;
          iter.increment = in_order ? ~std::uint64_t{0} / kSlots + 1 : 1442695040888963407ULL;
          iter.slots = kSlots;
          iter.granule_bytes = iter.size_bytes = size;
          iter.count = count;
          iter.buffer = buffer.data();
          dax_iter replay = iter;
          std::uint64_t last = 0;
          for (std::uint64_t i = 0; i < count; ++i) last = dax_iter_next(&replay);
          ASSERT_EQ(copy_to(mapping, &iter), static_cast<std::int64_t>(count * size));
          ASSERT_EQ(iter.state, replay.state);
          ASSERT_EQ(std::memcmp(buffer.data(), base + last, size), 0)
              << "vectors of " << width << ", " << count << " ranges of " << size << ", kernel "
              << kReadKernels[kernel / 2].name;
          ASSERT_EQ(buffer.back(), 0x5A);
        }
      }
    }
  }
}

TEST(CopyKernels, zeroes_lines_and_nothing_around_them) {
  for (const std::uint32_t width : widths()) {
    for (const bool cached : {true, false}) {
      Bytes memory(4 * DAX_PAGE_BYTES, 0xEE);
      unsigned char* aligned =
          memory.data() + (64 - reinterpret_cast<std::uintptr_t>(memory.data()) % 64);
      const dax_mapping mapping{
          sizeof(dax_mapping), width, cpu_features(), aligned, 2 * DAX_PAGE_BYTES, 0, 0};
      if (cached) {
        zero_lines<Store::cached>(mapping, 64, DAX_PAGE_BYTES);
      } else {
        zero_lines<Store::nontemporal>(mapping, 64, DAX_PAGE_BYTES);
      }
      ASSERT_EQ(aligned[63], 0xEE);
      for (std::size_t at = 64; at < 64 + DAX_PAGE_BYTES; ++at) ASSERT_EQ(aligned[at], 0) << at;
      ASSERT_EQ(aligned[64 + DAX_PAGE_BYTES], 0xEE);
    }
  }
}

}  // namespace
}  // namespace pmembench
