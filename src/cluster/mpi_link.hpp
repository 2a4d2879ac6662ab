// MpiLink: messages by MPI. Compiled where MPI is found; the files mpi_* alone see mpi.h.
#pragma once

#include <mpi.h>

#include <atomic>

#include "base/clock.hpp"
#include "cluster/link.hpp"

namespace pmembench {

// Of MPI_COMM_WORLD; made after MPI_Init, ended before MPI_Finalize. An operation that did not
// complete within its limit is left to MPI: the run is over then, and the process aborts.
class MpiLink final : public ClusterLink {
 public:
  explicit MpiLink(const std::atomic<bool>& interrupted);

  [[nodiscard]] unsigned rank() const override { return rank_; }
  [[nodiscard]] unsigned size() const override { return size_; }
  Status send(unsigned to, const std::string& text, std::uint64_t limit_ms) override;
  Result<std::string> receive(unsigned from, std::uint64_t limit_ms) override;
  Status send_word(unsigned to, std::int64_t word, std::uint64_t limit_ms) override;
  Result<std::int64_t> receive_word(unsigned from, std::uint64_t limit_ms) override;
  Result<std::optional<std::int64_t>> poll_word(unsigned from) override;

 private:
  // Until the request completes; `sleeps`: between two looks.
  Status await(MPI_Request& request, std::uint64_t limit_ms, bool sleeps, const char* what,
               unsigned peer);

  const std::atomic<bool>& interrupted_;
  MonotonicClock clock_;
  unsigned rank_ = 0, size_ = 1;
};

}  // namespace pmembench
