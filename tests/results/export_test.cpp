#include "results/export.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>

#include "record/codec.hpp"
#include "results/make_row.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

struct Exported {
  RunRecord run = sample::run_record();
  std::vector<Row> rows;
  std::vector<std::vector<Replicate>> replicates;

  void add(const Row& row, const std::vector<Replicate>& of_row = {}) {
    rows.push_back(row);
    replicates.push_back(of_row);
  }
  [[nodiscard]] std::string as(std::string_view format) const {
    const auto of_row = [&](const Row& row) {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].cell == row.cell) return replicates[i];
      }
      return std::vector<Replicate>();
    };
    const auto figures = [&]() -> Result<FiguresByCell> {
      FiguresByCell all;
      for (const Row& row : rows) all[row.cell] = figures_of(of_row(row));
      return all;
    };
    std::string text;
    const Status done =
        export_run(run, rows, {of_row, figures}, format, sample::collected_in(text));
    EXPECT_TRUE(done) << done.error().message;
    return text;
  }
};

Row skipped_row() {
  Cell cell = sample::cell("skipped");
  cell.skip_reason = "this CPU has no \"clwb\", sorry";
  return make_row(cell, {}, "", {});
}

// An ok row of ten replicates, a skipped and a failed one.
Exported sample_export() {
  Exported all;
  all.run.id = 4;
  all.add(sample::row(), sample::replicates());
  all.add(skipped_row());
  all.add(make_row(sample::cell("failed"), {}, "the worker died", {}));
  return all;
}

TEST(Export, refuses_a_format_it_does_not_know) {
  const auto refused = export_run({}, {}, {}, "xml", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_EQ(refused.error().message,
            "there is no export format \"xml\": choose " + export_format_names());
}

TEST(Export, writes_one_row_a_line_as_json) {
  const Exported all = sample_export();
  std::istringstream lines(all.as("jsonl"));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    ASSERT_LT(count, all.rows.size());
    EXPECT_EQ(json::parse(line), to_json(all.rows[count]));
  }
  EXPECT_EQ(count, 3U);
  EXPECT_EQ(Exported{}.as("jsonl"), "");
}

// A reader of RFC 4180, as strict as its grammar.
std::vector<std::vector<std::string>> read_csv(const std::string& text) {
  std::vector<std::vector<std::string>> lines;
  std::vector<std::string> fields;
  std::string field;
  bool in_quotes = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_quotes) {
      if (c != '"') {
        field += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        field += text[++i];
      } else {
        in_quotes = false;
      }
    } else if (c == '"') {
      EXPECT_TRUE(field.empty()) << "a quote inside a bare field";
      in_quotes = true;
    } else if (c == ',' || c == '\r') {
      fields.push_back(std::exchange(field, ""));
      if (c == ',') continue;
      EXPECT_EQ(text[++i], '\n');
      lines.push_back(std::exchange(fields, {}));
    } else {
      field += c;
    }
  }
  EXPECT_TRUE(field.empty() && fields.empty() && !in_quotes) << "the last line has no end";
  return lines;
}

std::map<std::string, std::string> csv_row(const Exported& all, std::size_t index) {
  const auto lines = read_csv(all.as("csv"));
  EXPECT_EQ(lines.size(), all.rows.size() + 1);
  std::map<std::string, std::string> row;
  EXPECT_EQ(lines.at(0).size(), lines.at(index + 1).size());
  for (std::size_t i = 0; i < lines.at(0).size(); ++i) row[lines[0][i]] = lines[index + 1][i];
  EXPECT_EQ(row.size(), lines[0].size()) << "two columns of one name";
  return row;
}

TEST(Csv, has_a_header_and_a_line_a_row) {
  const Exported all = sample_export();
  const auto row = csv_row(all, 0);
  EXPECT_EQ(row.at("run"), "4");
  EXPECT_EQ(row.at("cell"), all.rows[0].cell);
  EXPECT_EQ(row.at("status"), "ok");
  EXPECT_THAT(row.at("parameters"), HasSubstr("access=read;alpha=0.99;batch=256;"));
  EXPECT_EQ(std::stod(row.at("ns_per_operation")), all.rows[0].ns_per_operation->estimate);
  EXPECT_EQ(std::stod(row.at("ns_per_operation_low")), all.rows[0].ns_per_operation->low);
  EXPECT_EQ(std::stod(row.at("operations_per_s_high")), all.rows[0].operations_per_s->high);
  EXPECT_EQ(row.at("latency_mode"), "");
  EXPECT_EQ(row.at("latency_ns_p99.9"), "");
  EXPECT_EQ(row.at("converged"), "true");
  EXPECT_EQ(row.at("amplification_fences"), "0.5");
  EXPECT_EQ(row.at("seed"), "18364758544493064720");
  EXPECT_EQ(read_csv(Exported{}.as("csv")).size(), 1U);
}

TEST(Csv, quotes_what_would_break_a_line) {
  Exported all;
  Row row = skipped_row();
  row.reason = "a \"word\", a\r\nline";
  row.media = "dram:1M,pages=thp";
  all.add(row);
  EXPECT_EQ(csv_row(all, 0).at("reason"), row.reason);
  EXPECT_EQ(csv_row(all, 0).at("media"), row.media);
  EXPECT_THAT(all.as("csv"), HasSubstr("\"dram:1M,pages=thp\",movnt,"));
}

TEST(Csv, leaves_fields_empty_where_there_is_no_number) {
  Exported all;
  Row row = make_row(sample::cell(), {sample::replicate(0, 100)}, "", {});
  row.floor_ns = std::nan("");
  all.add(row);
  EXPECT_EQ(csv_row(all, 0).at("floor_ns"), "");
  EXPECT_EQ(csv_row(all, 0).at("ns_per_operation_low"), "");  // no interval
  EXPECT_EQ(csv_row(all, 0).at("warnings"), "not_converged");
  EXPECT_EQ(csv_row(sample_export(), 2).at("ns_per_operation"), "");
}

TEST(Csv, gives_latency_and_several_warnings) {
  std::vector<Replicate> replicates = sample::replicates();
  for (Replicate& one : replicates) {
    one.histogram = sample::histogram(200, 100);
    one.lag1 = 0.9;
    one.steal_share = 0.5;
  }
  Exported all;
  all.add(make_row(sample::timed_cell(), replicates, "", {}), replicates);
  const auto row = csv_row(all, 0);
  EXPECT_EQ(row.at("latency_mode"), "durable");
  EXPECT_EQ(row.at("latency_n"), "1000");
  EXPECT_EQ(row.at("latency_ns_p50"), "100");
  EXPECT_EQ(row.at("latency_ns_p99"), "100");
  EXPECT_EQ(row.at("latency_ns_p99.9"), "");
  EXPECT_EQ(row.at("warnings"), "steal;autocorrelation");
}

TEST(Gbench, writes_each_replicate_and_the_aggregates) {
  const json document = json::parse(sample_export().as("gbench"));
  const json& benchmarks = document["benchmarks"];
  ASSERT_EQ(benchmarks.size(), 10U + 3 + 2);
  EXPECT_EQ(benchmarks[0]["name"], sample::cell().name);
  EXPECT_EQ(benchmarks[0]["run_type"], "iteration");
  EXPECT_EQ(benchmarks[0]["repetitions"], 10);
  EXPECT_EQ(benchmarks[9]["repetition_index"], 9);
  EXPECT_EQ(benchmarks[9]["real_time"], sample::replicates()[9].median_ns_per_operation);
  EXPECT_EQ(benchmarks[9]["iterations"], 3000);
  EXPECT_EQ(benchmarks[9]["threads"], 2);
  EXPECT_NEAR(benchmarks[9]["items_per_second"], 1e9 / 100.4, 1e-3);
  EXPECT_NEAR(benchmarks[9]["bytes_per_second"], 64e9 / 100.4, 1e-1);
  EXPECT_EQ(benchmarks[10]["name"], sample::cell().name + "_mean");
  EXPECT_EQ(benchmarks[10]["run_name"], sample::cell().name);
  EXPECT_EQ(benchmarks[10]["iterations"], 10);
  EXPECT_NEAR(benchmarks[10]["real_time"], 99.95, 1e-9);
  EXPECT_NEAR(benchmarks[11]["real_time"], 99.95, 1e-9);
  EXPECT_EQ(benchmarks[12]["aggregate_name"], "stddev");
  EXPECT_NEAR(benchmarks[12]["real_time"], 0.30277, 1e-5);
}

TEST(Gbench, says_why_a_cell_has_no_time) {
  Exported all = sample_export();
  all.add(sample::row("lost"));  // its replicates are gone
  const json benchmarks = json::parse(all.as("gbench"))["benchmarks"];
  EXPECT_EQ(benchmarks[13]["error_occurred"], true);
  EXPECT_EQ(benchmarks[13]["error_message"], "skipped: this CPU has no \"clwb\", sorry");
  EXPECT_EQ(benchmarks[14]["error_message"], "error: the worker died");
  EXPECT_EQ(benchmarks[15]["error_message"], "no replicate is stored");
}

TEST(Gbench, has_no_bytes_for_what_moves_none_and_no_aggregates_of_one) {
  const Cell null = sample::null_cell();
  const std::vector<Replicate> one{sample::replicate(0, 100)};
  Exported all;
  all.add(make_row(null, one, "", {}), one);
  const json benchmarks = json::parse(all.as("gbench"))["benchmarks"];
  ASSERT_EQ(benchmarks.size(), 1U);
  EXPECT_FALSE(benchmarks[0].contains("bytes_per_second"));
  EXPECT_NEAR(benchmarks[0]["items_per_second"], 1e7, 1e-6);
}

TEST(Gbench, takes_its_context_from_the_stored_environment) {
  Exported all = sample_export();
  all.run.environment = json::parse(R"({"cpu":{"cpus_online":8,"caches":[{"level":1,"type":"Data",
      "size_bytes":32768,"shared_cpus":[0,1]}]},"environment":{"host_name":"tester",
      "governor":"powersave","load_1min":0.25}})");
  const json context = json::parse(all.as("gbench"))["context"];
  EXPECT_EQ(context["date"], "2024-05-01T12:00:00+00:00");
  EXPECT_EQ(context["host_name"], "tester");
  EXPECT_EQ(context["num_cpus"], 8);
  EXPECT_EQ(context["mhz_per_cpu"], 2000);
  EXPECT_EQ(context["cpu_scaling_enabled"], true);
  EXPECT_EQ(context["load_avg"], json({0.25}));
  EXPECT_EQ(context["caches"],
            json::parse(R"([{"type":"Data","level":1,"size":32768,"num_sharing":2}])"));
  all.run.environment = Document();
  EXPECT_TRUE(json::parse(all.as("gbench"))["context"]["num_cpus"].is_null());
}

// ---- against google/benchmark itself ----

json run_gbench_sample() {
  const std::string program = std::string(PMEMBENCH_BINARY_DIR) + "/tests/results/gbench_sample";
  if (!std::filesystem::exists(program)) return nullptr;
  std::FILE* pipe = popen((program + " --benchmark_format=json 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return nullptr;
  std::string text;
  char buffer[4096];
  for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, n);
  EXPECT_EQ(pclose(pipe), 0);
  return json::parse(text);
}

// Field names and their types; integers and reals are both numbers.
std::vector<std::string> shape_of(const json& object) {
  std::vector<std::string> shape;
  for (const auto& [name, value] : object.items()) {
    shape.push_back(name + ": " + (value.is_number() ? "number" : value.type_name()));
  }
  return shape;
}

TEST(Gbench, has_the_fields_that_google_benchmark_itself_writes) {
  const json theirs = run_gbench_sample();
  if (theirs.is_null()) GTEST_SKIP() << "google/benchmark is not installed";
  Exported all = sample_export();
  all.run.environment = json::parse(R"({"cpus_online":8,"host_name":"tester"})");
  const json ours = json::parse(all.as("gbench"));

  for (const auto& [name, value] : theirs["context"].items()) {
    ASSERT_TRUE(ours["context"].contains(name)) << name;
    const json& mine = ours["context"][name];
    EXPECT_TRUE(mine.is_number() ? value.is_number()
                                 : mine.type_name() == std::string(value.type_name()))
        << name << ": " << mine;
  }
  const auto first_of = [](const json& document, const std::string& field, const json& value) {
    for (const json& entry : document["benchmarks"]) {
      if (entry.value(field, json()) == value) return entry;
    }
    ADD_FAILURE() << "no entry with " << field << " " << value;
    return json();
  };
  for (const auto& [field, value] :
       std::vector<std::pair<std::string, json>>{{"run_type", "iteration"},
                                                 {"aggregate_name", "mean"},
                                                 {"aggregate_name", "median"},
                                                 {"aggregate_name", "stddev"},
                                                 {"error_occurred", true}}) {
    EXPECT_EQ(shape_of(first_of(ours, field, value)), shape_of(first_of(theirs, field, value)))
        << field << " " << value;
  }
}

}  // namespace
}  // namespace pmembench
