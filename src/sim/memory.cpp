#include "sim/memory.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kMostWarmLines = std::uint64_t{1} << 24;

// Where a thread sits: it may use several memories one after the other.
struct Place {
  SimMemory* memory = nullptr;
  unsigned thread = 0;
};
thread_local Place own_place;

}  // namespace

SimMemory::SimMemory(const SimModel& model, const void* base)
    : model_(model), base_(static_cast<const char*>(base)) {
  restart(0, 1);
}

void SimMemory::restart(std::uint64_t seed, unsigned threads) {
  if (machine_) operations_before_ += machine_->operations();
  machine_ = std::make_unique<SimMachine>(model_, seed, threads);
  threads_.assign(std::max(1U, threads), Context());
}

void SimMemory::sit(unsigned thread) {
  PMB_CHECK(thread < threads_.size(), "there is no such thread in a simulated memory");
  own_place = {this, thread};
}

SimMemory& SimMemory::of_this_thread() {
  PMB_CHECK(own_place.memory != nullptr, "this thread sits at no simulated memory");
  return *own_place.memory;
}

SimMemory::Context& SimMemory::context() {
  const bool own = own_place.memory == this && own_place.thread < threads_.size();
  return threads_[own ? own_place.thread : 0];
}

// The last one to come begins the slice: all clocks show the same time then.
void SimMemory::begin_slice() {
  Context& own = context();
  SimMachine::join(own.thread);
  std::unique_lock lock(mutex_);
  const std::uint64_t slice = slices_;
  if (++waiting_ == threads_.size()) {
    double latest = 0;
    for (const Context& each : threads_) latest = std::max(latest, each.thread.now_ns);
    for (Context& each : threads_) {
      each.thread.now_ns = latest;
      SimMachine::next_slice(each.thread);
      each.active = true;
    }
    waiting_ = 0;
    ++slices_;
    choose_next();
  }
  const auto index = static_cast<unsigned>(&own - threads_.data());
  changed_.wait(lock, [&] { return slices_ != slice && running_ == index; });
}

void SimMemory::end_slice() {
  Context& own = context();
  SimMachine::join(own.thread);
  const std::lock_guard lock(mutex_);
  own.active = false;
  choose_next();
}

void SimMemory::give_way(Context& own) {
  std::unique_lock lock(mutex_);
  const auto index = static_cast<unsigned>(&own - threads_.data());
  choose_next();
  changed_.wait(lock, [&] { return running_ == index; });
}

// The one whose clock is behind the others', and how far it may go.
void SimMemory::choose_next() {
  constexpr double kNever = std::numeric_limits<double>::infinity();
  unsigned next = kNobody;
  for (unsigned i = 0; i < threads_.size(); ++i) {
    if (!threads_[i].active) continue;
    if (next == kNobody || threads_[i].thread.now_ns < threads_[next].thread.now_ns) next = i;
  }
  const unsigned before = running_;
  running_ = next;
  if (next == kNobody) return;
  double others_ns = kNever;
  for (unsigned i = 0; i < threads_.size(); ++i) {
    if (i != next && threads_[i].active) others_ns = std::min(others_ns, threads_[i].thread.now_ns);
  }
  threads_[next].most_ns = others_ns + kTurn_ns;
  if (next != before) changed_.notify_all();
}

std::uint64_t SimMemory::now() {
  Context& own = context();
  SimMachine::join(own.thread);
  after_access(own);
  return static_cast<std::uint64_t>(std::llround(own.thread.now_ns / kTick_ns));
}

void SimMemory::wait_until(std::uint64_t tick) {
  Context& own = context();
  SimMachine::join(own.thread);
  own.thread.now_ns = std::max(own.thread.now_ns, static_cast<double>(tick) * kTick_ns);
  after_access(own);
}

void SimMemory::work(double ns) {
  Context& own = context();
  SimMachine::join(own.thread);
  own.thread.now_ns += ns;
  after_access(own);
}

void SimMemory::load(std::uint64_t offset_bytes) {
  Context& own = context();
  machine_->load(own.thread, offset_bytes);
  after_access(own);
}

void SimMemory::load_beside(std::uint64_t offset_bytes, unsigned width) {
  Context& own = context();
  machine_->load_beside(own.thread, offset_bytes, width);
  after_access(own);
}

void SimMemory::reload(const void* at) {
  Context& own = context();
  machine_->load_uncached(own.thread, offset_of(at));
  after_access(own);
}

void SimMemory::read(std::uint64_t offset_bytes, std::uint64_t size_bytes) {
  const std::uint64_t end = offset_bytes + size_bytes;
  for (std::uint64_t at = offset_bytes / SimMachine::kLine * SimMachine::kLine; at < end;
       at += SimMachine::kLine) {
    load_beside(at, model_.parallelism);
  }
}

void SimMemory::write(std::uint64_t offset_bytes, std::uint64_t size_bytes) {
  const std::uint64_t end = offset_bytes + size_bytes;
  Context& own = context();
  for (std::uint64_t at = offset_bytes / SimMachine::kLine * SimMachine::kLine; at < end;
       at += SimMachine::kLine) {
    machine_->store(own.thread, at);
    after_access(own);
  }
}

void SimMemory::flush(std::uint64_t lines) {
  Context& own = context();
  machine_->flush(own.thread, lines);
  after_access(own);
}

void SimMemory::fence() {
  Context& own = context();
  machine_->fence(own.thread);
  after_access(own);
}

void SimMemory::warm(const void* at, std::uint64_t size_bytes, std::uint64_t step_bytes) {
  const std::uint64_t begin = offset_of(at);
  const std::uint64_t lines = std::min(size_bytes / step_bytes, kMostWarmLines);
  for (std::uint64_t i = 0; i < lines; ++i) machine_->warm(begin + i * step_bytes);
}

bool SimMemory::gone() const {
  return model_.fails_after != 0 &&
         operations_before_ + machine_->operations() > model_.fails_after;
}

}  // namespace pmembench
