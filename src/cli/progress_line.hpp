// ProgressLine: a live line on a terminal, a plain line now and then elsewhere.
#pragma once

#include <cstdio>
#include <string>

#include "run/run_observer.hpp"

namespace pmembench {

// Writes to `stream` (standard error). clear() before anything else is printed.
class ProgressLine {
 public:
  ProgressLine(std::FILE* stream, bool terminal) : stream_(stream), terminal_(terminal) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void show(const Progress& progress);
  void clear();
  // A line that stays.
  void say(const std::string& text);

 private:
  std::FILE* stream_;
  bool terminal_;
  bool shown_ = false;
  double last_s_ = -1e9;
};

// "[ 12 s] round 2, 118 cells, 96 open, about 34 s left: movnt/direct/random/..."
[[nodiscard]] std::string progress_text(const Progress& progress);

// "[#####...............]  25 % ": of the time, as far as it is known. Only on a terminal.
[[nodiscard]] std::string progress_bar(const Progress& progress);

}  // namespace pmembench
