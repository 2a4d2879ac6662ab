// Fiber: a stack of its own on which a function runs until it gives way to another. Many run on one
// thread, and none of them goes on before it is told to: what they do has one order.
#pragma once

#include <ucontext.h>

#include <cstddef>

namespace pmembench {

// Used by one thread at a time: what has begun goes on only on the thread that began it.
class Fiber {
 public:
  static constexpr std::size_t kStackBytes = std::size_t{256} << 10;

  Fiber() = default;  // stands for the stack that its user is on
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // At the next switch to it it begins `entry(argument)`, from the start, and when that returns it
  // ends: `back` goes on. The stack is made once, 256 KiB, and ends at a page that faults. Ends the
  // process where there is no memory for it.
  void prepare(void (*entry)(void*), void* argument, Fiber& back);
  // From this fiber, on which the caller is, to `other`; returns when somebody switches back.
  void switch_to(Fiber& other);

 private:
  static void begin();
  void leave(Fiber& other, bool for_good);
  void arrive();

  ucontext_t context_{};
  void* stack_ = nullptr;  // null: that of a thread
  void (*entry_)(void*) = nullptr;
  void* argument_ = nullptr;
  Fiber* back_ = nullptr;
  // Of sanitizers.
  void* fake_stack_ = nullptr;
  const void* bottom_ = nullptr;
  std::size_t size_bytes_ = 0;
  void* tsan_ = nullptr;
};

}  // namespace pmembench
