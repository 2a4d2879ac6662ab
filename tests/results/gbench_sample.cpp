// Two benchmarks of google/benchmark, for export_test.cpp to see what its JSON looks like.
#include <benchmark/benchmark.h>

#include <cstdint>

namespace {

void counts(benchmark::State& state) {
  std::int64_t n = 0;
  for (auto _ : state) benchmark::DoNotOptimize(++n);
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * 64);
}
BENCHMARK(counts)->Repetitions(2)->Iterations(10);

void fails(benchmark::State& state) {
  state.SkipWithError("no such device");
  for (auto _ : state) benchmark::ClobberMemory();
}
BENCHMARK(fails)->Iterations(10);

}  // namespace

BENCHMARK_MAIN();
