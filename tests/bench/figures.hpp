// Figures: what a benchmark found beside what was asked of it, each judged in one word.
#pragma once

#include <string>
#include <string_view>

#include "tests/bench/paired_slices.hpp"

namespace pmembench::bench {

// The whole interval is on the right side, or none of it, or a part: then more pairs, or a quieter
// host, are needed to tell.
enum class Word { met, missed, undecided };
[[nodiscard]] std::string_view text(Word word);
[[nodiscard]] Word judge_at_most(const MedianInterval& value, double limit);
[[nodiscard]] Word judge_at_least(const MedianInterval& value, double limit);

// Prints each figure as a line, and adds it to the file that PMEMBENCH_FIGURES names, as a line of
// JSON, for the table at the end of script/bench. Used by one thread.
class Figures {
 public:
  // `unit`: behind the numbers; empty for ratios. `reason`: why a figure that is not met is as it
  // is, where that is known.
  void at_most(const std::string& name, const MedianInterval& value, double limit,
               std::string_view unit = "", const std::string& reason = "");
  void at_least(const std::string& name, const MedianInterval& value, double limit,
                std::string_view unit = "", const std::string& reason = "");
  void between(const std::string& name, const MedianInterval& value, double low, double high,
               std::string_view unit = "", const std::string& reason = "");
  // Not measured, for this reason.
  void undecided(const std::string& name, const std::string& asked, const std::string& reason);
  // 0: all are met; 1: one is missed; 3: none is, and one is undecided.
  [[nodiscard]] int status() const;

 private:
  void add(const std::string& name, const MedianInterval* value, const std::string& asked,
           std::string_view unit, Word word, const std::string& reason);
  bool missed_ = false, undecided_ = false;
};

}  // namespace pmembench::bench
