// Cells, replicates and rows by hand, and a folder that goes with its test.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "results/export.hpp"
#include "results/make_row.hpp"
#include "results/store.hpp"
#include "workloads/workload.hpp"

namespace pmembench::sample {

inline Cell cell(const std::string& name = "dram:1M/movnt/direct/random/t1") {
  Cell cell;
  cell.name = name;
  cell.media = "dram:1M";
  cell.backend = "movnt";
  cell.capabilities.nontemporal_from_bytes = 1;
  cell.path = "direct";
  cell.workload = "random";
  for (const ParameterSpec& spec : find_workload("random")->parameters) {
    cell.parameters[spec.name] = spec.default_value;
  }
  cell.threads = 2;
  cell.placement.asked = "near";
  cell.placement.cpus = {0, 1};
  cell.seed = 0xFEDCBA9876543210ULL;
  return cell;
}

inline Cell durable_cell() {
  Cell durable = cell();
  durable.parameters["access"] = "write";
  durable.parameters["durability"] = "each";
  durable.durable = true;
  return durable;
}

// The cell served by another backend, with what that declares of itself.
inline Cell served_by(const std::string& backend, Cell cell = sample::cell()) {
  cell.backend = backend;
  cell.capabilities = {};
  cell.capabilities.does_work = backend != "null";
  cell.capabilities.needs_flush = backend.starts_with("cl");
  cell.capabilities.nontemporal_from_bytes = backend == "movnt" ? 1 : 0;
  return cell;
}

inline Cell null_cell(Cell cell = sample::cell()) { return served_by("null", std::move(cell)); }

inline Cell timed_cell() {
  Cell timed = cell();
  timed.timing = Timing::operation;
  timed.latency_mode = "durable";
  return timed;
}

inline Replicate replicate(unsigned index, double median_ns) {
  Replicate replicate;
  replicate.cell = cell().name;
  replicate.index = index;
  replicate.seed = 0xFFFFFFFFFFFFFFFFULL - index;
  replicate.slice_ns_per_operation = {median_ns, median_ns * 0.99, median_ns * 1.01};
  replicate.slice_disturbed = {false, false, false};
  replicate.operations = 3000;
  replicate.bytes = 3000 * 64;
  replicate.median_ns_per_operation = median_ns;
  replicate.lag1 = 0.1;
  replicate.ns_per_tick = 0.5;
  replicate.medium.kind = "dram";
  replicate.medium.page_bytes = 4096;
  replicate.medium.huge_share = 0.5;
  replicate.medium.node_share = {{0, 1.0}};
  replicate.medium.claim = "emulated";
  replicate.details.timer.step_ns = 1;
  replicate.details.cpus = {0, 1};
  replicate.details.counters = {{"operations", 1000},
                                {"bytes_copied_from", 96000},
                                {"bytes_copied_to", 32000},
                                {"lines_flushed", 2000},
                                {"drains", 500}};
  return replicate;
}

// Ten replicates, 1 % about 100 ns.
inline std::vector<Replicate> replicates() {
  std::vector<Replicate> all;
  for (unsigned i = 0; i < 10; ++i) all.push_back(replicate(i, 99.5 + 0.1 * i));
  return all;
}

// `count` operations of `ticks` (half a nanosecond each).
inline Histogram histogram(std::uint64_t ticks, std::uint64_t count) {
  Histogram histogram;
  histogram.record_many(ticks, count);
  return histogram;
}

inline Row row_of(const Cell& cell, const std::vector<Replicate>& replicates,
                  const RowContext& context = {}) {
  return make_row(cell, replicates, "", context);
}

// Takes the pieces of an export.
inline TextSink collected_in(std::string& text) {
  return [&text](const std::string& piece) {
    text += piece;
    return Status{};
  };
}

inline Row row(const std::string& name = cell().name) {
  return make_row(cell(name), replicates(), "", RowContext{});
}

inline RunRecord run_record() {
  RunRecord run;
  run.started_utc = "2024-05-01T12:00:00Z";
  run.status = "running";
  run.campaign = "quick";
  run.plan_fingerprint = "plan-1";
  run.machine_fingerprint = "machine-1";
  run.version = "0.1.0";
  run.command_line = "pmembench run quick";
  run.seed = 0x8000000000000001ULL;
  run.environment = nlohmann::json{{"host", {{"host_name", "tester"}, {"governor", "performance"}}},
                                   {"load_1min", 0.25}};
  run.plan = nlohmann::json{{"cells", {{{"name", "b"}}, {{"name", "a"}}, "c"}}};
  return run;
}

// A folder in the temporary folder, removed with all that is in it.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "pmembench-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "cannot make " << name;
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string path(const std::string& name = "") const {
    return name.empty() ? path_.string() : (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

}  // namespace pmembench::sample
