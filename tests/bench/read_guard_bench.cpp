// What a ReadSection costs, beside the two usual ways to keep an object alive while it is used, and
// what a device adds to a backend that does nothing. Run it on an idle machine; nothing is
// asserted.
#include <benchmark/benchmark.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "dax/dax_device.hpp"
#include "dax/linear.hpp"
#include "dax/read_guard.hpp"

namespace pmembench {
namespace {

// Google Benchmark hands nothing else from one thread to all.
ReadGuard& guard(ReadGuard::Barrier barrier) {
  static ReadGuard asymmetric(ReadGuard::Barrier::asymmetric_if_possible);
  static ReadGuard symmetric(ReadGuard::Barrier::symmetric);
  return barrier == ReadGuard::Barrier::symmetric ? symmetric : asymmetric;
}

// To be subtracted from the others: the loop and a look whether the guard lives.
void no_section(benchmark::State& state) {
  ReadGuard& shared = guard(ReadGuard::Barrier::asymmetric_if_possible);
  for (auto step : state) benchmark::DoNotOptimize(shared.alive());
}
BENCHMARK(no_section);

template <ReadGuard::Barrier kBarrier>
void read_section(benchmark::State& state) {
  ReadGuard& shared = guard(kBarrier);
  DaxReader reader = shared.make_reader();
  for (auto step : state) {
    const ReadSection section(reader);
    benchmark::DoNotOptimize(shared.alive());
  }
  state.SetLabel(shared.is_asymmetric() ? "membarrier" : "full fence");
}
BENCHMARK(read_section<ReadGuard::Barrier::asymmetric_if_possible>)->Threads(1)->Threads(2);
BENCHMARK(read_section<ReadGuard::Barrier::symmetric>)->Threads(1)->Threads(2);

void nested_read_section(benchmark::State& state) {
  ReadGuard& shared = guard(ReadGuard::Barrier::asymmetric_if_possible);
  DaxReader reader = shared.make_reader();
  const ReadSection outer(reader);
  for (auto step : state) {
    const ReadSection section(reader);
    benchmark::DoNotOptimize(shared.alive());
  }
}
BENCHMARK(nested_read_section);

void shared_mutex(benchmark::State& state) {
  static std::shared_mutex mutex;
  for (auto step : state) {
    const std::shared_lock lock(mutex);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(shared_mutex)->Threads(1)->Threads(2);

void atomic_refcount(benchmark::State& state) {
  static std::atomic<std::uint64_t> count{0};
  for (auto step : state) {
    count.fetch_add(1, std::memory_order_acquire);
    benchmark::ClobberMemory();
    count.fetch_sub(1, std::memory_order_release);
  }
}
BENCHMARK(atomic_refcount)->Threads(1)->Threads(2);

std::int64_t no_copy(void*, dax_iter* iter) {
  const std::uint64_t bytes = iter->count * iter->size_bytes;
  iter->count = 0;
  return static_cast<std::int64_t>(bytes);
}
int no_drain(void*) { return 0; }
int no_zero(void*, std::uint64_t, std::uint64_t) { return 0; }

dax_operations operations_of_nothing() {
  dax_operations operations{};
  operations.magic = DAX_OPERATIONS_MAGIC;
  operations.abi_version = DAX_OPERATIONS_ABI_VERSION;
  operations.struct_size = sizeof(dax_operations);
  operations.name = "nothing";
  operations.capabilities = DAX_CAP_NO_WORK;
  operations.copy_from_iter = operations.copy_to_iter = operations.flush = &no_copy;
  operations.drain = &no_drain;
  operations.zero_page_range = &no_zero;
  return operations;
}

std::unique_ptr<DaxDevice> device_of_nothing(const dax_operations& operations) {
  return std::move(DaxDevice::allocate({.name = "nothing", .size_bytes = DAX_PAGE_BYTES},
                                       &operations, nullptr, nullptr))
      .value();
}

dax_iter batch_of_one() {
  dax_iter iter{};
  iter.multiplier = iter.slots = iter.count = 1;
  iter.size_bytes = iter.granule_bytes = 64;
  return iter;
}

// A section, a copy of one range and its counters, of a backend that does nothing.
void device_copy(benchmark::State& state) {
  static const dax_operations operations = operations_of_nothing();
  static const std::unique_ptr<DaxDevice> device = device_of_nothing(operations);
  DaxReader reader = device->make_reader();
  dax_iter iter = batch_of_one();
  for (auto step : state) {
    iter.count = 1;
    const ReadSection section(reader);
    benchmark::DoNotOptimize(device->copy_from_iter(section, iter));
  }
}
BENCHMARK(device_copy)->Threads(1)->Threads(2);

// The same through a stack of one.
void stacked_copy(benchmark::State& state) {
  const dax_operations operations = operations_of_nothing();
  std::vector<std::unique_ptr<DaxDevice>> devices;
  devices.push_back(device_of_nothing(operations));
  const std::unique_ptr<DaxDevice> top =
      std::move(make_linear("linear", std::move(devices))).value();
  DaxReader reader = top->make_reader();
  dax_iter iter = batch_of_one();
  for (auto step : state) {
    iter.count = 1;
    const ReadSection section(reader);
    benchmark::DoNotOptimize(top->copy_from_iter(section, iter));
  }
}
BENCHMARK(stacked_copy);

}  // namespace
}  // namespace pmembench

BENCHMARK_MAIN();
