#include "run/gate_runner.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "run/block_order.hpp"

namespace pmembench {
namespace {

// A worker in shell that answers everything well, but for what `faults` (case branches) says, and
// notes its process and requests in a file.
class GateRunnerTest : public testing::Test {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);
    std::string pattern = std::filesystem::temp_directory_path() / "pmembench-gate-XXXXXX";
    folder_ = mkdtemp(pattern.data());
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
    for (std::size_t arm = 0; arm < kArms; ++arm) set_worker(arm, "");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string log_of(std::size_t arm) const {
    return folder_ / ("log" + std::to_string(arm));
  }
  void set_worker(std::size_t arm, const std::string& faults) {
    const std::string script = "echo start $$ >> " + log_of(arm) +
                               "\nwhile read -r line; do printf '%s\\n' \"$line\" >> " +
                               log_of(arm) + "\ncase \"$line\" in\n" + faults + R"(
*'"do":"open"'*) echo '{"is":"opened","medium":{"huge_share":1.0},"timer":{"ns_per_tick":0.4,"step_ns":10,"floor_issue_ns":20,"floor_durable_ns":90,"invariant":true},"ceiling_bytes_per_s":1e12}';;
*'"do":"cell"'*) echo '{"is":"ready","operations":1000}';;
*'"do":"slice"'*) echo '{"is":"slice","ns_per_operation":100,"operations":1000,"bytes":64000,"overlap":1,"involuntary_switches":0,"faults":0}';;
*'"do":"end"'*) echo '{"is":"done","histogram":[],"counters":{},"cpus":[0]}';;
*'"do":"quit"'*) exit 0;;
esac; done)";
    input_.arms[arm].worker_command = {"/bin/sh", "-c", script};
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
  // Lines of the log with this text.
  [[nodiscard]] std::size_t lines(std::size_t arm, const std::string& text) const {
    std::ifstream log(log_of(arm));
    std::size_t count = 0;
    for (std::string line; std::getline(log, line);) {
      if (line.find(text) != std::string::npos) ++count;
    }
    return count;
  }

  // The processes of an arm, in the order of the replicates.
  [[nodiscard]] std::vector<long> processes(std::size_t arm) const {
    std::ifstream log(log_of(arm));
    std::vector<long> found;
    for (std::string line; std::getline(log, line);) {
      if (line.starts_with("start ")) found.push_back(std::stol(line.substr(6)));
    }
    return found;
  }

  std::filesystem::path folder_;
  Plan plan_;
  MonotonicClock clock_;
  GateInput input_;
};

TEST_F(GateRunnerTest, starts_a_fresh_worker_of_every_arm_for_every_replicate) {
  const auto samples = measure(4);
  ASSERT_EQ(samples.size(), 2u);
  for (const ArmSamples& cell : samples) {
    EXPECT_EQ(cell.trios.size(), 4u);
    for (const std::string& missing : cell.missing) EXPECT_EQ(missing, "");
    std::set<std::uint64_t> seeds;
    for (const ArmTrio& trio : cell.trios) seeds.insert(trio.seed);
    EXPECT_EQ(seeds.size(), 4u);
    EXPECT_EQ(cell.trios[3].index, 3u);
    EXPECT_EQ(cell.trios[0].arms[2].slice_ns_per_operation, std::vector<double>(3, 100));
  }
  for (std::size_t arm = 0; arm < kArms; ++arm) EXPECT_EQ(lines(arm, "start"), 4u);
}

// Processes are numbered in the order of their starts, but where the numbers begin again.
TEST_F(GateRunnerTest, starts_its_arms_in_the_opening_order) {
  measure(6);
  std::array<std::vector<long>, kArms> started;
  for (std::size_t arm = 0; arm < kArms; ++arm) started[arm] = processes(arm);
  unsigned compared = 0;
  for (unsigned replicate = 0; replicate < 6; ++replicate) {
    std::vector<long> in_order;
    for (const Arm arm : opening_order(replicate)) {
      ASSERT_EQ(started[static_cast<std::size_t>(arm)].size(), 6u);
      in_order.push_back(started[static_cast<std::size_t>(arm)][replicate]);
    }
    const auto [least, most] = std::minmax_element(in_order.begin(), in_order.end());
    if (*most - *least > 1000) continue;
    ++compared;
    EXPECT_TRUE(std::is_sorted(in_order.begin(), in_order.end())) << replicate;
  }
  EXPECT_GE(compared, 5u);
}

TEST_F(GateRunnerTest, calibrates_once_and_gives_later_stages_seeds_of_their_own) {
  GateRunner runner(input_);
  measure(runner, 2);
  const auto second = measure(runner, 2);
  EXPECT_EQ(second[0].trios[0].index, 2u);
  EXPECT_EQ(lines(2, "\"operations\":0"), 2u);  // each of two cells, in the first replicate
  EXPECT_EQ(lines(0, "\"operations\":0"), 4u);  // the base calibrates twice
}

TEST_F(GateRunnerTest, goes_on_without_a_cell_whose_worker_dies) {
  set_worker(2, "*'\"name\":\"one\"'*) kill -SEGV $$;;");
  const auto samples = measure(3);
  EXPECT_EQ(samples[0].missing[2], "the worker died of SIGSEGV (Segmentation fault)");
  EXPECT_EQ(samples[0].missing[0], "");
  EXPECT_TRUE(samples[0].trios.empty());
  EXPECT_EQ(samples[1].trios.size(), 3u);
  EXPECT_EQ(samples[1].missing[2], "");
}

TEST_F(GateRunnerTest, keeps_the_reason_of_a_cell_that_one_side_refuses) {
  set_worker(0,
             "*'\"name\":\"two\"'*) "
             R"(echo '{"is":"failed","kind":"runtime","message":"knows no workload"}';;)");
  const auto samples = measure(2);
  EXPECT_EQ(samples[1].missing[0], "knows no workload");
  EXPECT_EQ(samples[0].trios.size(), 2u);
}

TEST_F(GateRunnerTest, misses_all_cells_of_a_device_that_one_side_cannot_open) {
  set_worker(2, R"(*'"do":"open"'*) echo '{"is":"failed","message":"no such backend"}';;)");
  const auto samples = measure(2);
  for (const ArmSamples& cell : samples) {
    EXPECT_EQ(cell.missing[2], "no such backend");
    EXPECT_EQ(cell.missing[0], "");
    EXPECT_TRUE(cell.trios.empty());
  }
  EXPECT_EQ(lines(0, "start"), 1u);  // not tried again
}

TEST_F(GateRunnerTest, misses_what_the_plan_skips_on_every_side) {
  plan_.cells[0].skip_reason = "no such instruction";
  const auto samples = measure(2);
  for (const std::string& missing : samples[0].missing) {
    EXPECT_EQ(missing, "it cannot run here: no such instruction");
  }
  EXPECT_EQ(samples[1].trios.size(), 2u);
}

TEST_F(GateRunnerTest, hands_environment_and_plants_to_the_workers) {
  set_worker(2, R"(*'"do":"open"'*'"media":"dram:2M"'*) echo "saw $PMEMBENCH_GATE_TEST" >> )" +
                    log_of(2) + R"(; echo '{"is":"failed","message":"seen"}';;)");
  input_.arms[2].environment = {"PMEMBENCH_GATE_TEST=indeed"};
  input_.arms[2].media = "dram:2M";
  const auto samples = measure(1);
  EXPECT_EQ(samples[0].missing[2], "seen");
  EXPECT_EQ(lines(2, "saw indeed"), 1u);
}

TEST_F(GateRunnerTest, plants_what_it_was_told_from_the_next_stage_on) {
  GateRunner runner(input_);
  measure(runner, 1);
  EXPECT_EQ(lines(2, "\"plant\""), 0u);
  runner.set_plants({0.0, 0.0, 0.05});
  measure(runner, 1);
  EXPECT_EQ(lines(2, "\"plant\":0.05"), 2u);
  EXPECT_EQ(lines(0, "\"plant\":0.0"), 2u);
}

TEST_F(GateRunnerTest, a_signal_ends_it) {
  const std::atomic<bool> interrupted{true};
  input_.interrupted = &interrupted;
  GateRunner runner(input_);
  const auto samples = runner.measure(stage(1));
  ASSERT_FALSE(samples);
  EXPECT_EQ(samples.error().code, EINTR);
}

TEST_F(GateRunnerTest, no_replicate_begins_after_the_time_is_up) {
  GateRunner runner(input_);
  GateStage late = stage(5);
  late.until_ns = 1;
  const auto samples = runner.measure(late);
  ASSERT_TRUE(samples);
  EXPECT_TRUE((*samples)[0].trios.empty());
  EXPECT_EQ(lines(0, "start"), 0u);
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
