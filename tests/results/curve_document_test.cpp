#include "results/curve_document.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "results/make_row.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

Cell loaded_cell(const std::string& name, const std::string& share) {
  Cell cell = sample::cell(name);
  cell.workload = "loaded";
  cell.parameters.clear();
  for (const ParameterSpec& spec : find_workload("loaded")->parameters) {
    cell.parameters[spec.name] = spec.default_value;
  }
  cell.parameters["load_share"] = share;
  cell.latency_mode = "dependent";
  return cell;
}

Replicate visit(unsigned index, double latency_ns, double bytes_per_s, bool steady = true) {
  Replicate replicate = sample::replicate(index, latency_ns);
  replicate.histogram = sample::histogram(static_cast<std::uint64_t>(latency_ns * 2), 20'000);
  replicate.details = {};
  replicate.details.cpus = {0, 1};
  LoadedDetails& loaded = replicate.details.loaded.emplace();
  loaded.bytes_per_s = bytes_per_s;
  loaded.steady.emplace().steady = steady;
  return replicate;
}

Row row_of(const std::string& share, double latency_ns, double bytes_per_s, bool steady = true) {
  std::vector<Replicate> replicates;
  for (unsigned i = 0; i < 6; ++i) {
    replicates.push_back(
        visit(i, latency_ns * (1 + 0.001 * i), bytes_per_s * (1 + 0.001 * i), steady));
  }
  return make_row(loaded_cell("share" + share, share), replicates, "", {});
}

CurveRecord record() {
  CurveRecord record;
  record.base = loaded_cell("base", "0");
  record.shares = {0, 50, 100};
  record.rows = {row_of("0", 100, 0), row_of("50", 120, 5e9), row_of("100", 300, 10e9)};
  for (int i = 0; i < 6; ++i) {
    record.processes.push_back(curve_figures(std::vector<CurvePoint>{
        {0, 0, 100, 0, 0}, {50, 5e9, 120, 0, 0}, {100, 10e9, 300 + 1.0 * i, 0, 0}}));
  }
  record.maximum_bytes_per_s = 10e9;
  record.percentiles = {{}, {{"p99", {200, 190, 210, true}}}, {}};
  return record;
}

TEST(CurveDocument, has_the_rows_bandwidth_of_the_load_and_the_probes_latency) {
  const Row row = row_of("50", 120, 5e9);
  ASSERT_TRUE(row.bytes_per_s);
  EXPECT_NEAR(row.bytes_per_s->estimate, 5e9 * 1.0025, 1e6);
  EXPECT_TRUE(row.bytes_per_s->has_interval);
  EXPECT_NEAR(row.ns_per_operation->estimate, 120.3, 0.1);
  ASSERT_TRUE(row.latency_ns);
  EXPECT_EQ(row.latency_ns->n, 120'000u);
  EXPECT_FALSE(row_of("0", 100, 0).bytes_per_s);
}

TEST(CurveDocument, says_what_the_curve_shows) {
  const json curve = curves_document({record()})["curves"][0];
  EXPECT_EQ(curve["points"].size(), 3u);
  EXPECT_EQ(curve["points"][1]["load_share"], 50);
  EXPECT_EQ(curve["points"][0]["bandwidth"], nullptr);
  EXPECT_EQ(curve["points"][1]["percentiles"]["p99"]["high"], 210);
  EXPECT_NEAR(curve["unloaded_latency_ns"]["estimate"].get<double>(), 100, 1e-9);
  EXPECT_NEAR(curve["maximum_bytes_per_s"]["estimate"].get<double>(), 10e9, 1);
  EXPECT_EQ(curve["at_twice_unloaded"]["has_interval"], true);
  EXPECT_EQ(curve["at_twice_unloaded_in_processes"], 6);
  EXPECT_EQ(curve["knee"]["bandwidth"]["estimate"], 5e9);
  EXPECT_EQ(curve["saturated"], true);
  EXPECT_EQ(curve["probe_media"], "dram:1M");
  EXPECT_EQ(curve["load_threads"], 1);
}

TEST(CurveDocument, says_that_memory_was_not_filled) {
  CurveRecord flat = record();
  for (CurveFigures& figures : flat.processes) figures.latency_ratio = 1.1;
  flat.growth = 1.95;
  flat.thread_ratio = 2;
  const json curve = curves_document({flat})["curves"][0];
  EXPECT_EQ(curve["saturated"], false);
  EXPECT_EQ(curve["reasons"].size(), 2u);
}

TEST(CurveDocument, does_not_judge_a_curve_that_no_process_finished) {
  CurveRecord none = record();
  none.processes.clear();
  const json curve = curves_document({none})["curves"][0];
  EXPECT_EQ(curve["saturated"], nullptr);
  EXPECT_FALSE(curve.contains("knee"));
}

TEST(CurveDocument, counts_the_reads_that_cached_stores_cause) {
  CurveRecord cached = record();
  cached.base.parameters["read_share"] = "0";
  cached.write_traffic = 2;
  const json point = curves_document({cached})["curves"][0]["points"][2];
  EXPECT_NEAR(point["traffic_bytes_per_s"].get<double>(),
              2 * point["bandwidth"]["estimate"].get<double>(), 1);
}

TEST(CurveDocument, gives_pauses_their_names) {
  CurveRecord pauses = record();
  pauses.pauses = true;
  pauses.rows[1].parameters["pause"] = "300";
  pauses.rows[1].parameters["load_share"] = "100";
  const json points = curves_document({pauses})["curves"][0]["points"];
  EXPECT_EQ(points[1]["pause"], "300");
  EXPECT_FALSE(points[1].contains("load_share"));
  EXPECT_EQ(points[0]["load_share"], 0);
}

TEST(CurveDocument, has_a_matrix_where_media_differ) {
  EXPECT_TRUE(curves_document({record()})["interference"].empty());
  CurveRecord apart = record();
  apart.base.parameters["probe_media"] = "dram:2M";
  const json pairs = curves_document({record(), apart})["interference"];
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[1]["probe"], "dram:2M");
  EXPECT_EQ(pairs[1]["load"], "dram:1M");
  EXPECT_NEAR(pairs[1]["loaded_ns"]["estimate"].get<double>(), 300.75, 0.1);
}

TEST(CurveDocument, warns_of_a_point_that_did_not_settle) {
  const auto has = [](const Row& row, const char* type) {
    for (const Warning& warning : row.warnings) {
      if (warning.type == type) return true;
    }
    return false;
  };
  EXPECT_FALSE(has(row_of("50", 120, 5e9), "not_steady"));
  EXPECT_TRUE(has(row_of("50", 120, 5e9, false), "not_steady"));
}

}  // namespace
}  // namespace pmembench
