// SimMemory: a simulated memory that programs use: its bytes are ordinary memory at an address, its
// time is that of a SimMachine. Each thread says where it loads and stores, and reads its clock
// here.
//
// Threads of one slice take turns on the machine, in the order of their clocks: they are fibers of
// the thread that begins the slice, so that the same accesses take the same times on any host, and a
// turn costs no more than a call of the kernel. One may be ahead of the others by kTurn_ns; what it
// leaves free of a channel meanwhile is theirs (sim/server.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/fiber.hpp"
#include "sim/machine.hpp"

namespace pmembench {

class SimMemory {
 public:
  static constexpr double kTick_ns = 1.0 / 16;
  static constexpr double kTurn_ns = 1000;

  // `base`: the address of byte 0.
  SimMemory(const SimModel& model, const void* base);
  SimMemory(const SimMemory&) = delete;
  SimMemory& operator=(const SimMemory&) = delete;

  // From here on it is a machine that has just been switched on: nothing is cached, time is 0, and
  // `seed` draws its noise. No thread is in a slice.
  void restart(std::uint64_t seed, unsigned threads);
  // The calling thread is this one from now on. One that never sits is thread 0.
  void sit(unsigned thread);
  // Where the calling thread sits; it does.
  [[nodiscard]] static SimMemory& of_this_thread();

  // What all threads do at the same time: `part` of each, by its number, from clocks that show the
  // same time. Called by one thread, which sits at each of them in turn, and where it did after.
  void run_slice(const std::function<void(unsigned)>& part);

  // ---- the clock of the calling thread, in ticks of kTick_ns. Reading it waits for its loads.
  [[nodiscard]] std::uint64_t now();
  void wait_until(std::uint64_t tick);
  void work(double ns);

  // ---- what the calling thread does
  void load(const void* at) { load(offset_of(at)); }  // the next access waits for it
  // Together with up to `width` - 1 others.
  void load_beside(const void* at, unsigned width) { load_beside(offset_of(at), width); }
  void reload(const void* at);  // the line is flushed from the caches, then loaded
  void read(std::uint64_t offset_bytes, std::uint64_t size_bytes);  // as many lines at once as go
  void write(std::uint64_t offset_bytes, std::uint64_t size_bytes);
  void flush(std::uint64_t lines);
  void fence();
  // The bytes were touched while no clock was read: they are cached as a load leaves them.
  void warm(const void* at, std::uint64_t size_bytes, std::uint64_t step_bytes);

  [[nodiscard]] const SimModel& model() const { return model_; }
  // Has the device failed, as its model says that it does?
  [[nodiscard]] bool gone() const;

 private:
  struct Context {
    SimThread thread;
    bool active = false;  // in a slice
    double most_ns = 0;   // of its clock, before it is another's turn
    Fiber fiber;
    SimMemory* memory = nullptr;
    unsigned index = 0;
  };
  static constexpr unsigned kNobody = ~0U;

  [[nodiscard]] std::uint64_t offset_of(const void* at) const {
    return static_cast<std::uint64_t>(static_cast<const char*>(at) - base_);
  }
  void load(std::uint64_t offset_bytes);
  void load_beside(std::uint64_t offset_bytes, unsigned width);
  [[nodiscard]] Context& context();
  void after_access(Context& context) {
    if (context.active && context.thread.now_ns > context.most_ns) [[unlikely]]
      give_way(context);
  }
  void give_way(Context& own);
  [[nodiscard]] unsigned choose_next();
  static void begin_part(void* context);

  SimModel model_;
  const char* base_;
  std::unique_ptr<SimMachine> machine_;
  std::vector<std::unique_ptr<Context>> threads_;
  std::uint64_t operations_before_ = 0;  // of machines that were switched off

  const std::function<void(unsigned)>* part_ = nullptr;  // of the slice that is run
  Fiber caller_;                                         // who runs it
};

}  // namespace pmembench
