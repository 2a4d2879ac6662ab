#include "base/fiber.hpp"

#include <sys/mman.h>

#include "base/check.hpp"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace pmembench {
namespace {

constexpr std::size_t kGuardBytes = 4096;

// What begins or goes on next, and who gave way to it: for the moment of the switch.
thread_local Fiber* arriving = nullptr;
thread_local Fiber* left = nullptr;

}  // namespace

Fiber::~Fiber() {
  if (stack_ == nullptr) return;
#if defined(__SANITIZE_THREAD__)
  if (tsan_ != nullptr) __tsan_destroy_fiber(tsan_);
#endif
  munmap(stack_, kStackBytes + kGuardBytes);
}

void Fiber::prepare(void (*entry)(void*), void* argument, Fiber& back) {
  if (stack_ == nullptr) {
    void* const stack = mmap(nullptr, kStackBytes + kGuardBytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    PMB_CHECK(stack != MAP_FAILED, "there is no memory for a stack of 256 KiB");
    PMB_CHECK(mprotect(stack, kGuardBytes, PROT_NONE) == 0, "a page cannot be guarded");
    stack_ = stack;
    bottom_ = static_cast<char*>(stack) + kGuardBytes;
    size_bytes_ = kStackBytes;
#if defined(__SANITIZE_THREAD__)
    tsan_ = __tsan_create_fiber(0);
#endif
  }
  entry_ = entry;
  argument_ = argument;
  back_ = &back;
  PMB_CHECK(getcontext(&context_) == 0, "the context of this thread cannot be read");
  context_.uc_stack.ss_sp = static_cast<char*>(stack_) + kGuardBytes;
  context_.uc_stack.ss_size = kStackBytes;
  context_.uc_link = &back.context_;
  makecontext(&context_, &Fiber::begin, 0);
}

// The fiber that is left knows its stack from now on, and the sanitizer the one that comes.
void Fiber::leave(Fiber& other, [[maybe_unused]] bool for_good) {
  arriving = &other;
  left = this;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(for_good ? nullptr : &fake_stack_, other.bottom_,
                                 other.size_bytes_);
#endif
#if defined(__SANITIZE_THREAD__)
  if (stack_ == nullptr) tsan_ = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(other.tsan_, 0);
#endif
}

void Fiber::arrive() {
#if defined(__SANITIZE_ADDRESS__)
  const void* bottom = nullptr;
  std::size_t size_bytes = 0;
  __sanitizer_finish_switch_fiber(fake_stack_, &bottom, &size_bytes);
  fake_stack_ = nullptr;
  if (left->stack_ == nullptr) {
    left->bottom_ = bottom;
    left->size_bytes_ = size_bytes;
  }
#endif
}

void Fiber::begin() {
  Fiber& own = *arriving;
  own.arrive();
  own.entry_(own.argument_);
  own.leave(*own.back_, true);
}

void Fiber::switch_to(Fiber& other) {
  leave(other, false);
  swapcontext(&context_, &other.context_);
  arrive();
}

}  // namespace pmembench
