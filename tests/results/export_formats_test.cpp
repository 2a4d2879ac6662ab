// The formats for other tools: Bencher, Prometheus, github-action-benchmark, hwloc, curves, .hgrm.
#include "results/export_formats.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "pairs.hpp"
#include "platform/environment.hpp"
#include "results/export.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

std::string exported(const std::vector<Row>& rows, std::string_view format) {
  std::string text;
  const Status done = export_run(
      sample::run_record(), rows,
      {[](const Row&) { return std::vector<Replicate>(); }, [] { return FiguresByCell(); }}, format,
      sample::collected_in(text));
  EXPECT_TRUE(done) << (done ? "" : done.error().message);
  return text;
}

// One list after the other, for formats that ask once for each row.
ReplicatesOf in_turn(std::vector<std::vector<Replicate>> lists) {
  return [lists = std::move(lists), at = std::size_t{0}](const Row&) mutable {
    return lists.at(at++);
  };
}

Row imported() {
  Row row = sample::row("foreign");
  row.source = "fio-3.33";
  row.claim = kImportedClaim;
  return row;
}

TEST(Bencher, has_values_with_the_bounds_of_their_intervals) {
  Row row = sample::row();
  const json document = json::parse(exported({row, imported()}, "bencher"));
  ASSERT_EQ(document.size(), 1U) << "imported rows raise no alarm";
  const json& measures = document[row.cell];
  EXPECT_DOUBLE_EQ(measures["latency"]["value"], row.ns_per_operation->estimate);
  EXPECT_DOUBLE_EQ(measures["latency"]["lower_value"], row.ns_per_operation->low);
  EXPECT_DOUBLE_EQ(measures["latency"]["upper_value"], row.ns_per_operation->high);
  EXPECT_DOUBLE_EQ(measures["throughput"]["value"], row.operations_per_s->estimate);
  EXPECT_DOUBLE_EQ(measures["bandwidth"]["value"], row.bytes_per_s->estimate);
  row.ns_per_operation->has_interval = false;
  const json without = json::parse(exported({row}, "bencher"));
  EXPECT_FALSE(without[row.cell]["latency"].contains("lower_value"));
}

TEST(Github, has_a_list_of_times) {
  const json list = json::parse(exported({sample::row()}, "github"));
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0]["unit"], "ns/operation");
  EXPECT_THAT(list[0]["range"].get<std::string>(), HasSubstr("± "));
}

TEST(Prometheus, has_gauges_in_base_units_without_time_stamps) {
  Row row = sample::row("a\"b\\c\nd");
  const std::string text = exported({row, imported()}, "prometheus");
  EXPECT_THAT(text, HasSubstr("# TYPE pmembench_time_per_operation_seconds gauge\n"));
  EXPECT_THAT(text, HasSubstr("cell=\"a\\\"b\\\\c\\nd\""));
  EXPECT_THAT(text, HasSubstr("pmembench_run_timestamp_seconds 1714564800\n"));
  EXPECT_THAT(text, HasSubstr("pmembench_bandwidth_bytes_per_second{"));
  EXPECT_THAT(text, HasSubstr("pmembench_time_per_operation_low_seconds{"));
  EXPECT_THAT(text, Not(HasSubstr("foreign")));
  EXPECT_TRUE(text.ends_with('\n'));
}

TEST(Hwloc, refuses_a_run_without_nodes_and_one_of_another_machine) {
  RunRecord run = sample::run_record();
  const auto none = export_hwloc(run, {sample::row()});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("no row of run 0 was placed by nodes"));
  const auto other = export_hwloc(run, {sample::placed_row(0, "node 0", 0, 90)});
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, HasSubstr("another machine"));
  run.machine_fingerprint = machine_fingerprint("/");
  const auto own = export_hwloc(run, {sample::placed_row(0, "node 0", 0, 90)});
  ASSERT_TRUE(own) << own.error().message;
  EXPECT_THAT(*own, HasSubstr("<memattr name=\"Bandwidth\""));
}

std::vector<Replicate> timed(std::uint64_t ticks) {
  std::vector<Replicate> all = sample::replicates();
  for (Replicate& each : all) each.histogram = sample::histogram(ticks, 100);
  return all;
}

TEST(Hgrm, has_the_columns_of_the_plotter_up_to_the_whole) {
  std::vector<Replicate> replicates = timed(200);
  replicates.front().histogram->record(4000);
  const auto text = export_hgrm({sample::row()}, in_turn({replicates}));
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_TRUE(text->starts_with("       Value     Percentile TotalCount 1/(1-Percentile)\n\n"));
  EXPECT_THAT(*text, HasSubstr(" 0.000000000000       1000           1.00\n"));
  EXPECT_THAT(*text, HasSubstr(" 1.000000000000       1001\n#[Mean    = "));
  EXPECT_THAT(*text, HasSubstr("Total count    =         1001]"));
}

TEST(Hgrm, takes_one_histogram_and_names_them_where_there_are_more) {
  const auto none = export_hgrm({sample::row()}, in_turn({sample::replicates()}));
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("no operation of this run was timed by itself"));
  const auto two =
      export_hgrm({sample::row("a"), sample::row("b")}, in_turn({timed(200), timed(200)}));
  ASSERT_FALSE(two);
  EXPECT_THAT(two.error().message, HasSubstr("--filter:\n  a\n  b"));
}

Row loaded_row(const std::string& pause, double bytes_per_s, double ns) {
  Row row = sample::row("loaded " + pause);
  row.workload = "loaded";
  row.parameters.clear();
  for (const ParameterSpec& spec : find_workload("loaded")->parameters) {
    row.parameters[spec.name] = spec.default_value;
  }
  row.parameters["pause"] = pause;
  row.bytes_per_s = Estimate{bytes_per_s, bytes_per_s, bytes_per_s, false};
  row.ns_per_operation = Estimate{ns, ns, ns, false};
  row.latency_ns = LatencyResult{};
  return row;
}

TEST(Bwlat, has_the_highest_load_first_in_megabytes_and_ns) {
  const std::vector<Row> rows{loaded_row("300", 5e9, 100.5), loaded_row("0", 9e9, 250)};
  const auto curves = export_bwlat(rows, in_turn({{}, {}}));
  ASSERT_TRUE(curves) << curves.error().message;
  ASSERT_EQ(curves->size(), 1U);
  EXPECT_EQ(curves->front().name, "bwlat_100.txt");
  EXPECT_EQ(curves->front().text, "9000.00\t250.00\n5000.00\t100.50\n");
  const auto none = export_bwlat({sample::row()}, in_turn({{}}));
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("pmembench curve"));
}

TEST(JsonLines, have_seeds_as_text) {
  const Row row = sample::row();
  const json line = json::parse(exported({row}, "jsonl"));
  EXPECT_EQ(line["seed"], std::to_string(row.seed));
}

}  // namespace
}  // namespace pmembench
