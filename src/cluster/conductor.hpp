// Conductor: rank 0's side: commands to all ranks, itself included, and their answers.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cluster/host_part.hpp"
#include "cluster/link.hpp"
#include "measure/clock_offset.hpp"

namespace pmembench {

// How long rank 0 waits for a host.
struct ClusterLimits {
  std::uint64_t wait_ms = 60'000;   // for an answer
  std::uint64_t open_ms = 600'000;  // for a medium that is opened, or a cell that is prepared
};

// Used by one thread. An error of a method is one of the run as a whole: a host that did not answer
// in time, by name, or an interruption; then the other ranks are not asked again. Errors of the
// work are in the answers (error_in()).
class Conductor {
 public:
  // Both outlive it.
  Conductor(ClusterLink& link, HostPart& own, const ClusterLimits& limits);

  // The same command for all ranks, or `of_rank` for each; all answers, by rank. `what`: what the
  // ranks do, for the message. `more_ms`: what the command takes itself, on top of the limit.
  Result<std::vector<nlohmann::json>> all(const nlohmann::json& command, const std::string& what,
                                          std::uint64_t more_ms = 0);
  Result<std::vector<nlohmann::json>> each(const std::vector<nlohmann::json>& commands,
                                           const std::string& what, std::uint64_t more_ms = 0);
  // One rank alone.
  Result<nlohmann::json> one(unsigned rank, nlohmann::json command, const std::string& what,
                             std::uint64_t more_ms = 0);
  // The offsets of all ranks' clocks to this one, now. Of rank 0: none.
  Result<std::vector<ClockOffset>> clock_offsets();

  // Asks all for their names; two of one name get their rank added.
  Result<std::vector<nlohmann::json>> say_hello();
  [[nodiscard]] const std::vector<std::string>& hosts() const { return hosts_; }
  [[nodiscard]] const ClusterLimits& limits() const { return limits_; }
  [[nodiscard]] unsigned size() const { return link_.size(); }
  // Ends all other ranks, if they still listen.
  void quit();

 private:
  Status send(unsigned rank, nlohmann::json command, std::uint64_t more_ms,
              const std::string& what);
  Result<nlohmann::json> receive(unsigned rank, std::uint64_t more_ms, const std::string& what);
  [[nodiscard]] Error silent(unsigned rank, const Error& error, const std::string& what) const;

  ClusterLink& link_;
  HostPart& own_;
  ClusterLimits limits_;
  std::vector<std::string> hosts_;
};

}  // namespace pmembench
