#include "dax/read_guard.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <thread>
#include <utility>

#include "base/check.hpp"
#include "dax/dax_device.hpp"

namespace pmembench {
namespace {

bool membarrier(int command) { return syscall(SYS_membarrier, command, 0U, 0) == 0; }

bool register_membarrier() { return membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED); }

std::uintptr_t this_thread() {
  return reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer());
}

// A section that waits to be waited for: opened while the guard lived, and still open.
bool holds_up_kill(std::uintptr_t section) { return section != 0 && (section & 1) == 0; }

}  // namespace

DaxReader::DaxReader(DaxReader&& other) noexcept
    : guard_(other.guard_), slot_(std::exchange(other.slot_, nullptr)) {}

DaxReader& DaxReader::operator=(DaxReader&& other) noexcept {
  if (this == &other) return *this;
  if (slot_ != nullptr) guard_->give_back(*slot_);
  guard_ = other.guard_;
  slot_ = std::exchange(other.slot_, nullptr);
  return *this;
}

DaxReader::~DaxReader() {
  if (slot_ != nullptr) guard_->give_back(*slot_);
}

// Registering is per process and idempotent, and its first time is the only slow one.
ReadGuard::ReadGuard(Barrier barrier)
    : asymmetric_(barrier == Barrier::asymmetric_if_possible && register_membarrier()) {}

ReadGuard::~ReadGuard() {
  for (const auto& slot : slots_) {
    PMB_CHECK(!slot->taken, "a DaxReader outlives its device; destroy the readers first");
  }
}

DaxReader ReadGuard::make_reader() {
  const std::lock_guard lock(mutex_);
  for (const auto& slot : slots_) {
    if (slot->taken) continue;
    slot->taken = true;
    return {this, slot.get()};
  }
  PMB_CHECK(slots_.size() < kMaximumReaders, "more than 1024 DaxReaders on one device");
  slots_.push_back(std::make_unique<DaxReader::Slot>());
  slots_.back()->taken = true;
  return {this, slots_.back().get()};
}

void ReadGuard::give_back(DaxReader::Slot& slot) {
  PMB_CHECK(slot.section.load(std::memory_order_relaxed) == 0,
            "a DaxReader goes inside its own ReadSection; end the section first");
  const std::lock_guard lock(mutex_);
  slot.taken = false;
}

std::vector<DaxReader::Slot*> ReadGuard::slots() const {
  const std::lock_guard lock(mutex_);
  std::vector<DaxReader::Slot*> result;
  for (const auto& slot : slots_) result.push_back(slot.get());
  return result;
}

void ReadGuard::check_outside() const {
  for (const DaxReader::Slot* slot : slots()) {
    const std::uintptr_t section = slot->section.load(std::memory_order_relaxed);
    PMB_CHECK((section & ~std::uintptr_t{1}) != this_thread(),
              "kill inside a ReadSection of the same thread would wait for itself; end it first");
  }
}

void ReadGuard::kill() {
  check_outside();
  dead_.store(1, std::memory_order_seq_cst);
  if (asymmetric_) {
    // After it, every section either is visible below, or sees dead_. A process image made by
    // fork may have lost the registration.
    const bool done = membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) ||
                      (register_membarrier() && membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED));
    PMB_CHECK(done, "membarrier worked when the guard was made and fails now");
  }
  // The mutex is not held while waiting: a section may make a reader. A slot that is new since
  // slots() is of no interest, because its reader was made after dead_ was set.
  for (const DaxReader::Slot* slot : slots()) {
    while (holds_up_kill(slot->section.load(std::memory_order_seq_cst))) {
      std::this_thread::yield();
    }
  }
}

DeviceCounters ReadGuard::counters() const {
  DeviceCounters total;
  for (const DaxReader::Slot* slot : slots()) {
    total +=
        DeviceCounters{.direct_accesses = slot->direct_accesses.load(std::memory_order_relaxed),
                       .bytes_copied_from = slot->bytes_copied_from.load(std::memory_order_relaxed),
                       .bytes_copied_to = slot->bytes_copied_to.load(std::memory_order_relaxed),
                       .lines_flushed = slot->lines_flushed.load(std::memory_order_relaxed),
                       .drains = slot->drains.load(std::memory_order_relaxed),
                       .pages_zeroed = slot->pages_zeroed.load(std::memory_order_relaxed),
                       .recovery_writes = slot->recovery_writes.load(std::memory_order_relaxed)};
  }
  return total;
}

}  // namespace pmembench
