#include "measure/clock_offset.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"

namespace pmembench {
namespace {

constexpr double kResolution_ns = 1;  // of each of the readings: whole nanoseconds
constexpr double kPartsPerMillion = 1e6;

}  // namespace

std::optional<ClockOffset> clock_offset(std::span<const PingPong> samples) {
  if (samples.empty()) return std::nullopt;
  const PingPong& best =
      *std::min_element(samples.begin(), samples.end(), [](const PingPong& a, const PingPong& b) {
        return a.returned_ns - a.sent_ns < b.returned_ns - b.sent_ns;
      });
  const std::int64_t round_trip_ns = best.returned_ns - best.sent_ns;
  if (round_trip_ns < 0) return std::nullopt;
  ClockOffset offset;
  offset.at_ns = best.sent_ns + round_trip_ns / 2;
  offset.round_trip_ns = static_cast<double>(round_trip_ns);
  offset.offset_ns = static_cast<double>(best.remote_ns - offset.at_ns);
  offset.bound_ns = offset.round_trip_ns / 2 + kResolution_ns;
  return offset;
}

ClockMap::ClockMap(const ClockOffset& before, const ClockOffset& after)
    : before_(before), after_(after) {
  PMB_CHECK(after.at_ns >= before.at_ns, "the second offset was measured after the first");
  const auto span_ns = static_cast<double>(after.at_ns - before.at_ns);
  if (span_ns > 0) drift_ = (after.offset_ns - before.offset_ns) / span_ns;
}

double ClockMap::here_ns(std::int64_t remote_ns) const {
  // With t the time here since `before`: remote = before.at + offset + t * (1 + drift).
  const double remote_at_before_ns = static_cast<double>(before_.at_ns) + before_.offset_ns;
  const double since_ns = static_cast<double>(remote_ns) - remote_at_before_ns;
  return static_cast<double>(before_.at_ns) + since_ns / (1 + drift_);
}

std::int64_t ClockMap::remote_ns(std::int64_t here_ns) const {
  const auto since_ns = static_cast<double>(here_ns - before_.at_ns);
  return here_ns + std::llround(before_.offset_ns + drift_ * since_ns);
}

double ClockMap::bound_ns() const { return std::max(before_.bound_ns, after_.bound_ns); }

double ClockMap::drift_ppm() const { return drift_ * kPartsPerMillion; }

double ClockMap::drift_bound_ppm() const {
  const auto span_ns = static_cast<double>(after_.at_ns - before_.at_ns);
  if (span_ns <= 0) return 0;
  return (before_.bound_ns + after_.bound_ns) / span_ns * kPartsPerMillion;
}

double ClockMap::offset_ns() const { return (before_.offset_ns + after_.offset_ns) / 2; }

}  // namespace pmembench
