#include "run/gate_runner.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "run/block_order.hpp"
#include "tests/fakes/scripted_worker.hpp"

namespace pmembench {
namespace {

// Scripted workers, a source for each arm, and in which order they were started.
class GateRunnerTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"one", "two"}) {
      Cell cell;
      cell.name = name;
      cell.media = "dram:1M";
      cell.backend = "movnt";
      cell.placement.cpus = {0};
      plan_.cells.push_back(cell);
    }
    plan_.settings.slices = 3;
    input_.plan = &plan_;
    input_.clock = &clock_;
    for (std::size_t arm = 0; arm < kArms; ++arm) {
      input_.workers[arm] = &workers_[arm];
      set_fault(arm, [](const fakes::WorkerRequest&) { return std::optional<Error>(); });
    }
  }
  void set_fault(std::size_t arm,
                 std::function<std::optional<Error>(const fakes::WorkerRequest&)> fault) {
    workers_[arm].fault = [this, arm, fault](const fakes::WorkerRequest& request) {
      if (request.verb == "start") started_.push_back(static_cast<Arm>(arm));
      return fault(request);
    };
  }
  std::vector<ArmSamples> measure(unsigned replicates) {
    GateRunner runner(input_);
    return measure(runner, replicates);
  }
  std::vector<ArmSamples> measure(GateRunner& runner, unsigned replicates) {
    auto samples = runner.measure(stage(replicates));
    EXPECT_TRUE(samples) << samples.error().message;
    return samples ? *std::move(samples) : std::vector<ArmSamples>();
  }
  [[nodiscard]] GateStage stage(unsigned replicates) const {
    GateStage stage;
    for (const Cell& cell : plan_.cells) stage.cells.push_back(&cell);
    stage.replicates = replicates;
    return stage;
  }
  // Cells that an arm was asked to begin, of which `accept` is true.
  template <typename Accept>
  std::size_t begun(std::size_t arm, Accept accept) const {
    const auto& log = workers_[arm].log;
    return static_cast<std::size_t>(
        std::count_if(log.begin(), log.end(), [&](const fakes::WorkerRequest& request) {
          return request.verb == "cell" && accept(request.begun);
        }));
  }

  std::array<fakes::ScriptedWorkers, kArms> workers_;
  std::vector<Arm> started_;
  Plan plan_;
  MonotonicClock clock_;
  GateInput input_;
};

TEST_F(GateRunnerTest, starts_a_fresh_worker_of_every_arm_for_every_replicate) {
  const auto samples = measure(4);
  ASSERT_EQ(samples.size(), 2u);
  for (const ArmSamples& cell : samples) {
    EXPECT_EQ(cell.triples.size(), 4u);
    for (const std::string& missing : cell.missing) EXPECT_EQ(missing, "");
    std::set<std::uint64_t> seeds;
    for (const ArmTriple& triple : cell.triples) seeds.insert(triple.seed);
    EXPECT_EQ(seeds.size(), 4u);
    EXPECT_EQ(cell.triples[3].index, 3u);
    EXPECT_EQ(cell.triples[0].arms[2].slice_ns_per_operation, std::vector<double>(3, 100));
  }
  for (const auto& workers : workers_) {
    EXPECT_EQ(workers.started(), 4u);
    EXPECT_EQ(workers.count("gone"), 4u);
  }
}

TEST_F(GateRunnerTest, starts_its_arms_in_the_opening_order) {
  measure(6);
  std::vector<Arm> wanted;
  for (unsigned replicate = 0; replicate < 6; ++replicate) {
    for (const Arm arm : opening_order(replicate)) wanted.push_back(arm);
  }
  EXPECT_EQ(started_, wanted);
}

TEST_F(GateRunnerTest, calibrates_once_and_gives_later_stages_seeds_of_their_own) {
  GateRunner runner(input_);
  measure(runner, 2);
  const auto second = measure(runner, 2);
  EXPECT_EQ(second[0].triples[0].index, 2u);
  const auto calibrates = [](const CellRequest& request) { return request.operations == 0; };
  EXPECT_EQ(begun(2, calibrates), 2u);  // each of two cells, in the first replicate
  EXPECT_EQ(begun(0, calibrates), 4u);  // the base calibrates twice
}

TEST_F(GateRunnerTest, goes_on_without_a_cell_whose_worker_dies) {
  set_fault(2, [this](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb != "cell" || request.cell.name != "one") return std::nullopt;
    return workers_[2].die("the worker died of SIGSEGV (Segmentation fault)");
  });
  const auto samples = measure(3);
  EXPECT_EQ(samples[0].missing[2], "the worker died of SIGSEGV (Segmentation fault)");
  EXPECT_EQ(samples[0].missing[0], "");
  EXPECT_TRUE(samples[0].triples.empty());
  EXPECT_EQ(samples[1].triples.size(), 3u);
  EXPECT_EQ(samples[1].missing[2], "");
}

TEST_F(GateRunnerTest, keeps_the_reason_of_a_cell_that_one_side_refuses) {
  set_fault(0, [](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb != "cell" || request.cell.name != "two") return std::nullopt;
    return runtime_error("knows no workload");
  });
  const auto samples = measure(2);
  EXPECT_EQ(samples[1].missing[0], "knows no workload");
  EXPECT_EQ(samples[0].triples.size(), 2u);
}

TEST_F(GateRunnerTest, misses_all_cells_of_a_device_that_one_side_cannot_open) {
  set_fault(2, [](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb != "open") return std::nullopt;
    return runtime_error("no such backend");
  });
  const auto samples = measure(2);
  for (const ArmSamples& cell : samples) {
    EXPECT_EQ(cell.missing[2], "no such backend");
    EXPECT_EQ(cell.missing[0], "");
    EXPECT_TRUE(cell.triples.empty());
  }
  EXPECT_EQ(workers_[0].started(), 1u);  // not tried again
}

TEST_F(GateRunnerTest, misses_what_the_plan_skips_on_every_side) {
  plan_.cells[0].skip_reason = "no such instruction";
  const auto samples = measure(2);
  for (const std::string& missing : samples[0].missing) {
    EXPECT_EQ(missing, "it cannot run here: no such instruction");
  }
  EXPECT_EQ(samples[1].triples.size(), 2u);
}

TEST_F(GateRunnerTest, gives_each_arm_its_own_medium_and_backend) {
  input_.arms[2].media = "dram:2M";
  input_.arms[2].backends["movnt"] = "outside";
  measure(1);
  EXPECT_EQ(workers_[2].log.front().cell.media, "dram:2M");
  EXPECT_EQ(workers_[2].log.front().cell.backend, "outside");
  EXPECT_EQ(workers_[0].log.front().cell.media, "dram:1M");
  EXPECT_EQ(workers_[0].log.front().cell.backend, "movnt");
}

TEST_F(GateRunnerTest, injects_the_slowdowns_from_the_next_stage_on) {
  GateRunner runner(input_);
  measure(runner, 1);
  EXPECT_EQ(begun(2, [](const CellRequest& request) { return request.slowdown.has_value(); }), 0u);
  runner.set_slowdowns({0.0, 0.0, 0.05});
  measure(runner, 1);
  EXPECT_EQ(begun(2, [](const CellRequest& request) { return request.slowdown == 0.05; }), 2u);
  EXPECT_EQ(begun(0, [](const CellRequest& request) { return request.slowdown == 0.0; }), 2u);
}

TEST_F(GateRunnerTest, an_interrupt_ends_it_and_leaves_no_worker) {
  unsigned slices = 0;
  set_fault(1, [&](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb != "slice" || ++slices < 4) return std::nullopt;
    for (fakes::ScriptedWorkers& each : workers_) each.interrupt = true;
    return interruption();
  });
  GateRunner runner(input_);
  const auto samples = runner.measure(stage(5));
  ASSERT_FALSE(samples);
  EXPECT_EQ(samples.error().kind, ErrorKind::interrupted);
  for (const auto& workers : workers_) EXPECT_EQ(workers.count("gone"), workers.started());
}

TEST_F(GateRunnerTest, no_replicate_begins_after_the_time_is_up) {
  GateRunner runner(input_);
  GateStage late = stage(5);
  late.until_ns = 1;
  const auto samples = runner.measure(late);
  ASSERT_TRUE(samples);
  EXPECT_TRUE((*samples)[0].triples.empty());
  EXPECT_EQ(workers_[0].started(), 0u);
}

TEST_F(GateRunnerTest, refuses_media_that_one_process_claims) {
  plan_.cells[0].media = plan_.cells[1].media = "block:/dev/null";
  GateRunner runner(input_);
  const auto samples = runner.measure(stage(1));
  ASSERT_FALSE(samples);
  EXPECT_EQ(samples.error().kind, ErrorKind::environment);
}

}  // namespace
}  // namespace pmembench
