// A device that is killed while threads work on it by every path: nobody hangs, everybody is told,
// and nothing reaches the device once kill() has returned.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

#include "workbench.hpp"

namespace pmembench {
namespace {

constexpr unsigned kKilledThreads = 2;

struct Loaded {
  std::unique_ptr<Path> path;
  std::unique_ptr<Workload> workload;
  std::atomic<std::uint64_t> done{0};
};

class KillUnderLoad : public testing::TestWithParam<const char*> {};

TEST_P(KillUnderLoad, ends_every_thread_and_lets_nothing_through_afterwards) {
  const PathType& type = *find_path(GetParam());
  OpenedDevice opened{{}, test_device(builtin("clwb"))};
  Parameters parameters =
      parameters_of("random", {{"access", "write"}, {"batch", "4"}, {"range_size", "262144"}});
  for (const ParameterSpec& spec : type.parameters) parameters[spec.name] = spec.default_value;
  std::unique_ptr<PathFixture> fixture;
  if (type.prepare != nullptr) {
    auto made = type.prepare(opened, parameters);
    ASSERT_TRUE(made) << made.error().message;
    fixture = *std::move(made);
  }
  std::array<Loaded, kKilledThreads> positions;
  std::atomic<unsigned> failed{0};
  std::vector<std::thread> threads;
  for (unsigned index = 0; index < kKilledThreads; ++index) {
    threads.emplace_back([&, index] {
      Loaded& position = positions[index];
      position.path = *type.make(*opened.device, fixture.get());
      position.workload =
          find_workload("random")->make(parameters, *position.path, {index, kKilledThreads, 3});
      EXPECT_TRUE(position.workload->prepare());
      while (position.workload->failure().empty()) {
        position.done.fetch_add(position.workload->run(64).operations);
      }
      failed.fetch_add(1);
    });
  }
  for (const Loaded& position : positions) {
    while (position.done.load() < 1000) std::this_thread::yield();
  }
  opened.device->kill();
  const DeviceCounters at_kill = opened.device->counters();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed.load(), kKilledThreads);
  // A drain needs no liveness, and moves nothing.
  DeviceCounters later = opened.device->counters();
  later.drains = at_kill.drains;
  later.lines_flushed = at_kill.lines_flushed;
  EXPECT_EQ(later, at_kill);
  for (Loaded& position : positions) {
    const std::string failure = position.workload->failure();
    EXPECT_TRUE(failure.ends_with("No such device or address") ||
                failure.ends_with("Input/output error") || failure.ends_with("stopped short"))
        << failure;
    EXPECT_EQ(position.workload->run(64).operations, 0u);
    position.workload.reset();
    position.path.reset();
  }
}

INSTANTIATE_TEST_SUITE_P(Paths, KillUnderLoad,
                         testing::Values("direct", "guarded", "block-raw", "block-btt",
                                         "block-rmw"));

}  // namespace
}  // namespace pmembench
