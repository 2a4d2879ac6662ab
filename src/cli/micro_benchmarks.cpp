#include "cli/micro_benchmarks.hpp"

#ifdef PMEMBENCH_HAVE_BENCHMARK

#include <benchmark/benchmark.h>

#include <algorithm>
#include <map>
#include <memory>

#include "cli/output.hpp"

namespace pmembench {
namespace {

using benchmark::BenchmarkReporter;
using benchmark::IterationCount;

void measure(benchmark::State& state, const MicroBenchmark& kernel) {
  if (const Status ready = kernel.begin(); !ready) {
    state.SkipWithError(for_terminal(ready.error().message).c_str());
    return;
  }
  bool going = true;
  while (going && state.KeepRunningBatch(static_cast<IterationCount>(kernel.batch))) {
    going = kernel.run(kernel.batch);
  }
  const Status right = kernel.end();
  if (!going || !right) {
    state.SkipWithError(right ? "the kernel stopped short"
                              : for_terminal(right.error().message).c_str());
    return;
  }
  const auto operations = state.iterations();
  state.SetItemsProcessed(operations);
  if (kernel.bytes_per_operation > 0) {
    state.SetBytesProcessed(operations * static_cast<std::int64_t>(kernel.bytes_per_operation));
  }
}

// Passes everything on to the library's own reporter, and keeps the times of each kernel.
class Collector final : public BenchmarkReporter {
 public:
  Collector(std::unique_ptr<BenchmarkReporter> shown, std::map<std::string, std::size_t> indices,
            const std::function<Status(std::size_t, const MicroResult&)>& done)
      : shown_(std::move(shown)), indices_(std::move(indices)), done_(done) {}

  bool ReportContext(const Context& context) override {
    if (shown_ == nullptr) return true;
    shown_->SetOutputStream(&GetOutputStream());
    shown_->SetErrorStream(&GetErrorStream());
    return shown_->ReportContext(context);
  }

  void ReportRuns(const std::vector<Run>& runs) override {
    if (shown_ != nullptr) shown_->ReportRuns(runs);
    std::map<std::size_t, MicroResult> results;
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      const auto found = indices_.find(run.run_name.function_name);
      if (found == indices_.end()) continue;
      MicroResult& result = results[found->second];
      if (run.error_occurred) {
        result.error = run.error_message;
        continue;
      }
      const auto operations = static_cast<double>(run.iterations);
      result.ns_per_operation.push_back(run.real_accumulated_time * 1e9 / operations);
      result.operations += static_cast<std::uint64_t>(run.iterations);
    }
    for (const auto& [index, result] : results) {
      ++count_;
      if (status_) status_ = done_(index, result);
    }
  }

  void Finalize() override {
    if (shown_ != nullptr) shown_->Finalize();
  }

  [[nodiscard]] Result<std::size_t> outcome() const {
    if (!status_) return status_.error();
    return count_;
  }

 private:
  std::unique_ptr<BenchmarkReporter> shown_;
  std::map<std::string, std::size_t> indices_;
  const std::function<Status(std::size_t, const MicroResult&)>& done_;
  Status status_;
  std::size_t count_ = 0;
};

constexpr const char* kName = "pmembench micro";

Status take_flags(const std::vector<std::string>& flags) {
  std::vector<std::string> words{kName};
  words.insert(words.end(), flags.begin(), flags.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int argc = static_cast<int>(words.size());
  benchmark::Initialize(&argc, argv.data());
  // It keeps the pointer that it was given, and prints it with every run.
  benchmark::BenchmarkReporter::Context::executable_name = kName;
  if (argc == 1) return {};
  return usage_error("Google Benchmark does not know '{}'; its flags begin with --benchmark_",
                     argv[1]);
}

}  // namespace

Status micro_benchmarks_available() { return {}; }

Result<std::size_t> run_micro_benchmarks(
    const std::vector<MicroBenchmark>& benchmarks, const std::vector<std::string>& flags,
    bool silent, const std::function<Status(std::size_t, const MicroResult&)>& done) {
  if (const Status known = take_flags(flags); !known) return known.error();
  std::map<std::string, std::size_t> indices;
  for (std::size_t i = 0; i < benchmarks.size(); ++i) {
    const MicroBenchmark& kernel = benchmarks[i];
    indices[kernel.name] = i;
    benchmark::RegisterBenchmark(kernel.name.c_str(), [&kernel](benchmark::State& state) {
      measure(state, kernel);
    })->UseRealTime();
  }
  std::unique_ptr<BenchmarkReporter> shown;
  if (!silent) shown.reset(benchmark::CreateDefaultDisplayReporter());
  Collector collector(std::move(shown), std::move(indices), done);
  benchmark::RunSpecifiedBenchmarks(&collector);
  benchmark::ClearRegisteredBenchmarks();
  benchmark::Shutdown();
  return collector.outcome();
}

}  // namespace pmembench

#else

namespace pmembench {

Status micro_benchmarks_available() {
  return environment_error(
      "this pmembench was built without Google Benchmark, which micro is made of: install "
      "libbenchmark-dev and build again");
}

Result<std::size_t> run_micro_benchmarks(
    const std::vector<MicroBenchmark>& /*benchmarks*/, const std::vector<std::string>& /*flags*/,
    bool /*silent*/, const std::function<Status(std::size_t, const MicroResult&)>& /*done*/) {
  return micro_benchmarks_available().error();
}

}  // namespace pmembench

#endif
