#include "cluster/conductor.hpp"

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "cluster/clock_exchange.hpp"
#include "record/codec.hpp"

namespace pmembench {

using nlohmann::json;

Conductor::Conductor(ClusterLink& link, HostPart& own, const ClusterLimits& limits)
    : link_(link), own_(own), limits_(limits) {
  for (unsigned rank = 0; rank < link.size(); ++rank) {
    hosts_.push_back("rank " + std::to_string(rank));
  }
}

Error Conductor::silent(unsigned rank, const Error& error, const std::string& what) const {
  if (error.kind == ErrorKind::interrupted) return error;
  Error named = runtime_error(
      "host {} (rank {}) did not answer while {}: {}; it died, was stopped, or the network to it "
      "is "
      "cut. What was stored is kept, and --resume goes on",
      hosts_[rank], rank, what, error.message);
  named.code = error.code;
  return named;
}

// With each command a rank learns how long the next one can take at most: as long as the slowest
// rank may take for this one.
Status Conductor::send(unsigned rank, json command, std::uint64_t more_ms,
                       const std::string& what) {
  command["next_within_ms"] =
      limits_.wait_ms + std::max(more_ms, command.value("next_takes_ms", std::uint64_t{0}));
  const Status sent = link_.send(rank, json_text(command), limits_.wait_ms);
  return sent ? sent : Status(silent(rank, sent.error(), what));
}

Result<json> Conductor::receive(unsigned rank, std::uint64_t more_ms, const std::string& what) {
  const auto text = link_.receive(rank, limits_.wait_ms + more_ms);
  if (!text) return silent(rank, text.error(), what);
  json answer = json::parse(*text, nullptr, false);
  if (answer.is_discarded()) {
    return runtime_error("host {} (rank {}) sent what is not JSON", hosts_[rank], rank);
  }
  return answer;
}

Result<std::vector<json>> Conductor::all(const json& command, const std::string& what,
                                         std::uint64_t more_ms) {
  return each(std::vector<json>(link_.size(), command), what, more_ms);
}

Result<std::vector<json>> Conductor::each(const std::vector<json>& commands,
                                          const std::string& what, std::uint64_t more_ms) {
  for (unsigned rank = 1; rank < link_.size(); ++rank) {
    const Status sent = send(rank, commands[rank], more_ms, what);
    if (!sent) return sent.error();
  }
  std::vector<json> answers{own_.handle(commands[0])};
  if (!own_.link_status()) return own_.link_status().error();
  for (unsigned rank = 1; rank < link_.size(); ++rank) {
    auto answer = receive(rank, more_ms, what);
    if (!answer) return answer.error();
    answers.push_back(*std::move(answer));
  }
  return answers;
}

Result<json> Conductor::one(unsigned rank, json command, const std::string& what,
                            std::uint64_t more_ms) {
  if (rank == 0) return own_.handle(command);
  const Status sent = send(rank, std::move(command), more_ms, what);
  if (!sent) return sent.error();
  return receive(rank, more_ms, what);
}

Result<std::vector<ClockOffset>> Conductor::clock_offsets() {
  const std::string what = "comparing clocks";
  const MonotonicClock clock;
  const json command{{"do", "clocks"}, {"limit_ms", limits_.wait_ms}};
  (void)own_.handle(command);
  std::vector<ClockOffset> offsets(link_.size());
  offsets[0].at_ns = static_cast<std::int64_t>(clock.now_ns());
  for (unsigned rank = 1; rank < link_.size(); ++rank) {
    const Status sent = send(rank, command, 0, what);
    if (!sent) return sent.error();
    const auto offset = measure_offset(link_, rank, clock, limits_.wait_ms);
    if (!offset) return silent(rank, offset.error(), what);
    const auto answer = receive(rank, 0, what);
    if (!answer) return answer.error();
    if (const auto failed = error_in(*answer)) return *failed;
    offsets[rank] = *offset;
  }
  return offsets;
}

Result<std::vector<json>> Conductor::say_hello() {
  auto answers = all({{"do", "hello"}}, "saying who they are");
  if (!answers) return answers;
  std::vector<std::string> names;
  for (const json& answer : *answers) {
    if (const auto failed = error_in(answer)) return *failed;
    names.push_back(answer.value("host", "unknown"));
  }
  for (unsigned rank = 0; rank < names.size(); ++rank) {
    const bool alone = std::count(names.begin(), names.end(), names[rank]) == 1;
    hosts_[rank] = alone ? names[rank] : names[rank] + ":" + std::to_string(rank);
  }
  return answers;
}

void Conductor::quit() {
  constexpr std::uint64_t kQuitPatience_ms = 1'000;
  for (unsigned rank = 1; rank < link_.size(); ++rank) {
    if (link_.send(rank, json_text({{"do", "quit"}}), kQuitPatience_ms)) {
      (void)link_.receive(rank, kQuitPatience_ms);
    }
  }
}

}  // namespace pmembench
