// Inference: one line of a datasheet. What a property is, how it was shown, or why it was not.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pmembench {

// Values are samples of single slices or medians of a process, never of one operation. An inference
// is a function of samples alone: it sees no clock and no medium.
struct Inference {
  std::string property = {};  // "read_line"; the names are those of property_list()
  bool determined = false;    // false: `reason` says why, and the numbers mean nothing
  double value = 0;           // 0 with `none`
  double low = 0, high = 0;   // of 95 %, where the statistic has an interval; else both are `value`
  std::string unit = {};      // "B", "ns", "x", ""
  double p = 1;               // that chance shows as much; 1 where nothing was tested
  std::string test = {};      // the statistic, in words
  std::string reason = {};    // why it is not determined
  bool none = false;          // determined, and there is none: `missed` says what would be seen
  std::string missed = {};    // what could be there all the same
  std::string note = {};      // what else could look like it
};

[[nodiscard]] Inference not_determined(std::string_view property, std::string reason);

// The value and its interval, in words: "256 B", "15.8 KiB [15.1, 16.6]", "none".
[[nodiscard]] std::string value_text(const Inference& inference);

// Samples by process: those of one process differ by less than processes do.
using BySample = std::vector<double>;
using ByProcess = std::vector<BySample>;

// Each process's median.
[[nodiscard]] std::vector<double> process_medians(const ByProcess& samples);

// P(at least `successes` of `trials`) where each is a fair coin.
[[nodiscard]] double sign_test_p(std::uint64_t successes, std::uint64_t trials);

// The slope of y over x by least squares, through (mean x, mean y).
struct Line {
  double slope = 0, intercept = 0;
};
[[nodiscard]] Line fit_line(std::span<const double> x, std::span<const double> y);

}  // namespace pmembench
