#include "results/derive.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "pairs.hpp"
#include "record/limits.hpp"
#include "results/make_row.hpp"
#include "workloads/workload.hpp"

namespace pmembench {
namespace {

// A ladder, a crossover, steps of durability, a matrix with a sweep and a loaded curve.
struct WholeRun {
  std::vector<Row> rows;
  FiguresByCell replicates;

  void add(Cell cell, double ns) {
    std::vector<Replicate> all;
    for (unsigned index = 0; index < 8; ++index) {
      all.push_back(sample::replicate(index, ns * (1 + 0.01 * index)));
      if (cell.timing == Timing::operation || cell.workload == "loaded") {
        all.back().histogram = sample::histogram(static_cast<std::uint64_t>(2 * ns), 1000);
      }
    }
    rows.push_back(make_row(cell, all, "", RowContext{}));
    replicates[cell.name] = figures_of(all);
  }

  static Cell of_workload(const std::string& name, const std::string& workload) {
    Cell cell = sample::durable_cell();
    cell.name = name;
    cell.workload = workload;
    cell.parameters.clear();
    for (const ParameterSpec& spec : find_workload(workload)->parameters) {
      cell.parameters[spec.name] = spec.default_value;
    }
    return cell;
  }

  WholeRun() {
    for (const char* path : {"direct", "block-raw", "block-btt"}) {
      Cell cell = sample::cell(path);
      cell.path = path;
      add(cell, 100);
    }
    for (const char* step : {"store", "store_flush"}) {
      Cell cell = of_workload(step, "durability");
      cell.parameters["step"] = step;
      add(cell, 50);
    }
    for (const char* backend : {"clwb", "movnt"}) {
      for (const unsigned size : {64U, 4096U}) {
        Cell cell = sample::durable_cell();
        cell.name = fmt::format("{}{}", backend, size);
        cell.backend = backend;
        cell.capabilities.needs_flush = cell.backend == "clwb";
        cell.capabilities.nontemporal_from_bytes = cell.backend == "movnt" ? 1 : 0;
        cell.parameters["operation_size"] = std::to_string(size);
        add(cell, cell.backend == "movnt" ? 100 : size);
      }
    }
    for (const char* share : {"0", "100"}) {
      Cell cell = of_workload(fmt::format("loaded{}", share), "loaded");
      cell.parameters["load_share"] = share;
      cell.latency_mode = "dependent";
      add(cell, 90);
    }
    for (Row row : {sample::placed_row(0, "node 0", 0, 64), sample::placed_row(0, "node 1", 1, 128),
                    sample::dealt_row(0, {{0, 2}, {1, 1}}, 43)}) {
      replicates[row.cell] = figures_of(sample::at(64));
      rows.push_back(std::move(row));
    }
  }
};

TEST(Derive, has_every_part_of_a_run) {
  const WholeRun run;
  const Derived derived = derive(run.rows, run.replicates, {});
  EXPECT_FALSE(derived.backends.empty());
  EXPECT_EQ(derived.ladders.size(), 1U);
  EXPECT_EQ(derived.durability.size(), 1U);
  EXPECT_EQ(derived.crossovers.size(), 1U);
  EXPECT_EQ(derived.matrices.size(), 1U);
  EXPECT_EQ(derived.interleave.size(), 1U);
  EXPECT_EQ(derived.loaded.size(), 1U);
  EXPECT_EQ(derived.rows.size(), run.rows.size());
  EXPECT_EQ(derived.limits.disturbed_share, limits::kDisturbedShare);
  EXPECT_EQ(derived.limits.steal_share, limits::kStealShare);
  std::vector<std::string> kinds;
  for (const PrintedTable& table : derived.tables) kinds.push_back(table.kind);
  EXPECT_THAT(kinds, testing::ElementsAre("backends", "ladder", "durability_steps", "crossover",
                                          "nodes", "interleave", "loaded"));
}

TEST(Derive, is_the_same_after_json) {
  const WholeRun run;
  const nlohmann::json written = derived_json(derive(run.rows, run.replicates, {}));
  EXPECT_EQ(written.at("schema"), "pmembench-derived");
  EXPECT_EQ(written.at("version"), 3);
  // As a store keeps it: text and back.
  const auto read = derived_from_json(nlohmann::json::parse(written.dump()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(derived_json(*read), written);
}

TEST(Derive, refuses_a_document_of_another_version_or_without_a_part) {
  const WholeRun run;
  nlohmann::json document = derived_json(derive(run.rows, run.replicates, {}));
  nlohmann::json other = document;
  other["version"] = 1;
  EXPECT_FALSE(derived_from_json(other));
  other = document;
  other.erase("ladders");
  EXPECT_FALSE(derived_from_json(other));
  EXPECT_FALSE(derived_from_json(nlohmann::json::array()));
}

// Every table has as many cells a row as it has columns: whoever prints it need not check.
TEST(Derive, has_tables_that_are_whole) {
  const WholeRun run;
  for (const PrintedTable& table : derive(run.rows, run.replicates, {}).tables) {
    for (const PrintedRow& row : table.rows) {
      if (row.cells.empty()) {
        EXPECT_FALSE(row.heading.empty());
      } else {
        EXPECT_EQ(row.cells.size(), table.columns.size()) << table.title;
      }
    }
  }
}

TEST(Derive, names_the_kind_of_every_parameter_that_there_is) {
  const Derived derived = derive({}, {}, {});
  const auto expect = [&](const std::vector<ParameterSpec>& specs) {
    for (const ParameterSpec& spec : specs) {
      // A name means one thing, wherever it stands: what prints it knows the name alone.
      const bool is_size = derived.parameter_kinds.at(spec.name) == "size";
      EXPECT_EQ(is_size, spec.kind == ValueKind::size) << spec.name;
    }
  };
  for (const WorkloadType& workload : workload_list()) expect(workload.parameters);
  for (const PathType& path : path_list()) expect(path.parameters);
  EXPECT_THAT(derived.path_parameters,
              testing::IsSupersetOf({"translation", "erase_block", "data"}));
  EXPECT_EQ(derived.parameter_kinds.at("file_size"), "size");
  EXPECT_EQ(derived.parameter_kinds.at("record_size"), "size");
  EXPECT_EQ(derived.parameter_kinds.at("erase_block"), "size");
}

TEST(DeriveContext, is_read_from_the_plan_of_a_run) {
  const DeriveContext context = derive_context(nlohmann::json::parse(R"({
    "settings": {"confidence": 0.99},
    "cells": [{"name": "a", "backend_options": "engine=uring"}, {"name": "b", "backend_options": ""},
              {"name": "c"}, 7]})"));
  EXPECT_EQ(context.confidence, 0.99);
  EXPECT_THAT(context.backend_options, testing::ElementsAre(testing::Pair("a", "engine=uring")));
}

TEST(DeriveContext, has_defaults_for_what_a_plan_does_not_have) {
  for (const char* text : {"{}", "[]", "null", R"({"settings": {"confidence": 7}, "cells": 3})"}) {
    const DeriveContext context = derive_context(nlohmann::json::parse(text));
    EXPECT_EQ(context.confidence, 0.95) << text;
    EXPECT_TRUE(context.backend_options.empty());
  }
}

// Written again with PMEMBENCH_WRITE_SCHEMAS=1, as tests/record/schema_test.cpp says.
TEST(Derived, has_the_schema_that_ships) {
  const std::string path =
      std::string(PMEMBENCH_TEST_SOURCE_DIR) + "/../docs/schemas/derived.schema.json";
  if (std::getenv("PMEMBENCH_WRITE_SCHEMAS") != nullptr) std::ofstream(path) << derived_schema();
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text, derived_schema()) << path << " differs";
}

}  // namespace
}  // namespace pmembench
