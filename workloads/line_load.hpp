// Loads of ranges that go nowhere: no buffer is written, so that the time is the memory's alone.
// The widest vectors of this CPU, chosen by CPUID. The words are added up in registers, which costs
// no load or store, so that the compiler keeps every load and a test can check each byte.
#pragma once

#include <cstdint>

struct dax_iter;  // backends/dax_operations.h

namespace pmembench {

// Loads `iter.count` ranges, from `base` on, and adds their words to `sum` (as sum_of_words).
// Leaves `iter` where the next batch continues, with count 0.
using LoadRanges = std::uint64_t (*)(const unsigned char* base, dax_iter& iter, std::uint64_t sum);
[[nodiscard]] LoadRanges load_ranges_for_this_cpu();

// The same by non-temporal loads (movntdqa): of ranges that are whole lines. On memory that is
// cached write-back they go through the caches as others do; what differs is what the CPU does with
// the line afterwards.
[[nodiscard]] LoadRanges nontemporal_load_ranges_for_this_cpu();

// The sum of all 8-byte words, modulo 2^64; the bytes behind the last whole word count as a word
// with zeros behind them.
[[nodiscard]] std::uint64_t sum_of_words(const unsigned char* bytes, std::uint64_t size_bytes);

}  // namespace pmembench
