#include "results/stored_derived.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "sample.hpp"
#include "workloads/workload.hpp"

namespace pmembench {
namespace {

// A store with one run of one cell of eight processes, open for writing.
struct OneRun {
  sample::Folder folder;
  Store store = *Store::open(folder.path("a.db"), Store::Mode::write);
  std::int64_t id = 0;

  OneRun() {
    id = *store.begin_run(sample::run_record());
    add(8);
  }
  void add(unsigned processes) {
    std::vector<Replicate> all;
    for (unsigned index = 0; index < processes; ++index) {
      all.push_back(sample::replicate(index, 100 + index));
      const Row row = make_row(sample::cell(), all, "", RowContext{});
      EXPECT_TRUE(store.save(id, row, &all.back()));
    }
  }
  Derived derived() { return *derived_of(store, *store.run(id)); }
};

TEST(StoredDerived, is_kept_when_a_run_ends) {
  OneRun run;
  ASSERT_TRUE(save_derived(run.store, run.id));
  ASSERT_TRUE(run.store.finish_run(run.id, "done"));
  const auto documents = run.store.documents("derived", run.id);
  ASSERT_TRUE(documents);
  ASSERT_EQ(documents->size(), 1U);
  EXPECT_EQ(derived_json(run.derived()), documents->front().document.json());
}

TEST(StoredDerived, is_replaced_when_a_resumed_run_ends) {
  OneRun run;
  ASSERT_TRUE(save_derived(run.store, run.id));
  run.add(9);
  ASSERT_TRUE(save_derived(run.store, run.id));
  ASSERT_TRUE(run.store.finish_run(run.id, "done"));
  EXPECT_EQ(run.store.documents("derived", run.id)->size(), 1U);
  EXPECT_EQ(run.derived().noise.processes, 9U);
}

TEST(StoredDerived, is_derived_where_the_run_has_none) {
  OneRun run;
  ASSERT_TRUE(run.store.finish_run(run.id, "done"));
  EXPECT_EQ(run.derived().noise.processes, 8U);
  EXPECT_TRUE(run.store.documents("derived")->empty()) << "reading stores nothing";
}

// The store reads distributions only where a finding needs them.
TEST(StoredDerived, is_what_the_whole_replicates_derive) {
  sample::Folder folder;
  Store store = *Store::open(folder.path("a.db"), Store::Mode::write);
  const std::int64_t id = *store.begin_run(sample::run_record());
  std::map<std::string, std::vector<Replicate>> whole;
  const auto add = [&](const std::string& name, const std::string& workload,
                       const std::string& mode, const std::string& parameter,
                       const std::string& value) {
    Cell cell = sample::served_by("clwb", sample::cell(name));
    cell.workload = workload;
    cell.latency_mode = mode;
    if (!mode.empty()) cell.timing = Timing::operation;
    cell.parameters.clear();
    for (const ParameterSpec& spec : find_workload(workload)->parameters) {
      cell.parameters[spec.name] = spec.default_value;
    }
    cell.parameters[parameter] = value;
    std::vector<Replicate>& all = whole[name];
    for (unsigned index = 0; index < 8; ++index) {
      all.push_back(sample::replicate(index, 100 + index));
      all.back().involuntary_switches = index;
      if (!mode.empty()) all.back().histogram = sample::histogram(200 + index, 2000);
      ASSERT_TRUE(store.save(id, make_row(cell, all, "", RowContext{}), &all.back()));
    }
  };
  add("untimed", "durability", "", "step", "store_flush_fence");
  add("timed", "durability", "durable", "step", "store_flush_fence");
  for (const char* share : {"0", "50", "100"}) {
    add(fmt::format("loaded {}", share), "loaded", "dependent", "load_share", share);
  }
  ASSERT_TRUE(store.finish_run(id, "done"));
  const Derived derived = *derived_of(store, *store.run(id));
  EXPECT_EQ(derived_json(derived), derived_json(derive(*store.rows(id), figures_of(whole), {})));
  ASSERT_FALSE(derived.durability.empty());
  ASSERT_FALSE(derived.loaded.empty());
  EXPECT_FALSE(derived.loaded.front().points.front().percentiles.empty());
  EXPECT_EQ(derived.noise.involuntary_switches, 5U * 28);
}

TEST(StoredDerived, is_derived_while_a_run_goes_on) {
  OneRun run;
  ASSERT_TRUE(save_derived(run.store, run.id));
  run.add(9);
  EXPECT_EQ(run.derived().noise.processes, 9U);
}

TEST(StoredDerived, is_derived_again_where_another_version_wrote_it) {
  OneRun run;
  ASSERT_TRUE(run.store.finish_run(run.id, "done"));
  ASSERT_TRUE(
      run.store.save_document({0, "", "derived", run.id, "",
                               nlohmann::json{{"schema", "pmembench-derived"}, {"version", 99}}}));
  EXPECT_EQ(run.derived().noise.processes, 8U);
}

TEST(StoredDerived, is_of_its_run_alone) {
  OneRun run;
  ASSERT_TRUE(save_derived(run.store, run.id));
  const auto other = run.store.begin_run(sample::run_record());
  ASSERT_TRUE(other);
  ASSERT_TRUE(save_derived(run.store, *other));
  EXPECT_EQ(run.store.documents("derived")->size(), 2U);
  EXPECT_EQ(derived_of(run.store, *run.store.run(*other))->rows.size(), 0U);
}

}  // namespace
}  // namespace pmembench
