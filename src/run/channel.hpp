// Channel: lines of JSON in and out of two descriptors.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace pmembench {

// One end of the worker protocol. Used by one thread. SIGPIPE must be ignored by the process.
class Channel {
 public:
  Channel(UniqueFd in, UniqueFd out) : in_(std::move(in)), out_(std::move(out)) {}

  // Errors (runtime): the other end is gone (code EPIPE).
  Status send(const nlohmann::json& message);
  // The next message. Blocks; a timeout of 0 waits for ever. Errors (runtime) by code: EPIPE end of
  // file, ETIMEDOUT, EPROTO not JSON or a line above 64 MiB.
  Result<nlohmann::json> receive(std::uint64_t timeout_ms = 0);
  void close();
  [[nodiscard]] int out() const { return out_.get(); }

 private:
  UniqueFd in_;
  UniqueFd out_;
  std::string buffer_;
};

}  // namespace pmembench
