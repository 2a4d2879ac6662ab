#include "run/life_trial.hpp"

#include <sched.h>
#include <x86intrin.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "fs/file_system.hpp"
#include "workloads/parameters.hpp"

namespace pmembench {
namespace {

constexpr unsigned kSpinsOfMeeting = 2000;  // then the other may be waiting for this CPU

template <typename Condition>
void spin_until(Condition condition) {
  for (unsigned spins = 0; !condition(); ++spins) {
    _mm_pause();
    if (spins > kSpinsOfMeeting) sched_yield();
  }
}

}  // namespace

void Meeting::wait() {
  const unsigned round = round_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads_) {
    arrived_.store(0, std::memory_order_relaxed);
    round_.store(round + 1, std::memory_order_release);
    return;
  }
  spin_until([&] { return round_.load(std::memory_order_acquire) != round; });
}

// Notified before the device dies, while it still lives.
class LifeTrial::Holder final : public DaxHolder {
 public:
  explicit Holder(DaxDevice& device) : device_(device) {}
  int notify_failure(std::uint64_t offset_bytes, std::uint64_t length_bytes, int flags) override {
    const bool going = (flags & kPreRemove) != 0 && offset_bytes == 0 && length_bytes == UINT64_MAX;
    told_alive_ = going && device_.alive();
    return 0;
  }
  [[nodiscard]] bool told_alive() const { return told_alive_; }

 private:
  DaxDevice& device_;
  bool told_alive_ = false;
};

// What one thread has in a life, on its own cache lines.
struct alignas(128) LifeTrial::User {
  Status status;
  std::unique_ptr<Path> path;
  std::unique_ptr<LifeUser> workload;
  std::atomic<std::uint64_t> done{0};
  std::atomic<bool> stopped{false};
  std::uint64_t refused = 0, refused_enxio = 0, done_late = 0;

  void count_refusal(int code) {
    ++refused;
    if (code == ENXIO) ++refused_enxio;
  }
};

LifeTrial::LifeTrial(OpenedDevice& opened, const PathType& path, const Parameters& parameters,
                     unsigned threads, std::uint64_t seed)
    : opened_(opened),
      path_(path),
      parameters_(parameters),
      seed_(seed),
      operations_before_(number_of(parameters, "operations_before")),
      late_(number_of(parameters, "late")),
      write_cache_(text_of(parameters, "write_cache")),
      mounts_(text_of(parameters, "use") == "mount"),
      meeting_(threads) {
  users_.resize(threads);
  for (unsigned index = 1; index < threads; ++index) users_[index] = std::make_unique<User>();
}

LifeTrial::~LifeTrial() = default;

Result<std::unique_ptr<LifeTrial>> LifeTrial::make(OpenedDevice& opened, const PathType& path,
                                                   const Parameters& parameters, unsigned threads,
                                                   std::uint64_t seed) {
  if (opened.mapping == nullptr) {
    return environment_error(
        "workload lifetime makes a device again and again over one mapping of the host, and '{}' "
        "has "
        "none: use one medium, and a backend that leaves mapping to pmembench",
        opened.device->name());
  }
  if (text_of(parameters, "use") == "mount" && path.prepare != nullptr) {
    return usage_error(
        "use mount mounts the device itself, and path {} keeps its own there: use path "
        "direct",
        path.name);
  }
  std::unique_ptr<LifeTrial> trial(new LifeTrial(opened, path, parameters, threads, seed));
  trial->mapping_ = *opened.mapping;
  const std::uint64_t life_bytes =
      number_of(parameters, "life_size") / DAX_PAGE_BYTES * DAX_PAGE_BYTES;
  trial->mapping_.size_bytes = std::min(opened.device->size_bytes(), life_bytes);
  return trial;
}

void LifeTrial::note(const Status& status) {
  if (status) return;
  if (status_) status_ = status;
  failed_.store(true, std::memory_order_release);
}

Status LifeTrial::begin_life() {
  killed_.store(false, std::memory_order_release);
  DeviceFacts facts = opened_.device->facts();
  facts.size_bytes = mapping_.size_bytes;
  facts.write_cache = write_cache_ != "off";
  auto device = DaxDevice::allocate(facts, opened_.device->operations(), &mapping_, nullptr);
  if (!device) return device.error();
  life_.facts = opened_.facts;
  life_.facts.size_bytes = mapping_.size_bytes;
  life_.device = *std::move(device);
  life_.mapping = &mapping_;
  if (mounts_) {
    MountSource source;
    source.dax = life_.device.get();
    return FileSystem::format(source, {});
  }
  if (path_.prepare != nullptr) {
    auto fixture = path_.prepare(life_, parameters_);
    if (!fixture) return fixture.error();
    fixture_ = *std::move(fixture);
  }
  // A mounted file system is the holder itself.
  auto holder = std::make_unique<Holder>(*life_.device);
  if (life_.device->hold(holder.get()) == 0) holder_ = std::move(holder);
  return {};
}

Status LifeTrial::join_life(User& user, unsigned index) {
  user.done.store(0, std::memory_order_relaxed);
  user.stopped.store(false, std::memory_order_relaxed);
  auto path = path_.make(*life_.device, fixture_.get());
  if (!path) return path.error();
  user.path = *std::move(path);
  const ThreadPosition position{index - 1, static_cast<unsigned>(users_.size() - 1),
                                seed_ + lives_};
  user.workload = std::make_unique<LifeUser>(parameters_, *user.path, position);
  if (mounts_ && index == 1) return {};
  return user.workload->prepare();
}

void LifeTrial::arrange(unsigned index) {
  if (index == 0 && !failed()) note(begin_life());
  meeting_.wait();
  if (index != 0 && !failed()) users_[index]->status = join_life(*users_[index], index);
  meeting_.wait();
  if (index != 0) return;
  for (std::size_t i = 1; i < users_.size(); ++i) note(users_[i]->status);
  // The others may have begun: they look at failed() before each operation.
  if (failed()) return;
  wait_for_all(operations_before_);
  if (write_cache_ == "toggle" && !mounts_) toggle_write_cache();
}

// Every thread has done that number of operations more, or has stopped.
void LifeTrial::wait_for_all(std::uint64_t more) {
  std::vector<std::uint64_t> until(users_.size());
  for (std::size_t i = 1; i < users_.size(); ++i) {
    until[i] = users_[i]->done.load(std::memory_order_acquire) + more;
  }
  for (std::size_t i = 1; i < users_.size(); ++i) {
    spin_until([&] {
      return users_[i]->done.load(std::memory_order_acquire) >= until[i] ||
             users_[i]->stopped.load(std::memory_order_acquire);
    });
  }
}

std::uint64_t LifeTrial::lines_while_all_operate() {
  // What was under way when the flag changed is over after one more of each.
  wait_for_all(2);
  const std::uint64_t before = life_.device->counters().lines_flushed;
  wait_for_all(operations_before_);
  return life_.device->counters().lines_flushed - before;
}

void LifeTrial::toggle_write_cache() {
  lines_on_ += lines_while_all_operate();
  life_.device->set_write_cache(false);
  lines_off_ += lines_while_all_operate();
  life_.device->set_write_cache(true);
  lines_on_ += lines_while_all_operate();
}

void LifeTrial::act(unsigned index) {
  if (index == 0) {
    if (life_.device != nullptr) life_.device->kill();
    killed_.store(true, std::memory_order_release);
    return;
  }
  User& user = *users_[index];
  if (!failed()) mounts_&& index == 1 ? mount_again_and_again(user) : use(user);
  user.stopped.store(true, std::memory_order_release);
}

// An operation that begins after the kill has returned must be refused, and so must all that follow
// a refusal.
void LifeTrial::use(User& user) {
  for (;;) {
    const bool after = killed_.load(std::memory_order_acquire);
    const Work one = user.workload->run(1);
    if (one.operations == 0) break;
    if (after) ++user.done_late;
    if (after || failed()) break;
    user.done.fetch_add(1, std::memory_order_release);
  }
  if (user.workload->failed_errno() != 0) user.count_refusal(user.workload->failed_errno());
  spin_until([&] { return killed_.load(std::memory_order_acquire) || failed(); });
  for (std::uint64_t i = 0; i < late_ && !failed(); ++i) {
    const int code = user.workload->try_again();
    code == 0 ? static_cast<void>(++user.done_late) : user.count_refusal(code);
  }
}

void LifeTrial::mount_again_and_again(User& user) {
  MountSource source;
  source.dax = life_.device.get();
  const auto mount = [&] {
    auto mounted = FileSystem::mount(source, {});
    return mounted && (*mounted)->unmount();
  };
  for (;;) {
    const bool after = killed_.load(std::memory_order_acquire);
    if (!mount()) break;
    if (after) ++user.done_late;
    if (after || failed()) break;
    user.done.fetch_add(1, std::memory_order_release);
  }
  user.count_refusal(ENXIO);
  spin_until([&] { return killed_.load(std::memory_order_acquire) || failed(); });
  for (std::uint64_t i = 0; i < late_ && !failed(); ++i) {
    mount() ? static_cast<void>(++user.done_late) : user.count_refusal(ENXIO);
  }
}

// By a device that is not killed, over the same memory, and layers that find what is there.
Status LifeTrial::check_bytes() {
  DeviceFacts facts = opened_.device->facts();
  facts.size_bytes = mapping_.size_bytes;
  auto device = DaxDevice::allocate(facts, opened_.device->operations(), &mapping_, nullptr);
  if (!device) return device.error();
  OpenedDevice again;
  again.facts = life_.facts;
  again.device = *std::move(device);
  again.mapping = &mapping_;
  std::unique_ptr<PathFixture> fixture;
  const auto reopen = path_.reopen != nullptr ? path_.reopen : path_.prepare;
  if (reopen != nullptr) {
    auto opened = reopen(again, parameters_);
    if (!opened) return opened.error().with_context("after the kill");
    fixture = *std::move(opened);
  }
  auto path = path_.make(*again.device, fixture.get());
  if (!path) return path.error();
  for (std::size_t i = 1; i < users_.size(); ++i) {
    if (Status kept = users_[i]->workload->check(**path); !kept) {
      ++lost_;
      // That it does so is what there is to see (crash target rmw).
      return path_.harms_neighbours ? Status() : kept;
    }
  }
  return {};
}

Status LifeTrial::judge() {
  ++lives_;
  std::uint64_t late = 0;
  for (std::size_t i = 1; i < users_.size(); ++i) {
    User& user = *users_[i];
    acknowledged_ += user.done.load(std::memory_order_relaxed);
    refused_ += std::exchange(user.refused, 0);
    refused_enxio_ += std::exchange(user.refused_enxio, 0);
    late += std::exchange(user.done_late, 0);
  }
  done_late_ += late;
  if (late > 0) {
    return runtime_error("{} operations were done after kill() had returned; this is a defect",
                         late);
  }
  if (holder_ != nullptr) {
    if (!holder_->told_alive()) {
      return runtime_error("the holder was not notified of the kill while the device lived");
    }
    ++holders_told_;
  }
  const bool needs_flush = (opened_.device->operations()->capabilities & DAX_CAP_NEEDS_FLUSH) != 0;
  // Of a mount whose data are on a part of the device, that part has its own gate and counters.
  const bool elsewhere = fixture_ != nullptr && fixture_->counters().contains("lines_flushed");
  if (lines_off_ > 0 || (needs_flush && !elsewhere && write_cache_ == "toggle" && !mounts_ &&
                         lines_on_ == 0 && text_of(parameters_, "use") == "write")) {
    return runtime_error("{} lines were flushed with the write cache off and {} with it on",
                         lines_off_, lines_on_);
  }
  return mounts_ ? Status() : check_bytes();
}

void LifeTrial::settle(unsigned index) {
  meeting_.wait();
  if (index == 0 && !failed()) note(judge());
  meeting_.wait();
  if (index != 0) {
    users_[index]->workload.reset();
    users_[index]->path.reset();
  }
  meeting_.wait();
  if (index != 0) return;
  fixture_.reset();
  if (holder_ != nullptr && life_.device != nullptr) life_.device->release(holder_.get());
  holder_.reset();
  life_.device.reset();
}

std::map<std::string, double> LifeTrial::figures() const {
  const auto number = [](std::uint64_t count) { return static_cast<double>(count); };
  return {{"lives", number(lives_)},
          {"acknowledged", number(acknowledged_)},
          {"refused", number(refused_)},
          {"refused_enxio", number(refused_enxio_)},
          {"done_late", number(done_late_)},
          {"lost", number(lost_)},
          {"holders_told", number(holders_told_)},
          {"lines_flushed_on", number(lines_on_)},
          {"lines_flushed_off", number(lines_off_)}};
}

}  // namespace pmembench
