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
  threads_.clear();
  for (unsigned i = 0; i < std::max(1U, threads); ++i) {
    threads_.push_back(std::make_unique<Context>());
    threads_.back()->memory = this;
    threads_.back()->index = i;
  }
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
  return *threads_[own ? own_place.thread : 0];
}

void SimMemory::begin_part(void* context) {
  Context& own = *static_cast<Context*>(context);
  (*own.memory->part_)(own.index);
  SimMachine::join(own.thread);
  own.active = false;
}

void SimMemory::run_slice(const std::function<void(unsigned)>& part) {
  const Place before = own_place;
  double latest = 0;
  for (const auto& each : threads_) {
    SimMachine::join(each->thread);
    latest = std::max(latest, each->thread.now_ns);
  }
  part_ = &part;
  for (const auto& each : threads_) {
    each->thread.now_ns = latest;
    SimMachine::next_slice(each->thread);
    each->active = true;
    if (threads_.size() > 1) each->fiber.prepare(begin_part, each.get(), caller_);
  }
  // One that ends comes back here.
  for (unsigned next = choose_next(); next != kNobody; next = choose_next()) {
    own_place = {this, next};
    if (threads_.size() > 1) {
      caller_.switch_to(threads_[next]->fiber);
    } else {
      begin_part(threads_[next].get());
    }
  }
  part_ = nullptr;
  own_place = before;
}

void SimMemory::give_way(Context& own) {
  const unsigned next = choose_next();
  if (next == own.index) return;
  own_place = {this, next};
  own.fiber.switch_to(threads_[next]->fiber);
}

// The one whose clock is behind the others', and how far it may go.
unsigned SimMemory::choose_next() {
  constexpr double kNever = std::numeric_limits<double>::infinity();
  unsigned next = kNobody;
  double others_ns = kNever;
  for (const auto& each : threads_) {
    if (!each->active) continue;
    const double now_ns = each->thread.now_ns;
    if (next == kNobody || now_ns < threads_[next]->thread.now_ns) {
      if (next != kNobody) others_ns = threads_[next]->thread.now_ns;
      next = each->index;
    } else {
      others_ns = std::min(others_ns, now_ns);
    }
  }
  if (next != kNobody) threads_[next]->most_ns = others_ns + kTurn_ns;
  return next;
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
