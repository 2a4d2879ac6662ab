#include "cluster/clock_exchange.hpp"

#include <vector>

namespace pmembench {
namespace {

std::int64_t now_ns(const Clock& clock) { return static_cast<std::int64_t>(clock.now_ns()); }

}  // namespace

Result<ClockOffset> measure_offset(ClusterLink& link, unsigned rank, const Clock& clock,
                                   std::uint64_t limit_ms) {
  std::vector<PingPong> samples;
  for (unsigned i = 0; i < kPingPongs; ++i) {
    PingPong sample;
    sample.sent_ns = now_ns(clock);
    if (const Status sent = link.send_word(rank, i, limit_ms); !sent) return sent.error();
    const auto remote_ns = link.receive_word(rank, limit_ms);
    if (!remote_ns) return remote_ns.error();
    sample.returned_ns = now_ns(clock);
    sample.remote_ns = *remote_ns;
    samples.push_back(sample);
  }
  const auto offset = clock_offset(samples);
  if (!offset) return runtime_error("the clock of rank {} cannot be compared with this one", rank);
  return *offset;
}

Status answer_clock(ClusterLink& link, const Clock& clock, std::uint64_t limit_ms) {
  for (unsigned i = 0; i < kPingPongs; ++i) {
    const auto asked = link.receive_word(0, limit_ms);
    if (!asked) return asked.error();
    if (const Status sent = link.send_word(0, now_ns(clock), limit_ms); !sent) return sent;
  }
  return {};
}

}  // namespace pmembench
