#include "cluster/mpi_link.hpp"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace pmembench {
namespace {

constexpr int kTextTag = 1, kWordTag = 2;
constexpr std::uint64_t kMillisecond_ns = 1'000'000;
// Between two looks: the sooner it is after the wait began, the shorter.
constexpr long kShortestSleep_ns = 50'000, kLongestSleep_ns = 1'000'000;
constexpr unsigned kSpinsBeforeYield = 64;

Error mpi_error(int code, const char* what, unsigned peer) {
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(code, text, &length);
  return runtime_error("MPI failed to {} rank {}: {}", what, peer, text);
}

int as_int(unsigned rank) { return static_cast<int>(rank); }

}  // namespace

MpiLink::MpiLink(const std::atomic<bool>& interrupted) : interrupted_(interrupted) {
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  int rank = 0, size = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  rank_ = static_cast<unsigned>(rank);
  size_ = static_cast<unsigned>(size);
}

Status MpiLink::await(MPI_Request& request, std::uint64_t limit_ms, bool sleeps, const char* what,
                      unsigned peer) {
  const std::uint64_t begin_ns = clock_.now_ns();
  long sleep_ns = kShortestSleep_ns;
  for (unsigned looks = 1;; ++looks) {
    int done = 0;
    const int code = MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (code != MPI_SUCCESS) return mpi_error(code, what, peer);
    if (done != 0) return {};
    if (interrupted_.load(std::memory_order_relaxed)) {
      return Error{ErrorKind::interrupted, "interrupted", 0};
    }
    if (clock_.now_ns() - begin_ns > limit_ms * kMillisecond_ns) {
      Error late = runtime_error("rank {} did nothing for {} ms", peer, limit_ms);
      late.code = ETIMEDOUT;
      return late;
    }
    if (sleeps) {
      const timespec pause{0, sleep_ns};
      nanosleep(&pause, nullptr);
      sleep_ns = std::min(2 * sleep_ns, kLongestSleep_ns);
    } else if (looks % kSpinsBeforeYield == 0) {
      sched_yield();
    }
  }
}

Status MpiLink::send(unsigned to, const std::string& text, std::uint64_t limit_ms) {
  MPI_Request request = MPI_REQUEST_NULL;
  const int code = MPI_Isend(text.data(), static_cast<int>(text.size()), MPI_CHAR, as_int(to),
                             kTextTag, MPI_COMM_WORLD, &request);
  if (code != MPI_SUCCESS) return mpi_error(code, "send to", to);
  return await(request, limit_ms, true, "send to", to);
}

Result<std::string> MpiLink::receive(unsigned from, std::uint64_t limit_ms) {
  const std::uint64_t begin_ns = clock_.now_ns();
  long sleep_ns = kShortestSleep_ns;
  for (;;) {
    int there = 0;
    MPI_Status status;
    const int code = MPI_Iprobe(as_int(from), kTextTag, MPI_COMM_WORLD, &there, &status);
    if (code != MPI_SUCCESS) return mpi_error(code, "receive from", from);
    if (there != 0) {
      int size = 0;
      MPI_Get_count(&status, MPI_CHAR, &size);
      std::string text(static_cast<std::size_t>(size), '\0');
      MPI_Request request = MPI_REQUEST_NULL;
      const int begun =
          MPI_Irecv(text.data(), size, MPI_CHAR, as_int(from), kTextTag, MPI_COMM_WORLD, &request);
      if (begun != MPI_SUCCESS) return mpi_error(begun, "receive from", from);
      const Status done = await(request, limit_ms, true, "receive from", from);
      if (!done) return done.error();
      return text;
    }
    if (interrupted_.load(std::memory_order_relaxed)) {
      return Error{ErrorKind::interrupted, "interrupted", 0};
    }
    if (clock_.now_ns() - begin_ns > limit_ms * kMillisecond_ns) {
      Error late = runtime_error("rank {} did nothing for {} ms", from, limit_ms);
      late.code = ETIMEDOUT;
      return late;
    }
    const timespec pause{0, sleep_ns};
    nanosleep(&pause, nullptr);
    sleep_ns = std::min(2 * sleep_ns, kLongestSleep_ns);
  }
}

Status MpiLink::send_word(unsigned to, std::int64_t word, std::uint64_t limit_ms) {
  MPI_Request request = MPI_REQUEST_NULL;
  const int code = MPI_Isend(&word, 1, MPI_INT64_T, as_int(to), kWordTag, MPI_COMM_WORLD, &request);
  if (code != MPI_SUCCESS) return mpi_error(code, "send to", to);
  return await(request, limit_ms, false, "send to", to);
}

Result<std::int64_t> MpiLink::receive_word(unsigned from, std::uint64_t limit_ms) {
  std::int64_t word = 0;
  MPI_Request request = MPI_REQUEST_NULL;
  const int code =
      MPI_Irecv(&word, 1, MPI_INT64_T, as_int(from), kWordTag, MPI_COMM_WORLD, &request);
  if (code != MPI_SUCCESS) return mpi_error(code, "receive from", from);
  const Status done = await(request, limit_ms, false, "receive from", from);
  if (done) return word;
  MPI_Cancel(&request);
  MPI_Request_free(&request);
  return done.error();
}

Result<std::optional<std::int64_t>> MpiLink::poll_word(unsigned from) {
  int there = 0;
  const int code = MPI_Iprobe(as_int(from), kWordTag, MPI_COMM_WORLD, &there, MPI_STATUS_IGNORE);
  if (code != MPI_SUCCESS) return mpi_error(code, "receive from", from);
  if (there == 0) return std::optional<std::int64_t>();
  std::int64_t word = 0;
  const int received =
      MPI_Recv(&word, 1, MPI_INT64_T, as_int(from), kWordTag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  if (received != MPI_SUCCESS) return mpi_error(received, "receive from", from);
  return std::optional<std::int64_t>(word);
}

}  // namespace pmembench
