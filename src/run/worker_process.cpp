#include "run/worker_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "platform/memory_limit.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kQuitMilliseconds = 20'000;
// A worker that has said its last word, or closed its end, is about to end.
constexpr std::uint64_t kDeathMilliseconds = 10'000;

// In the child: only async-signal-safe calls until exec.
[[noreturn]] void become_worker(const std::vector<char*>& arguments,
                                const std::vector<char*>& environment, int in, int out,
                                pid_t parent) {
  // A worker in a long slice would outlive a coordinator that was killed, and keep its medium. The
  // kernel forgets a parent that died before it was asked.
  prctl(PR_SET_PDEATHSIG, kParentDiedSignal);
  if (getppid() != parent) _exit(126);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);
  (void)setpgid(0, 0);  // a group, so that what a plugin forks can be ended with it
  if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0) _exit(126);
  execve(arguments.front(), arguments.data(), environment.data());
  _exit(127);
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// This process's environment with `added` laid over it.
std::vector<std::string> environment_with(const std::vector<std::string>& added) {
  std::vector<std::string> words = added;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view word = *entry;
    const std::string_view key = word.substr(0, word.find('=') + 1);
    const bool replaced = std::any_of(added.begin(), added.end(), [&](const std::string& each) {
      return std::string_view(each).starts_with(key);
    });
    if (!replaced) words.emplace_back(word);
  }
  return words;
}

// What a dying worker says may be of any shape.
std::uint64_t number_in(const nlohmann::json& report, const char* key) {
  const nlohmann::json value = report.value(key, nlohmann::json());
  return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

}  // namespace

std::string signal_text(int signal) {
  const char* name = sigabbrev_np(signal);
  const char* description = sigdescr_np(signal);
  if (name == nullptr || description == nullptr) return fmt::format("signal {}", signal);
  return fmt::format("SIG{} ({})", name, description);
}

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::start(
    const std::vector<std::string>& command, const std::vector<std::string>& environment) {
  std::vector<std::string> words = command;
  std::vector<std::string> settings = environment_with(environment);
  const std::vector<char*> arguments = pointers_to(words);
  const std::vector<char*> variables = pointers_to(settings);
  std::array<int, 2> request{}, answer{};
  if (pipe2(request.data(), O_CLOEXEC) != 0) {
    return runtime_error("no pipe for a worker: {}", std::strerror(errno));
  }
  UniqueFd request_read(request[0]), request_write(request[1]);
  if (pipe2(answer.data(), O_CLOEXEC) != 0) {
    return runtime_error("no pipe for a worker: {}", std::strerror(errno));
  }
  UniqueFd answer_read(answer[0]), answer_write(answer[1]);
  const std::uint64_t kills_before = oom_kills("/");
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) {
    return runtime_error(
        "no process for a worker: {}; raise the limit on processes (ulimit -u, or pids.max of the "
        "container)",
        std::strerror(errno));
  }
  if (pid == 0) become_worker(arguments, variables, request_read.get(), answer_write.get(), parent);
  auto worker = std::unique_ptr<WorkerProcess>(
      new WorkerProcess(pid, Channel(std::move(answer_read), std::move(request_write))));
  worker->oom_kills_ = kills_before;
  return worker;
}

WorkerProcess::~WorkerProcess() {
  if (pid_ <= 0) return;
  (void)channel_.send({{"do", "quit"}});
  channel_.close();
  if (!ends_within(kQuitMilliseconds)) ::kill(pid_, SIGKILL);
  (void)reap();
}

std::optional<int> WorkerProcess::reap() {
  int status = 0;
  pid_t got = 0;
  // First the end alone: as long as it is not collected, no other process gets its number.
  siginfo_t ended{};
  while (waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
  ::kill(-pid_, SIGKILL);
  do {
    got = waitpid(pid_, &status, 0);
  } while (got < 0 && errno == EINTR);
  const bool reaped = got == pid_;
  was_ended_ = reaped && WIFSIGNALED(status);
  pid_ = -1;
  return reaped ? std::optional<int>(status) : std::nullopt;
}

// The state is left for reap(): WNOWAIT.
bool WorkerProcess::ends_within(std::uint64_t milliseconds) {
  // A pid file descriptor becomes readable when the process ends: no polling, no lost signal.
  const UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  if (process) {
    pollfd waiting{process.get(), POLLIN, 0};
    int ready = 0;
    do {
      ready = ::poll(&waiting, 1, static_cast<int>(milliseconds));
    } while (ready < 0 && errno == EINTR);
    return ready != 0;
  }
  // Without one (before Linux 5.3): look now and then.
  for (std::uint64_t waited = 0;; ++waited) {
    siginfo_t ended{};
    const int got = waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
    if (got != 0 || ended.si_pid == pid_) return true;
    if (waited >= milliseconds) return false;
    (void)::poll(nullptr, 0, 1);
  }
}

Error WorkerProcess::death() {
  if (!ends_within(kDeathMilliseconds)) {
    ::kill(pid_, SIGKILL);
    (void)reap();
    return {
        ErrorKind::runtime,
        "the worker reported that it ends, or closed its end of the channel, and went on; it was "
        "killed",
        EPIPE};
  }
  const std::optional<int> ended = reap();
  if (!ended) return {ErrorKind::runtime, "the worker ended and its status is lost", EPIPE};
  const int status = *ended;
  if (WIFSIGNALED(status)) {
    std::string why = fmt::format("the worker died of {}", signal_text(WTERMSIG(status)));
    if (WTERMSIG(status) == SIGKILL && oom_kills("/") > oom_kills_) {
      why +=
          ": its control group had no memory left; ask for a smaller medium, or raise the limit of "
          "the group";
    }
    return {ErrorKind::runtime, why, EPIPE};
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
    return {ErrorKind::runtime, "the worker could not be started: its binary does not run", EPIPE};
  }
  return {ErrorKind::runtime,
          fmt::format("the worker ended by itself with status {}", WEXITSTATUS(status)), EPIPE};
}

Error WorkerProcess::death_by_fault(const nlohmann::json& report) {
  Error error = death();
  const std::uint64_t offset = number_in(report, "offset");
  const std::uint64_t page_bytes = std::max<std::uint64_t>(4096, number_in(report, "page_bytes"));
  error.message += fmt::format(" at offset {} of the medium, in its {} page {}", offset,
                               format_size(page_bytes), offset / page_bytes);
  return error;
}

Result<nlohmann::json> WorkerProcess::ask(const nlohmann::json& message, std::uint64_t timeout_ms) {
  send(message);
  return receive(timeout_ms);
}

void WorkerProcess::send(const nlohmann::json& message) {
  sent_ = alive() ? channel_.send(message) : Status();
}

Result<nlohmann::json> WorkerProcess::receive(std::uint64_t timeout_ms) {
  if (!alive()) return Error{ErrorKind::runtime, "the worker is not running", EPIPE};
  auto answer = sent_ ? channel_.receive(timeout_ms) : Result<nlohmann::json>(sent_.error());
  if (answer && answer->is_object() && answer->value("is", nlohmann::json()) == "fault") {
    return death_by_fault(*answer);
  }
  if (answer) return answer;
  if (answer.error().code == EPIPE) return death();
  if (answer.error().code == ETIMEDOUT) {
    siginfo_t state{};
    const bool stopped =
        waitid(P_PID, static_cast<id_t>(pid_), &state, WSTOPPED | WNOHANG | WNOWAIT) == 0 &&
        state.si_pid == pid_ && state.si_code == CLD_STOPPED;
    ::kill(pid_, SIGKILL);
    (void)reap();
    return Error{
        ErrorKind::runtime,
        fmt::format("the worker {}gave no answer within {} s and was killed",
                    stopped ? fmt::format("was stopped by {}, ", signal_text(state.si_status)) : "",
                    timeout_ms / 1000),
        ETIMEDOUT};
  }
  return answer;
}

}  // namespace pmembench
