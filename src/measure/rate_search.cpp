#include "measure/rate_search.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/check.hpp"
#include "base/units.hpp"

namespace pmembench {

Result<LatencyBound> parse_latency_bound(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  double percent = 0;
  const char* end = name.data() + name.size();
  const bool begins = name.size() > 1 && name.front() == 'p' && equals != std::string_view::npos;
  const auto read = begins ? std::from_chars(name.data() + 1, end, percent)
                           : std::from_chars_result{nullptr, std::errc::invalid_argument};
  if (!begins || read.ec != std::errc{} || read.ptr != end || !(percent > 0 && percent < 100)) {
    return usage_error("'{}' is not a bound: write a percentile and a time, such as p99=2us", text);
  }
  const auto limit_ns = parse_duration_ns(text.substr(equals + 1));
  if (!limit_ns) return usage_error("'{}' is not a bound: {}", text, limit_ns.error().message);
  if (*limit_ns == 0) return usage_error("'{}' is not a bound: nothing takes no time", text);
  return LatencyBound{std::string(name), percent / 100, static_cast<double>(*limit_ns)};
}

RateSearch::RateSearch(double lowest, double highest, double resolution)
    : highest_(highest), resolution_(resolution), next_(lowest) {
  PMB_CHECK(lowest > 0 && lowest < highest && resolution > 0, "a search has an interval");
}

void RateSearch::tell(RateAnswer answer) {
  PMB_CHECK(state_ == State::searching, "a search that has ended is asked nothing");
  switch (answer) {
    case RateAnswer::kept:
      kept_ = next_;
      break;
    case RateAnswer::missed:
      missed_ = next_;
      break;
    case RateAnswer::cannot_tell:
      untold_ = next_;
      break;
  }
  const double low = std::max(kept_, untold_);
  if (low == 0) {
    state_ = State::never_kept;
  } else if (next_ == highest_ && answer == RateAnswer::kept) {
    state_ = State::always_kept;
  } else if (next_ == highest_ && answer == RateAnswer::cannot_tell) {
    state_ = State::cannot_tell;
  } else if (missed_ == 0) {
    next_ = highest_;
  } else if (missed_ <= low * (1 + resolution_)) {
    state_ = kept_ > 0 ? State::found : State::cannot_tell;
  } else {
    next_ = std::sqrt(low * missed_);
  }
}

}  // namespace pmembench
