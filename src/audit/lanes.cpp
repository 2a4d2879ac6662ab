#include "audit/lanes.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <span>
#include <system_error>

#include "base/unique_fd.hpp"

namespace pmembench {
namespace {

// A result travels as the job's number, its length and its bytes.
struct ResultHeader {
  std::uint64_t job;
  std::uint64_t bytes;
};

struct Lane {
  pid_t process = 0;
  UniqueFd from;
  std::string received;
  bool open = true;
};

std::vector<int> allowed_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<unsigned>(cpu), &set)) cpus.push_back(cpu);
  }
  return cpus;
}

void stay_on_cpu(std::size_t lane) {
  const std::vector<int> cpus = allowed_cpus();
  if (cpus.empty()) return;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<unsigned>(cpus[lane % cpus.size()]), &one);
  sched_setaffinity(0, sizeof one, &one);
}

void send_all(int fd, std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // the parent is gone
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

// noexcept: an exception must end the lane, not unwind into a copy of the host.
[[noreturn]] void run_lane(std::size_t lane, std::size_t jobs, std::size_t lanes, int fd,
                           const std::function<std::string(std::size_t)>& job) noexcept {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  stay_on_cpu(lane);
  for (std::size_t i = lane; i < jobs; i += lanes) {
    const std::string result = job(i);
    const ResultHeader header{i, result.size()};
    std::array<char, sizeof header> text{};
    std::memcpy(text.data(), &header, sizeof header);
    send_all(fd, text);
    send_all(fd, result);
  }
  _exit(0);
}

void take_results(Lane& lane, std::vector<std::optional<std::string>>& results,
                  const std::function<void(std::size_t)>& done) {
  for (;;) {
    ResultHeader header{};
    if (lane.received.size() < sizeof header) return;
    std::memcpy(&header, lane.received.data(), sizeof header);
    if (lane.received.size() < sizeof header + header.bytes) return;
    results[header.job] = lane.received.substr(sizeof header, header.bytes);
    lane.received.erase(0, sizeof header + header.bytes);
    done(header.job);
  }
}

Status start_lane(std::size_t index, std::size_t jobs, std::size_t lanes,
                  const std::function<std::string(std::size_t)>& job, Lane* lane) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return environment_error("no pipe for the audit: {}", std::generic_category().message(errno));
  }
  lane->from = UniqueFd(ends[0]);
  const UniqueFd to(ends[1]);
  std::fflush(nullptr);
  lane->process = fork();
  if (lane->process == 0) run_lane(index, jobs, lanes, to.get(), job);
  if (lane->process < 0) {
    return environment_error("no process for the audit: {}",
                             std::generic_category().message(errno));
  }
  return {};
}

void read_lane(Lane& lane) {
  std::array<char, 65536> buffer{};
  const ssize_t got = read(lane.from.get(), buffer.data(), buffer.size());
  if (got < 0 && errno == EINTR) return;
  if (got <= 0) {
    lane.open = false;
    return;
  }
  lane.received.append(buffer.data(), static_cast<std::size_t>(got));
}

}  // namespace

std::size_t usable_cpus() { return std::max<std::size_t>(1, allowed_cpus().size()); }

Result<std::vector<std::string>> run_in_lanes(std::size_t jobs, std::size_t lanes,
                                              const std::function<std::string(std::size_t)>& job,
                                              const std::function<void(std::size_t)>& done) {
  lanes = std::clamp<std::size_t>(lanes, 1, std::max<std::size_t>(1, jobs));
  std::vector<Lane> all(lanes);
  std::vector<std::optional<std::string>> results(jobs);
  Status started;
  for (std::size_t i = 0; i < lanes && started; ++i) {
    started = start_lane(i, jobs, lanes, job, &all[i]);
  }
  if (!started) return started.error();
  for (;;) {
    std::vector<pollfd> waiting;
    for (const Lane& lane : all) waiting.push_back({lane.open ? lane.from.get() : -1, POLLIN, 0});
    if (std::none_of(all.begin(), all.end(), [](const Lane& lane) { return lane.open; })) break;
    if (poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) break;
    for (std::size_t i = 0; i < lanes; ++i) {
      if (waiting[i].revents == 0 || !all[i].open) continue;
      read_lane(all[i]);
      take_results(all[i], results, done);
    }
  }
  for (const Lane& lane : all) {
    while (waitpid(lane.process, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < jobs; ++i) {
    if (!results[i]) {
      return Error{ErrorKind::runtime,
                   fmt::format("the process that ran part {} of the audit died; "
                               "report it with the command line",
                               i),
                   0};
    }
    texts.push_back(*std::move(results[i]));
  }
  return texts;
}

}  // namespace pmembench
