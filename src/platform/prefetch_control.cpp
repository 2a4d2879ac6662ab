#include "platform/prefetch_control.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "platform/host_tree.hpp"

namespace pmembench {
namespace {

// What the watcher gets. `cpu` < 0: write all back, and forget them.
struct Order {
  int cpu = -1;
  std::uint64_t value = 0;
};

constexpr std::size_t kMostCpus = 8192;
constexpr int kAllBack = -1;

struct Kept {
  int fd = -1;
  std::uint64_t value = 0;
};

// Runs in the child: system calls alone.
class Watcher {
 public:
  Watcher(int socket, std::string root, off_t number)
      : socket_(socket), root_(std::move(root)), number_(number) {}

  [[noreturn]] void run() {
    Order order;
    for (;;) {
      const ssize_t got = ::recv(socket_, &order, sizeof order, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got != sizeof order) break;
      const int answer = order.cpu == kAllBack ? write_back() : keep(order);
      (void)!::send(socket_, &answer, sizeof answer, MSG_NOSIGNAL);
    }
    ::_exit(write_back() == 0 ? 0 : 1);
  }

 private:
  int keep(const Order& order) {
    if (count_ == kMostCpus) return ENOSPC;
    char path[4096];
    std::snprintf(path, sizeof path, "%s/dev/cpu/%d/msr", root_.c_str(), order.cpu);
    const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return errno;
    kept_[count_++] = {fd, order.value};
    return 0;
  }

  int write_back() {
    int failed = 0;
    for (; count_ > 0; --count_) {
      const Kept& each = kept_[count_ - 1];
      const ssize_t wrote = ::pwrite(each.fd, &each.value, sizeof each.value, number_);
      if (wrote != sizeof each.value) failed = errno != 0 ? errno : EIO;
      ::close(each.fd);
    }
    return failed;
  }

  int socket_;
  std::string root_;
  off_t number_;
  Kept kept_[kMostCpus];
  std::size_t count_ = 0;
};

}  // namespace

PrefetchControl::~PrefetchControl() {
  (void)restore();
  watcher_.reset();
  if (watcher_pid_ > 0) ::waitpid(watcher_pid_, nullptr, 0);
}

Status PrefetchControl::begin_watch() {
  if (watcher_) return {};
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return runtime_error("no socket for the prefetchers' watcher: {}", std::strerror(errno));
  }
  UniqueFd own(ends[0]), other(ends[1]);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t child = ::fork();
  if (child == 0) {
    // Out of reach of what ends this process's group, and without its descriptors: a pipe that
    // stayed open here would not end for its reader.
    ::setsid();
    ::dup2(other.get(), STDERR_FILENO + 1);
    ::close_range(STDERR_FILENO + 2, ~0U, 0);
    static Watcher watcher(STDERR_FILENO + 1, root_, where_.number);
    watcher.run();
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (child < 0) {
    return runtime_error("no process that watches over the prefetchers: {}", std::strerror(errno));
  }
  watcher_ = std::move(own);
  watcher_pid_ = child;
  return {};
}

Status PrefetchControl::tell(int cpu, std::uint64_t value) {
  const Order order{cpu, value};
  int answer = EPIPE;
  if (::send(watcher_.get(), &order, sizeof order, MSG_NOSIGNAL) == sizeof order) {
    ssize_t got = -1;
    while ((got = ::recv(watcher_.get(), &answer, sizeof answer, 0)) < 0 && errno == EINTR) {
    }
    if (got != sizeof answer) answer = EPIPE;
  }
  if (answer == 0) return {};
  return runtime_error("the process that watches over the prefetchers: {}", std::strerror(answer));
}

Status PrefetchControl::restore() {
  state_ = State::as_found;
  if (found_.empty()) return {};
  found_.clear();
  return tell(kAllBack, 0);
}

Status PrefetchControl::switch_cpu(const PrefetchRegister& where, int cpu, bool off) {
  const HostTree tree(root_);
  const std::string file = register_file(tree, cpu);
  const UniqueFd fd(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  std::uint64_t found = 0;
  if (!fd || ::pread(fd.get(), &found, sizeof found, where.number) != sizeof found) {
    return environment_error("{} cannot be read: {}", file, std::strerror(errno));
  }
  const std::uint64_t wanted = off ? found | where.mask : found & ~where.mask;
  if (wanted == found) return {};
  if (const Status kept = tell(cpu, found); !kept) return kept;
  found_[cpu] = found;
  std::uint64_t now = 0;
  if (::pwrite(fd.get(), &wanted, sizeof wanted, where.number) != sizeof wanted ||
      ::pread(fd.get(), &now, sizeof now, where.number) != sizeof now) {
    return environment_error("{} cannot be written: {}", file, std::strerror(errno));
  }
  if (now == wanted) return {};
  return environment_error("CPU {} did not take {:#x} for its prefetchers, and says {:#x}", cpu,
                           wanted, now);
}

Status PrefetchControl::apply(State state, std::span<const int> cpus) {
  const bool same =
      state == state_ && state != State::as_found &&
      std::all_of(cpus.begin(), cpus.end(), [&](int cpu) { return found_.contains(cpu); }) &&
      found_.size() == cpus.size();
  if (same) return {};
  if (const Status back = restore(); !back) return back;
  if (state == State::as_found) return {};
  const auto where = prefetch_register(HostTree(root_));
  if (!where) return where.error();
  where_ = *where;
  if (const Status watched = begin_watch(); !watched) return watched;
  for (const int cpu : cpus) {
    const Status switched = switch_cpu(where_, cpu, state == State::off);
    if (switched) continue;
    (void)restore();
    return switched;
  }
  state_ = state;
  return {};
}

}  // namespace pmembench
