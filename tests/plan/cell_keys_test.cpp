// Every sentence with which a plan refuses a campaign that reads well, and its place.
#include "plan/cell_keys.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/plan/planning.hpp"

namespace pmembench {
namespace {

// The error of one group in a line of its own: the group begins at c.yaml:3:5.
std::string error_of(const std::string& keys) {
  return plan_error("media: dram:1M\ncells:\n  - {" + keys + "}\n");
}

TEST(CellKeys, name_what_a_group_must_have) {
  EXPECT_EQ(plan_error("cells:\n  - workload: random\n"),
            "c.yaml:2:5: the group has no 'media': add one, such as 'media: dram:128M'");
  EXPECT_EQ(plan_error("media: dram:1M\ncells:\n  - threads: 1\n"),
            "c.yaml:3:5: the group has no 'workload': add one, such as 'workload: random'");
}

template <typename List>
std::string names_in(const List& list) {
  std::string names;
  for (const auto& item : list) names += (names.empty() ? "" : ", ") + std::string(item.name);
  return names;
}

TEST(CellKeys, pass_over_the_keys_of_other_paths_but_not_of_none) {
  EXPECT_EQ(error_of("workload: random, bad_blocks: 3, matrix: {path: [direct, guarded]}"),
            "no error");
  EXPECT_EQ(error_of("workload: random, path: direct, bad_blocks: 3"),
            "c.yaml:3:38: none of this group's paths has the key 'bad_blocks'; it belongs to: "
            "guarded");
}

TEST(CellKeys, name_the_nearest_of_what_is_unknown) {
  EXPECT_EQ(error_of("workload: randmo"),
            "c.yaml:3:16: unknown workload 'randmo' (did you mean 'random'?); there are: " +
                names_in(workload_list()));
  EXPECT_EQ(error_of("workload: random, path: maped"),
            "c.yaml:3:30: unknown path 'maped' (did you mean 'mapped'?); there are: " +
                names_in(path_list()));
  EXPECT_EQ(error_of("workload: random, matrix: {backend: [movnt, mvnt]}"),
            "c.yaml:3:50: backend: there is no backend 'mvnt' (did you mean 'movnt'?); there are: "
            "movnt, clwb, wide, block, null");
  EXPECT_TRUE(
      plan_error("media: drum:1M\ncells: [{workload: random}]").starts_with("c.yaml:1:8: media: "));
  EXPECT_EQ(error_of("workload: random, placement: neer"),
            "c.yaml:3:35: placement 'neer' is not understood: write near, far, cpus=0-3;node=1 or "
            "cpu_node=0;node=1");
}

TEST(CellKeys, refuse_backend_options_that_are_none) {
  EXPECT_EQ(error_of("workload: random, backend: \"movnt:fast\""),
            "c.yaml:3:33: backend: 'fast' is not an option: write NAME:key=value;key=value");
  EXPECT_EQ(error_of("workload: random, backend: \"movnt:a=b;\""),
            "c.yaml:3:33: backend: '' is not an option: write NAME:key=value;key=value");
  EXPECT_EQ(error_of("workload: random, backend: \"movnt:=b\""),
            "c.yaml:3:33: backend: '=b' is not an option: write NAME:key=value;key=value");
  EXPECT_TRUE(error_of("workload: random, backend: \"usable:a=b\"")
                  .starts_with("c.yaml:3:33: backend: there is no backend 'usable'"));
}

TEST(CellKeys, refuse_usable_where_nothing_serves_the_media) {
  const auto registry = Registry::build({}, {}, {});
  ASSERT_TRUE(registry);
  const auto campaign = read_campaign_text("media: dram:1M\ncells:\n  - {workload: random}\n",
                                           "c.yaml", campaign_schema());
  ASSERT_TRUE(campaign);
  const Topology topology = one_node(1);
  const auto plan = make_plan(*campaign, {&*registry, &topology, false, ""});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().message, "c.yaml:3:5: backend: no backend serves dram media");
}

TEST(CellKeys, refuse_a_key_that_the_workload_does_not_have) {
  EXPECT_EQ(error_of("workload: chase, operation_size: 64"),
            "c.yaml:3:23: workload 'chase' has no key 'operation_size'; its keys: stride, touched, "
            "order, tlb_window, tlb_page, range_size, range_offset, operations, prefetchers");
  EXPECT_EQ(plan_error("media: dram:1M\nstride: 64\ncells: [{workload: random}]"),
            "c.yaml:2:1: no workload or path of this campaign has the key 'stride'");
  EXPECT_EQ(plan_error("media: dram:1M\ncells: [{workload: random}]", {"stride=64"}),
            "--set: no workload or path of this campaign has the key 'stride'");
}

TEST(CellKeys, refuse_a_number_of_operations_where_a_slice_ends_by_time) {
  EXPECT_EQ(error_of("workload: random, operations: 100"), "no error");
  EXPECT_NE(error_of("workload: random, operations: 100, timing: operation, arrival: fixed, "
                     "rate: 1000")
                .find("leave operations out"),
            std::string::npos);
}

TEST(CellKeys, refuse_threads_that_are_none) {
  EXPECT_EQ(error_of("workload: random, threads: 0"),
            "c.yaml:3:33: threads: 0 is out of range: it must be from 1 to 65536, or all");
  EXPECT_EQ(error_of("workload: random, threads: 70000"),
            "c.yaml:3:33: threads: 70000 is out of range: it must be from 1 to 65536, or all");
}

TEST(CellKeys, refuse_latency_modes_that_do_not_fit) {
  EXPECT_EQ(error_of("workload: random, latency_mode: issue"),
            "c.yaml:3:38: latency_mode: slices have no latency mode: add 'timing: operation'");
  EXPECT_EQ(error_of("workload: chase, timing: operation, latency_mode: durable"),
            "c.yaml:3:56: latency_mode: each operation of 'chase' waits for the one before, so its "
            "mode is dependent and not durable");
  EXPECT_EQ(error_of("workload: random, timing: operation, latency_mode: dependent"),
            "c.yaml:3:57: latency_mode: the operations of 'random' do not wait for each other: "
            "write issue or durable");
  EXPECT_EQ(error_of("workload: chase, latency_mode: dependent"), "no error");
}

TEST(CellKeys, refuse_words_that_did_not_come_through_the_reader) {
  const auto error_with = [](const std::string& key, const std::string& text) {
    Campaign campaign;
    const SourcePosition at{"c.yaml", 9, 9};
    campaign.groups.push_back({at,
                               {{"media", at, {{"dram:1M", at}}, false},
                                {"workload", at, {{"random", at}}, false},
                                {key, at, {{text, at}}, false}},
                               {}});
    const Registry registry = fake_registry();
    const Topology topology = one_node(1);
    const auto plan = make_plan(campaign, {&registry, &topology, false, ""});
    return plan ? "no error" : plan.error().message;
  };
  EXPECT_EQ(error_with("timing", "now"),
            "c.yaml:9:9: timing: 'now' is not one of: slice, operation");
  EXPECT_EQ(error_with("latency_mode", "now"),
            "c.yaml:9:9: latency_mode: 'now' is not one of: issue, durable, dependent");
  EXPECT_EQ(error_with("threads", "many"), "c.yaml:9:9: threads: 'many' is not a whole number");
  EXPECT_EQ(error_with("access", "peek"),
            "c.yaml:9:9: access: workload 'random' takes one of: read, load, load-nt, write; not 'peek'");
}

TEST(CellKeys, point_a_workloads_refusal_at_the_value_it_names) {
  EXPECT_EQ(error_of("workload: random, access: write, matrix: {operation_size: [64, 65M]}"),
            "c.yaml:3:69: workload random: operation_size 68157440 is outside 1 B to 64 MiB");
  EXPECT_EQ(error_of("workload: random, range_size: 2M, matrix: {operation_size: [64, 128]}"),
            "c.yaml:3:36: workload random: range_size 2 MiB is larger than the medium (1 MiB)");
  EXPECT_EQ(error_of("workload: random, matrix: {operation_size: [64, 2M]}"),
            "c.yaml:3:54: workload random: 1 MiB of range hold not one slot of 2 MiB for each of 1 "
            "thread");
  EXPECT_EQ(plan_error("media: dram:1M\nbatch: 0\ncells: [{workload: random}]"),
            "c.yaml:2:8: workload random: batch 0 would do no work: give at least 1");
  EXPECT_EQ(plan_error("media: dram:4K\ncells:\n  - {workload: random, threads: 2}\n"),
            "c.yaml:3:33: workload random: 4 KiB of range hold not one slot of 4 KiB for each of 2 "
            "threads");
}

TEST(CellKeys, point_at_the_group_where_nothing_of_it_is_to_blame) {
  EXPECT_EQ(plan_error("media: dram:4K\ncells:\n  - {workload: copy}\n"),
            "c.yaml:3:5: workload copy: 4 KiB of range hold not one slot of 8 KiB for each of 1 "
            "thread");
}

TEST(CellKeys, refuse_settings_that_contradict_after_all_were_set) {
  EXPECT_EQ(plan_error("media: dram:1M\ncells: [{workload: random}]", {"maximum_replicates=2"}),
            "--set: minimum_replicates (6) is above maximum_replicates (2): set both");
  EXPECT_EQ(plan_error("media: dram:1M\ncells: [{workload: random}]",
                       {"maximum_replicates=2", "minimum_replicates=2"}),
            "no error");
}

}  // namespace
}  // namespace pmembench
