#include "visibility/two_processes.hpp"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMillisecond_ns = 1'000'000;
constexpr unsigned kLooksBeforeRest = 256;

// The page through which the two processes wait for each other: coherent, as it is in one host and
// apart from the memory under test.
struct SharedPage {
  std::atomic<std::uint64_t> posted[2]{0, 0};
  std::atomic<std::uint32_t> posts[2]{0, 0};  // their number, on which the other side sleeps
  std::atomic<bool> sleeps[2]{false, false};
  std::atomic<bool> gone[2]{false, false};
};

class PageSignal final : public TrialSignal {
 public:
  PageSignal(SharedPage& page, unsigned side, const TrialOrder& order)
      : page_(page), side_(side), order_(order) {}

  Status post(std::uint64_t message) override {
    page_.posted[side_].store(message, std::memory_order_release);
    page_.posts[side_].fetch_add(1, std::memory_order_seq_cst);
    if (page_.sleeps[1 - side_].load(std::memory_order_seq_cst)) {
      syscall(SYS_futex, &page_.posts[side_], FUTEX_WAKE, 1, nullptr, nullptr, 0);
    }
    return {};
  }
  Result<bool> posted(std::uint64_t message) override {
    if (page_.posted[1 - side_].load(std::memory_order_acquire) >= message) return true;
    if (page_.gone[1 - side_].load(std::memory_order_acquire)) return gone();
    return false;
  }
  // Sleeps until the other side posts, or for a millisecond: one who sleeps and is woken gets a CPU
  // sooner than one who yields.
  void rest() override {
    const std::uint32_t seen = page_.posts[1 - side_].load(std::memory_order_seq_cst);
    page_.sleeps[side_].store(true, std::memory_order_seq_cst);
    const timespec moment{0, static_cast<long>(kMillisecond_ns)};
    if (seen == seen_posts_) {
      syscall(SYS_futex, &page_.posts[1 - side_], FUTEX_WAIT, seen, &moment, nullptr, 0);
    }
    seen_posts_ = page_.posts[1 - side_].load(std::memory_order_seq_cst);
    page_.sleeps[side_].store(false, std::memory_order_seq_cst);
  }
  Status await(std::uint64_t message) override {
    const std::uint64_t begin_ns = clock_.now_ns();
    for (unsigned looks = 1;; ++looks) {
      const Result<bool> there = posted(message);
      if (!there) return there.error();
      if (*there) return {};
      if (looks % kLooksBeforeRest != 0) continue;
      if (order_.interrupted != nullptr && order_.interrupted->load(std::memory_order_relaxed)) {
        return Error{ErrorKind::interrupted, "interrupted", 0};
      }
      if (clock_.now_ns() - begin_ns > order_.limit_ms * kMillisecond_ns) {
        return runtime_error(
            "the {} of the visibility test did nothing for {} ms: it was stopped, or the host is "
            "overloaded",
            side_ == 0 ? "reader" : "writer", order_.limit_ms);
      }
      rest();
    }
  }

 private:
  [[nodiscard]] Error gone() const {
    return runtime_error("the {} of the visibility test ended before the test was over",
                         side_ == 0 ? "reader" : "writer");
  }
  SharedPage& page_;
  unsigned side_;
  const TrialOrder& order_;
  MonotonicClock clock_;
  std::uint32_t seen_posts_ = 0;  // of the other side, at the end of the last rest
};

class SharedPageOwner {
 public:
  static Result<SharedPageOwner> make() {
    void* const address = mmap(nullptr, sizeof(SharedPage), PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED) {
      return runtime_error("no memory for the two processes to meet in: {}", std::strerror(errno));
    }
    return SharedPageOwner(new (address) SharedPage);
  }
  SharedPageOwner(SharedPageOwner&& other) noexcept : page_(std::exchange(other.page_, nullptr)) {}
  SharedPageOwner& operator=(SharedPageOwner&&) = delete;
  SharedPageOwner(const SharedPageOwner&) = delete;
  SharedPageOwner& operator=(const SharedPageOwner&) = delete;
  ~SharedPageOwner() {
    if (page_ != nullptr) munmap(page_, sizeof(SharedPage));
  }
  [[nodiscard]] SharedPage& page() const { return *page_; }

 private:
  explicit SharedPageOwner(SharedPage* page) : page_(page) {}
  SharedPage* page_;
};

ReadClock monotonic() {
  return [clock = std::make_shared<MonotonicClock>()] { return clock->now_ns(); };
}

Result<ReaderSide> read(const TrialOrder& order, const MakeHostMemory& make, SharedPage& page) {
  auto memory = make(1);
  if (!memory) return memory.error();
  PageSignal signal(page, 1, order);
  return run_reader(**memory, {order.load, order.load}, order.layout, order.tries, signal,
                    monotonic());
}

Result<WriterSide> write(const TrialOrder& order, const MakeHostMemory& make, SharedPage& page) {
  auto memory = make(0);
  if (!memory) return memory.error();
  PageSignal signal(page, 0, order);
  return run_writer(**memory, order.store, writer_program(order.store, order.layout), order.layout,
                    order.tries, signal, monotonic());
}

// The child: its answer goes into the pipe.
[[noreturn]] void serve_reader(const TrialOrder& order, const MakeHostMemory& make,
                               SharedPage& page, const UniqueFd& out) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const Result<ReaderSide> side = read(order, make, page);
  const std::string answer = (side ? to_json(*side) : json{{"error", side.error().message}}).dump();
  for (std::size_t sent = 0; sent < answer.size();) {
    const ssize_t count = ::write(out.get(), answer.data() + sent, answer.size() - sent);
    if (count <= 0) break;
    sent += static_cast<std::size_t>(count);
  }
  page.gone[1].store(true, std::memory_order_release);
  // The child has copies of the parent's objects, and must run none of their destructors.
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

std::string all_of(const UniqueFd& in) {
  std::string text;
  char buffer[4096];
  for (ssize_t count = 0; (count = ::read(in.get(), buffer, sizeof(buffer))) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  return text;
}

// Ends and reaps the child, however the parent leaves.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
  }

 private:
  pid_t pid_;
};

}  // namespace

Result<VisibilityCell> run_in_two_processes(const TrialOrder& order, const MakeHostMemory& make) {
  const auto shared = SharedPageOwner::make();
  if (!shared) return shared.error();
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return runtime_error("the visibility test has no pipe to its reader: {}", std::strerror(errno));
  }
  const UniqueFd in(ends[0]);
  UniqueFd out(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) {
    return runtime_error("the reader of the visibility test cannot be started: {}",
                         std::strerror(errno));
  }
  if (pid == 0) serve_reader(order, make, shared->page(), out);
  out = UniqueFd();
  const Child child(pid);
  const Result<WriterSide> writer = write(order, make, shared->page());
  shared->page().gone[0].store(true, std::memory_order_release);
  if (!writer && writer.error().kind == ErrorKind::interrupted) return writer.error();
  // A reader that is stopped would keep the pipe open for ever.
  if (!writer && !shared->page().gone[1].load(std::memory_order_acquire)) return writer.error();
  const json answer = json::parse(all_of(in), nullptr, false);
  if (answer.is_object() && answer.contains("error")) {
    return runtime_error("{}", answer["error"].get<std::string>());
  }
  if (!writer) return writer.error();
  const auto reader = reader_side_from_json(answer);
  if (!reader) return reader.error();
  return make_visibility_cell(order.store, order.load, *writer, *reader, 0);
}

}  // namespace pmembench
