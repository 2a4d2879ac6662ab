// Campaigns on scripted workers: what a run reports, and a plan of three cells on two devices.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "run/campaign_runner.hpp"
#include "tests/fakes/scripted_worker.hpp"

namespace pmembench {

inline constexpr std::uint64_t kSecond = 1'000'000'000;

struct RecordedRun final : RunObserver {
  std::map<std::string, std::vector<Replicate>> replicates;
  std::map<std::string, std::string> failures;
  std::vector<Progress> shown;
  Status full = {};  // what the store answers

  void progress(const Progress& progress) override { shown.push_back(progress); }
  Status replicate(const Cell& cell, const Replicate& replicate) override {
    replicates[cell.name].push_back(replicate);
    return full;
  }
  Status failure(const Cell& cell, const Error& error) override {
    failures[cell.name] = error.message;
    return {};
  }
};

// Two cells of one device and one of another, on scripted workers.
class CampaignRunnerTest : public testing::Test {
 protected:
  CampaignRunnerTest() {
    for (const auto& [name, media] :
         std::map<std::string, std::string>{{"a", "dram:1M"}, {"b", "dram:1M"}, {"c", "dram:2M"}}) {
      Cell cell;
      cell.name = name;
      cell.media = media;
      cell.placement.cpus = {0};
      plan_.cells.push_back(cell);
    }
    plan_.settings.slices = 5;
    plan_.settings.minimum_replicates = 6;
    plan_.settings.maximum_replicates = 10;
    plan_.settings.precision = 0.02;
    plan_.settings.confidence = 0.95;
    plan_.settings.budget_ns = 1000 * kSecond;
  }
  Result<RunOutcome> run() {
    RunInput input;
    input.plan = &plan_;
    input.workers = &workers_;
    input.clock = &clock_;
    input.replicates = before_;
    input.failed = failed_;
    return run_plan(std::move(input), observer_);
  }
  // A time that differs by process, too much for the precision asked.
  void make_processes_differ(const std::string& cell) {
    workers_.slice = [cell](const fakes::WorkerRequest& request) {
      const bool slow = request.cell.name == cell && request.worker % 4 < 2;
      return fakes::quiet_slice(slow ? 200 : 100);
    };
  }
  // The fault happens to this cell the first time that this request is made of it.
  void fail_once(const std::string& cell, const std::string& verb,
                 const std::function<std::optional<Error>()>& fault) {
    workers_.fault = [=, done = false](const fakes::WorkerRequest& request) mutable {
      const bool here = request.cell.name == cell && request.verb == verb && !done;
      if (!here) return std::optional<Error>();
      done = true;
      return fault();
    };
  }

  Plan plan_;
  fakes::ScriptedWorkers workers_;
  fakes::SteppingClock clock_{1000};
  RecordedRun observer_;
  std::map<std::string, std::vector<Replicate>> before_;
  std::vector<std::string> failed_;
};

}  // namespace pmembench
