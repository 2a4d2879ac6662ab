#include "backends/flush_kernels.h"

#include "backends/iter.h"

namespace pmembench {
namespace {

// One aligned line a range: the flush that a benchmark of 64-byte writes asks for.
template <Flush flush>
struct OneLine {
  [[gnu::target("clwb,clflushopt"), gnu::always_inline]] static std::uint64_t run(
      unsigned char* device, std::uint64_t /*size*/) noexcept {
    flush_line<flush>(device);
    return 1;
  }
};

template <Flush flush>
struct AnyBytes {
  [[gnu::target("clwb,clflushopt"), gnu::always_inline]] static std::uint64_t run(
      unsigned char* device, std::uint64_t size) noexcept {
    return flush_bytes<flush>(device, size);
  }
};

template <bool table, class Work>
[[gnu::target("clwb,clflushopt"), gnu::noinline]] std::int64_t flush_each_range(
    unsigned char* base, dax_iter* iter) noexcept {
  __extension__ using Wide = unsigned __int128;
  const dax_iter batch = *iter;
  unsigned char* origin = base + batch.offset_bytes;
  asm volatile("" : "+r"(origin));  // or it is computed again for each range
  std::uint64_t state = batch.state;
  std::uint64_t lines = 0;
  compiler_barrier();
  for (std::uint64_t left = batch.count; left != 0; --left) {
    std::uint64_t slot = static_cast<std::uint64_t>((Wide{state} * batch.slots) >> 64);
    state = state * batch.multiplier + batch.increment;
    if constexpr (table) slot = batch.table[slot];
    lines += Work::run(origin + slot * batch.granule_bytes, batch.size_bytes);
  }
  compiler_barrier();
  iter->state = state;
  iter->count = 0;
  return static_cast<std::int64_t>(lines);
}

template <class Work>
std::int64_t by_table(unsigned char* base, dax_iter* iter) noexcept {
  return iter->table != nullptr ? flush_each_range<true, Work>(base, iter)
                                : flush_each_range<false, Work>(base, iter);
}

}  // namespace

const char* flush_name(Flush flush) noexcept {
  switch (flush) {
    case Flush::clflush:
      return "clflush";
    case Flush::clflushopt:
      return "clflushopt";
    case Flush::clwb:
      return "clwb";
    case Flush::none:
      break;
  }
  return "none";
}

template <Flush flush>
std::int64_t flush_ranges(unsigned char* base, dax_iter* iter) noexcept {
  if constexpr (flush == Flush::none) {
    skip_ranges(iter, iter->count);
    return 0;
  } else {
    const bool one_line = iter->size_bytes == DAX_LINE_BYTES && ranges_are_lines(base, *iter);
    return one_line ? by_table<OneLine<flush>>(base, iter) : by_table<AnyBytes<flush>>(base, iter);
  }
}

template std::int64_t flush_ranges<Flush::none>(unsigned char*, dax_iter*) noexcept;
template std::int64_t flush_ranges<Flush::clflush>(unsigned char*, dax_iter*) noexcept;
template std::int64_t flush_ranges<Flush::clflushopt>(unsigned char*, dax_iter*) noexcept;
template std::int64_t flush_ranges<Flush::clwb>(unsigned char*, dax_iter*) noexcept;

std::int64_t flush_ranges(Flush flush, unsigned char* base, dax_iter* iter) noexcept {
  switch (flush) {
    case Flush::clflush:
      return flush_ranges<Flush::clflush>(base, iter);
    case Flush::clflushopt:
      return flush_ranges<Flush::clflushopt>(base, iter);
    case Flush::clwb:
      return flush_ranges<Flush::clwb>(base, iter);
    case Flush::none:
      break;
  }
  return flush_ranges<Flush::none>(base, iter);
}

}  // namespace pmembench
