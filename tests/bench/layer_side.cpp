#include "tests/bench/layer_side.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace pmembench::bench {
namespace {

// What the second thread is told instead of a number of operations.
constexpr std::uint64_t kRefresh = UINT64_MAX - 1;
constexpr std::uint64_t kEnd = UINT64_MAX;

[[noreturn]] void stop(const std::string& sentence) {
  fmt::print(stderr, "layers_bench: {}\n", sentence);
  std::exit(4);
}

template <typename T>
T required(Result<T> result) {
  if (!result) stop(result.error().message);
  return *std::move(result);
}

}  // namespace

LayerSide::LayerSide(const Registry& registry, const dax_host_info& host, const SideSpec& spec,
                     unsigned threads)
    : spec_(spec), type_(*find_path(spec.path)) {
  const WorkloadType& workload = *find_workload(spec.workload);
  for (const auto* specs : {&type_.parameters, &workload.parameters}) {
    for (const ParameterSpec& one : *specs) {
      spec_.parameters.emplace(one.name, one.default_value);
    }
  }
  const auto* const backend = required(registry.find(spec.backend));
  opened_ = required(open_device(*backend, required(parse_media(spec.medium)), host, {}));
  if (type_.prepare != nullptr) ground_ = required(type_.prepare(opened_, spec_.parameters));
  first_ = make_seat(0, threads);
  if (threads < 2) return;
  second_ = std::thread([this] { serve(); });
  ask(0);
  wait();
}

LayerSide::~LayerSide() {
  if (!second_.joinable()) return;
  ask(kEnd);
  second_.join();
}

LayerSide::Seat LayerSide::make_seat(unsigned index, unsigned threads) {
  Seat seat;
  seat.path = required(type_.make(*opened_.device, ground_.get()));
  seat.workload =
      find_workload(spec_.workload)->make(spec_.parameters, *seat.path, {index, threads, 1});
  if (const Status ready = seat.workload->prepare(); !ready) stop(ready.error().message);
  return seat;
}

void LayerSide::Seat::run(std::uint64_t operations) const {
  if (workload->run(operations).operations == operations) return;
  stop(workload->failure());
}

void LayerSide::run(std::uint64_t operations) { first_.run(operations); }

void LayerSide::ask(std::uint64_t operations) {
  operations_ = operations;
  ++asked_;
  asked_.notify_one();
}

void LayerSide::wait() const {
  for (std::uint64_t seen = done_; seen != asked_; seen = done_) done_.wait(seen);
}

void LayerSide::run_on_both(std::uint64_t operations) {
  ask(operations);
  first_.run(operations);
  wait();
}

void LayerSide::serve() {
  const Seat seat = make_seat(1, 2);
  for (std::uint64_t served = 0;; ++served) {
    asked_.wait(served);
    const std::uint64_t operations = operations_;
    if (operations == kEnd) return;
    operations == kRefresh ? seat.workload->refresh() : seat.run(operations);
    ++done_;
    done_.notify_one();
  }
}

void LayerSide::refresh() {
  if (ground_) ground_->refresh();
  first_.workload->refresh();
  if (!second_.joinable()) return;
  ask(kRefresh);
  wait();
}

void LayerSide::verify() {
  refresh();
  first_.run(100);
  if (const Status right = first_.workload->verify(); !right) stop(right.error().message);
  refresh();
}

}  // namespace pmembench::bench
