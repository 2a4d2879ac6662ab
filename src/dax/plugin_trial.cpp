#include "dax/plugin_trial.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"

namespace pmembench {
namespace {

// The pipe carries records of a tag, a text and a NUL. The last one is a verdict.
constexpr std::uint64_t kMillisecond_ns = 1'000'000;

constexpr char kStage = 's';
constexpr char kValue = 'v';
constexpr char kRefusal = 'r';

struct Verdict {
  char tag = '\0';  // '\0': the child ended without one
  std::string stage = "was loaded";
  std::string text;
  unsigned stages = 0;
  std::uint64_t timed_out_ms = 0;  // 0: it was not
  bool interrupted = false;
};

void send(int fd, char tag, std::string_view text) {
  std::string record(1, tag);
  record.append(text.substr(0, text.find('\0')));
  record.push_back('\0');
  const char* next = record.data();
  std::size_t left = record.size();
  while (left > 0) {
    const ssize_t written = write(fd, next, left);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // The parent is gone: no process reads the pipe.
    next += written;
    left -= static_cast<std::size_t>(written);
  }
}

// noexcept: an exception of the foreign code must end the child, not unwind into a copy of the
// host.
[[noreturn]] void run_child(const Trial& trial, int fd) noexcept {
  // A crash here is an answer, not an accident: no handler may catch it and no core file be left.
  // A limit of 1 byte also stops a core pattern that pipes, which a limit of 0 does not.
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) {
    std::signal(signal, SIG_DFL);
  }
  const rlimit no_core{1, 1};
  setrlimit(RLIMIT_CORE, &no_core);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  (void)setpgid(0, 0);  // a group, so that what it forks is ended with it
  const Result<std::string> result =
      trial([fd](std::string_view stage) { send(fd, kStage, stage); });
  if (result) {
    send(fd, kValue, *result);
  } else {
    send(fd, kRefusal, result.error().message);
  }
  _exit(0);
}

// Takes whole records off the front of `received`.
void take_records(std::string& received, Verdict& verdict) {
  for (std::size_t end = received.find('\0'); end != std::string::npos && verdict.tag == '\0';
       end = received.find('\0')) {
    const char tag = received.front();
    std::string text = received.substr(1, end - 1);
    received.erase(0, end + 1);
    if (tag == kStage) {
      verdict.stage = std::move(text);
      ++verdict.stages;
    } else {
      verdict.tag = tag;
      verdict.text = std::move(text);
    }
  }
}

Verdict listen(int fd, const TrialLimits& limits) {
  const MonotonicClock clock;
  const std::uint64_t end_ns = clock.now_ns() + limits.whole_ms * kMillisecond_ns;
  std::uint64_t deadline_ns = end_ns;
  Verdict verdict;
  std::string received;
  while (verdict.tag == '\0') {
    if (limits.interrupted != nullptr && limits.interrupted->load(std::memory_order_relaxed)) {
      verdict.interrupted = true;
      break;
    }
    const std::uint64_t now_ns = clock.now_ns();
    if (now_ns >= deadline_ns) {
      verdict.timed_out_ms = deadline_ns == end_ns ? limits.whole_ms : limits.stage_ms;
      break;
    }
    pollfd waiting{fd, POLLIN, 0};
    // One more than rounded down, so that the last turn waits instead of spinning.
    const int ready =
        poll(&waiting, 1, static_cast<int>((deadline_ns - now_ns) / kMillisecond_ns + 1));
    if (ready <= 0) continue;
    std::array<char, 1024> buffer{};
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    received.append(buffer.data(), static_cast<std::size_t>(got));
    const unsigned before = verdict.stages;
    take_records(received, verdict);
    // The first stage opens a medium, which takes as long as it is large.
    if (verdict.stages != before && verdict.stages > 1 && limits.stage_ms != 0) {
      deadline_ns = std::min(end_ns, clock.now_ns() + limits.stage_ms * kMillisecond_ns);
    }
  }
  return verdict;
}

// Waits for the child, ends what it forked, and collects it.
int collect(pid_t child) {
  int status = 0;
  // First the end alone: as long as it is not collected, no other process gets its number.
  siginfo_t ended{};
  while (waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
  kill(-child, SIGKILL);
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

Error end_in_words(const Verdict& verdict, int status) {
  if (verdict.interrupted) return {ErrorKind::interrupted, "interrupted", 0};
  if (verdict.timed_out_ms != 0) {
    return environment_error(
        "it hung while it {}: not done after {} ms; a probe answers at once and waits for nothing",
        verdict.stage, verdict.timed_out_ms);
  }
  if (WIFSIGNALED(status)) {
    const char* name = sigabbrev_np(WTERMSIG(status));
    return environment_error("it died of SIG{} while it {}; run it under a debugger",
                             name == nullptr ? "?" : name, verdict.stage);
  }
  return environment_error(
      "it ended the process with exit status {} while it {}; a backend returns an errno instead",
      WEXITSTATUS(status), verdict.stage);
}

}  // namespace

Result<std::string> try_in_child(const Trial& trial, const TrialLimits& limits) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return environment_error("no pipe for its trial: {}", std::generic_category().message(errno));
  }
  UniqueFd from_child(ends[0]);
  UniqueFd to_parent(ends[1]);
  std::fflush(nullptr);  // A child that calls exit() would print what is buffered once more.
  const pid_t child = fork();
  if (child < 0) {
    return environment_error("no process for its trial: {}",
                             std::generic_category().message(errno));
  }
  if (child == 0) run_child(trial, to_parent.get());
  to_parent.reset();
  const Verdict verdict = listen(from_child.get(), limits);
  if (verdict.tag != '\0' || verdict.timed_out_ms != 0 || verdict.interrupted) kill(child, SIGKILL);
  const int status = collect(child);
  if (verdict.tag == kValue) return verdict.text;
  if (verdict.tag == kRefusal) return environment_error("{}", verdict.text);
  return end_in_words(verdict, status);
}

}  // namespace pmembench
