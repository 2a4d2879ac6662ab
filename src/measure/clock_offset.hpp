// The offset and drift of another host's clock, from messages that went there and back.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace pmembench {

// One message there and back. `sent_ns` and `returned_ns` are of this clock, `remote_ns` is the
// other clock's reading between them.
struct PingPong {
  std::int64_t sent_ns = 0;
  std::int64_t remote_ns = 0;
  std::int64_t returned_ns = 0;
};

// The other clock less this one, around `at_ns` of this clock.
struct ClockOffset {
  std::int64_t at_ns = 0;
  double offset_ns = 0;
  double bound_ns = 0;       // the true offset is within: half of the round trip, and the rounding
  double round_trip_ns = 0;  // the shortest one
};

// From the ping-pong with the shortest round trip: the other clock was read at some time between
// sending and return, so the error is at most half of that time (F. Cristian, Distributed Computing
// 3, 1989). Nothing if there is no sample, or if the shortest returned before it was sent.
[[nodiscard]] std::optional<ClockOffset> clock_offset(std::span<const PingPong> samples);

// How readings of the other clock become times of this one: a line through two offsets.
class ClockMap {
 public:
  // This clock itself.
  ClockMap() = default;
  // `after` is later than `before`, or equal to it (then the drift is unknown and taken as 0).
  ClockMap(const ClockOffset& before, const ClockOffset& after);

  // Nanoseconds of this clock for a reading of the other one.
  [[nodiscard]] double here_ns(std::int64_t remote_ns) const;
  // The reading of the other clock at a time of this one.
  [[nodiscard]] std::int64_t remote_ns(std::int64_t here_ns) const;
  // How far here_ns() can be off between the two measurements if the drift was constant: the larger
  // of their bounds, and what rounding adds.
  [[nodiscard]] double bound_ns() const;
  // The other clock gains this much, in parts per million; and how far that can be off.
  [[nodiscard]] double drift_ppm() const;
  [[nodiscard]] double drift_bound_ppm() const;
  // The other clock less this one in the middle between the measurements.
  [[nodiscard]] double offset_ns() const;

 private:
  ClockOffset before_, after_;
  double drift_ = 0;  // nanoseconds a nanosecond
};

}  // namespace pmembench
