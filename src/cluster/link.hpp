// ClusterLink: the messages between the ranks of a measurement. In production MPI, in tests
// threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace pmembench {

// One rank's end. Used by one thread. Every wait has a limit; an error of code ETIMEDOUT is one
// that reached it, and one of kind interrupted follows a signal to this process.
class ClusterLink {
 public:
  ClusterLink() = default;
  ClusterLink(const ClusterLink&) = delete;
  ClusterLink& operator=(const ClusterLink&) = delete;
  virtual ~ClusterLink() = default;

  [[nodiscard]] virtual unsigned rank() const = 0;
  [[nodiscard]] virtual unsigned size() const = 0;
  virtual Status send(unsigned to, const std::string& text, std::uint64_t limit_ms) = 0;
  virtual Result<std::string> receive(unsigned from, std::uint64_t limit_ms) = 0;
  // Single numbers, apart from the texts and as fast as they go: for clocks, and for the signals of
  // a visibility test. receive_word() does not sleep while it waits.
  virtual Status send_word(unsigned to, std::int64_t word, std::uint64_t limit_ms) = 0;
  virtual Result<std::int64_t> receive_word(unsigned from, std::uint64_t limit_ms) = 0;
  // The next number if it is there.
  virtual Result<std::optional<std::int64_t>> poll_word(unsigned from) = 0;
};

}  // namespace pmembench
