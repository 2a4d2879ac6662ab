// Latencies as HdrHistogram's percentile distribution (.hgrm), which its plotter and others read.
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "results/export_formats.hpp"

namespace pmembench {
namespace {

// Of all processes together: each may have its own tick.
using Counts = std::map<double, std::uint64_t>;  // highest ns of a bucket -> operations

Counts counts_of(const std::vector<Replicate>& replicates) {
  Counts counts;
  for (const Replicate& replicate : replicates) {
    if (!replicate.histogram) continue;
    for (const auto& [index, count] : replicate.histogram->sparse()) {
      const auto high = static_cast<double>(Histogram::bucket_high(index));
      counts[high * replicate.ns_per_tick] += count;
    }
  }
  return counts;
}

std::string footer_of(const Counts& counts, std::uint64_t total) {
  double sum = 0, squares = 0;
  for (const auto& [ns, count] : counts) sum += ns * static_cast<double>(count);
  const double mean = sum / static_cast<double>(total);
  for (const auto& [ns, count] : counts) {
    squares += (ns - mean) * (ns - mean) * static_cast<double>(count);
  }
  return fmt::format(
      "#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n"
      "#[Max     = {:12.3f}, Total count    = {:12}]\n"
      "#[Buckets = {:12}, SubBuckets     = {:12}]\n",
      mean, std::sqrt(squares / static_cast<double>(total)), counts.rbegin()->first, total,
      Histogram::kMaximumBits - Histogram::kSubBucketBits, 1U << Histogram::kSubBucketBits);
}

// Percentiles with five steps to each halving of what is left, as HdrHistogram prints them.
std::string distribution_of(const Counts& counts) {
  constexpr double kTicksPerHalf = 5;
  std::uint64_t total = 0;
  for (const auto& [ns, count] : counts) total += count;
  std::string text = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n";
  double percentile = 0;
  std::uint64_t seen = 0;
  auto bucket = counts.begin();
  seen = bucket->second;
  while (seen < total || percentile < 100) {
    const double wanted = std::ceil(percentile / 100 * static_cast<double>(total));
    while (static_cast<double>(seen) < wanted && std::next(bucket) != counts.end()) {
      ++bucket;
      seen += bucket->second;
    }
    if (seen >= total) break;
    text += fmt::format("{:12.3f} {:.12f} {:10} {:14.2f}\n", bucket->first, percentile / 100, seen,
                        1 / (1 - percentile / 100));
    const double halvings = std::floor(std::log2(100 / (100 - percentile))) + 1;
    percentile += 100 / (kTicksPerHalf * std::exp2(halvings));
  }
  text += fmt::format("{:12.3f} {:.12f} {:10}\n", counts.rbegin()->first, 1.0, total);
  return text + footer_of(counts, total);
}

}  // namespace

Result<std::string> export_hgrm(const std::vector<Row>& rows, const ReplicatesOf& replicates) {
  std::string names, text;
  std::size_t found = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto of_row = replicates(rows[i]);
    if (!of_row) return of_row.error();
    const Counts counts = counts_of(*of_row);
    if (counts.empty()) continue;
    names += fmt::format("\n  {}", rows[i].cell);
    if (++found == 1) text = distribution_of(counts);
  }
  if (found == 0) {
    return usage_error(
        "no operation of this run was timed by itself, so it has no histogram: measure with "
        "timing=operation, or name another cell");
  }
  if (found == 1) return text;
  return usage_error(
      "a .hgrm file holds one histogram, and the run has {}: name one with --filter:{}", found,
      names);
}

}  // namespace pmembench
