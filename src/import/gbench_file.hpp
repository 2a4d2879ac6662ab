// Google Benchmark's JSON, old and new, as cells: each repetition of a benchmark is one
// measurement.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "record/document.hpp"

namespace pmembench {

struct GbenchRepetition {
  double time_ns = 0;  // of one iteration, wall clock
  double cpu_ns = 0;   // 0: not known
  double iterations = 0;
  double bytes_per_s = 0, items_per_s = 0;  // 0: not known
  std::map<std::string, double> counters;   // the benchmark's own; only members that are numbers
};

struct GbenchCell {
  std::string name;    // the second of one name is "NAME #2"
  std::string status;  // "ok", "skipped", "error"
  std::string reason;
  std::vector<GbenchRepetition> repetitions;
  unsigned same_name = 1;  // benchmarks of this file that have its name
  unsigned threads = 1;
  std::string bad_time{};  // why a time is not a number above zero; empty: each is one
  // "mean" -> ns, of a benchmark that has nothing but aggregates; "cv" is a share.
  std::map<std::string, double> aggregates{};
  double aggregated = 0;  // repetitions behind them; 0: not known
};

struct GbenchLeftOut {
  std::string entry, reason;
};

struct GbenchFile {
  Document context;  // an object; empty where the file has none
  std::vector<GbenchCell> cells;
  std::vector<GbenchLeftOut> left_out;
  bool empty = false;            // the file lists no benchmark
  bool only_aggregates = false;  // and no benchmark has a repetition
};

// Every entry is a repetition of a cell, or left out with a reason. A benchmark without a time
// (aggregates only, failed, skipped, no number) is a cell that says why. Refuses (usage) what is
// none, and a list of names.
Result<GbenchFile> read_gbench(const std::string& text, const std::string& label);

}  // namespace pmembench
