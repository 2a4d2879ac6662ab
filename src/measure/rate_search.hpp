// RateSearch: the highest rate at which a bound is kept, by halving the interval of rates.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pmembench {

// "p99=2us": that percentile of the latency is at most so long.
struct LatencyBound {
  std::string name;  // "p99"
  double share = 0;  // 0.99
  double limit_ns = 0;
};
// Refuses (usage) other words, a percentile outside (0, 100), no time.
Result<LatencyBound> parse_latency_bound(std::string_view text);

// What a trial says of a rate. `cannot_tell`: it had too few operations for the percentile.
enum class RateAnswer { kept, missed, cannot_tell };

// The answers are taken as they come: one that noise turned moves the result, which is why several
// processes search. A rate without an answer does not end the interval that is found: the search
// goes on above it, where more operations come.
class RateSearch {
 public:
  enum class State {
    searching,
    found,        // kept() is known within the resolution
    never_kept,   // not even at the lowest rate
    always_kept,  // at the highest rate too: the bound is beyond it
    cannot_tell   // no rate that could be judged kept it, and those below the others could not
  };
  // Rates above 0, lowest < highest; the result is known within the factor 1 + resolution.
  RateSearch(double lowest, double highest, double resolution);
  [[nodiscard]] State state() const { return state_; }
  // The rate to try; only while searching. First the lowest, then the highest, then between.
  [[nodiscard]] double next() const { return next_; }
  void tell(RateAnswer answer);
  [[nodiscard]] double kept() const { return kept_; }  // the highest at which it was; 0: none
  [[nodiscard]] double missed() const {
    return missed_;
  }  // the lowest at which it was not; 0: none

 private:
  double highest_, resolution_, next_;
  double kept_ = 0, missed_ = 0;
  double untold_ = 0;  // the highest without an answer
  State state_ = State::searching;
};

}  // namespace pmembench
