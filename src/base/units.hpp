// Reading and writing of sizes, times and rates, the same way everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

// The page that a kernel maps in place of 512 small ones, on x86-64.
inline constexpr std::uint64_t kHugePageBytes = std::uint64_t{2} << 20;

// "4096", "4K", "4KiB", "64 B", "1.5G" -> bytes. K, M, G, T are powers of 1024, any case.
// Refuses: empty, signs, other suffixes, fractions of a byte, more than 2^63.
Result<std::uint64_t> parse_size(std::string_view text);

// "500ms", "60s", "2m", "1h", "0.5s" -> nanoseconds. A bare number is refused: it has no unit.
Result<std::uint64_t> parse_duration_ns(std::string_view text);

// PMDK's range grammar over sizes: "1:*2:32" -> 1 2 4 8 16 32; "0:+64:256" -> 0 64 128 192 256;
// "8:-2:2"; "100:/10:1"; a plain size gives one value. At most 4096 values. Refuses a step that
// never arrives (*1, +0, or the wrong direction).
Result<std::vector<std::uint64_t>> parse_range(std::string_view text);

// Decimal without unit, whole number in [0, 2^63).
Result<std::uint64_t> parse_count(std::string_view text);

// 4096 -> "4 KiB", 64 -> "64 B", 1536 -> "1.5 KiB". Exact sizes stay exact.
std::string format_size(std::uint64_t size_bytes);

// 64 -> "64B", 4096 -> "4K", 1572864 -> "1536K": short, no blank, for names; parse_size reads it
// back.
std::string format_size_short(std::uint64_t size_bytes);

// Three significant digits with a unit: "812 ns", "1.25 us", "3.4 ms", "2 s".
std::string format_duration_ns(double duration_ns);

// Three significant digits: "8.96 GiB/s", "512 MiB/s".
std::string format_bandwidth(double bandwidth_bytes_per_s);

// Three significant digits: "9.1 M/s", "850 k/s".
std::string format_rate(double rate_per_s);

// The known key nearest to `key` by edit distance, or "" where none is near (for "did you mean").
std::string nearest(std::string_view key, const std::vector<std::string>& known);

}  // namespace pmembench
