#include "tests/bench/layer_side.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "platform/topology.hpp"
#include "workloads/path.hpp"

namespace pmembench::bench {
namespace {

[[noreturn]] void stop(const std::string& sentence) {
  fmt::print(stderr, "layers_bench: {}\n", sentence);
  std::exit(4);
}

template <typename T>
T required(Result<T> result) {
  if (!result) stop(result.error().message);
  return *std::move(result);
}

// Asked once, before a team pins this thread: later the topology has only its CPU.
const std::vector<int>& cpus_at_start() {
  static const std::vector<int> cpus = read_topology("/").usable_cpus;
  return cpus;
}

}  // namespace

LayerSide::LayerSide(const Registry& registry, const dax_host_info& host, const SideSpec& spec,
                     unsigned threads)
    : positions_(threads) {
  const PathType& path = *find_path(spec.path);
  const WorkloadType& workload = *find_workload(spec.workload);
  Parameters parameters = spec.parameters;
  for (const auto* specs : {&path.parameters, &workload.parameters}) {
    for (const ParameterSpec& one : *specs) parameters.emplace(one.name, one.default_value);
  }
  const auto* const backend = required(registry.find(spec.backend));
  opened_ = required(open_device(*backend, required(parse_media(spec.medium)), host, {}));
  if (path.prepare != nullptr) fixture_ = required(path.prepare(opened_, parameters));
  std::vector<int> cpus = cpus_at_start();
  if (cpus.size() < threads) stop("there are fewer CPUs than threads");
  cpus.resize(threads);
  team_ = required(Team::start(cpus));
  team_->run_in_turn([&](unsigned index) {
    Position& position = positions_[index];
    position.path = required(path.make(*opened_.device, fixture_.get()));
    position.workload = workload.make(parameters, *position.path, {index, threads, 1});
    if (const Status ready = position.workload->prepare(); !ready) stop(ready.error().message);
  });
}

LayerSide::~LayerSide() { positions_.clear(); }

void LayerSide::run(std::uint64_t operations) {
  team_->run([&](unsigned index) {
    Workload& workload = *positions_[index].workload;
    if (workload.run(operations).operations != operations) stop(workload.failure());
  });
}

void LayerSide::refresh() {
  if (fixture_) fixture_->refresh();
  team_->run_in_turn([&](unsigned index) { positions_[index].workload->refresh(); });
}

void LayerSide::verify() {
  refresh();
  run(100);
  team_->run_in_turn([&](unsigned index) {
    if (const Status right = positions_[index].workload->verify(); !right)
      stop(right.error().message);
  });
  refresh();
}

}  // namespace pmembench::bench
