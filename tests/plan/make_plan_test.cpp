#include <gmock/gmock.h>

#include <gtest/gtest.h>
#include <map>

#include <set>
#include <string>

#include "tests/plan/planning.hpp"

namespace pmembench {
namespace {

using testing::ElementsAre;

std::string group(const std::string& keys) {
  return "media: dram:1M\ncells:\n  - {" + keys + "}\n";
}

TEST(MakePlan, fills_in_every_default) {
  const auto cells = cells_of(group("workload: random, backend: movnt"));
  ASSERT_EQ(cells.size(), 1U);
  const Cell& cell = cells[0];
  EXPECT_EQ(cell.name, "dram:1M/movnt/direct/random/t1");
  EXPECT_EQ(cell.media, "dram:1M");
  EXPECT_EQ(cell.backend, "movnt");
  EXPECT_EQ(cell.backend_options, "");
  EXPECT_EQ(cell.path, "direct");
  EXPECT_EQ(cell.threads, 1U);
  EXPECT_EQ(cell.placement.asked, "near");
  EXPECT_EQ(cell.placement.cpus, std::vector<int>{0});
  EXPECT_EQ(cell.timing, Timing::slice);
  EXPECT_EQ(cell.latency_mode, "");
  EXPECT_EQ(cell.skip_reason, "");
  EXPECT_EQ(cell.parameters.size(), find_workload("random")->parameters.size());
  EXPECT_EQ(cell.parameters.at("access"), "read");
}

TEST(MakePlan, knows_prefetchers_only_where_they_are_switched) {
  const auto cells =
      cells_of(group("workload: random, backend: movnt, matrix: {prefetchers: [as-found, 'off']}"));
  ASSERT_EQ(cells.size(), 2U);
  EXPECT_FALSE(cells[0].parameters.contains("prefetchers"));
  EXPECT_EQ(cells[0].name, "dram:1M/movnt/direct/random/t1");
  EXPECT_EQ(cells[1].parameters.at("prefetchers"), "off");
  EXPECT_EQ(cells[1].name, "dram:1M/movnt/direct/random/prefetchers=off/t1");
}

TEST(MakePlan, says_which_cells_write_durably) {
  const auto cells =
      cells_of(group("workload: random, backend: movnt, matrix: {access: [write, read], "
                     "durability: [each, none]}"));
  ASSERT_EQ(cells.size(), 4U);
  EXPECT_TRUE(cells[0].durable);
  EXPECT_FALSE(cells[1].durable);
  EXPECT_FALSE(cells[2].durable);
  EXPECT_FALSE(cells[3].durable);
}

TEST(MakePlan, carries_names_and_settings_over) {
  const auto plan = plan_of("name: n\nbudget: 7s\nmedia: dram:1M\ncells: [{workload: chase}]\n");
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->campaign_name, "n");
  EXPECT_EQ(plan->campaign_file, "c.yaml");
  EXPECT_EQ(plan->settings.budget_ns, 7'000'000'000U);
}

TEST(MakePlan, walks_the_product_in_the_order_written) {
  EXPECT_THAT(
      names_of(cells_of(group("workload: random, backend: movnt, "
                              "matrix: {access: [write, read], operation_size: [64, 4K]}"))),
      ElementsAre("dram:1M/movnt/direct/random/operation_size=64B,access=write/t1",
                  "dram:1M/movnt/direct/random/operation_size=4K,access=write/t1",
                  "dram:1M/movnt/direct/random/operation_size=64B,access=read/t1",
                  "dram:1M/movnt/direct/random/operation_size=4K,access=read/t1"));
}

TEST(MakePlan, lets_usable_stand_for_all_that_serve_the_media) {
  EXPECT_THAT(
      names_of(cells_of(group("workload: random, "
                              "matrix: {backend: [usable, null], operation_size: [1K, 4K]}"))),
      ElementsAre("dram:1M/movnt/direct/random/operation_size=1K/t1",
                  "dram:1M/random/clwb (skipped)",
                  "dram:1M/wide/direct/random/operation_size=1K/t1",
                  "dram:1M/movnt/direct/random/operation_size=4K/t1",
                  "dram:1M/wide/direct/random/operation_size=4K/t1",
                  "dram:1M/null/direct/random/operation_size=1K/t1",
                  "dram:1M/null/direct/random/operation_size=4K/t1"));
}

TEST(MakePlan, takes_usable_where_no_backend_is_named) {
  EXPECT_THAT(
      names_of(cells_of("cells:\n  - {workload: random, media: \"block:/nowhere,size=1M\"}\n")),
      ElementsAre("block:/nowhere,size=1M/block/direct/random/t1"));
}

TEST(MakePlan, skips_what_is_named_and_cannot_run) {
  const auto cells = cells_of(
      group("workload: random, operation_size: 64, matrix: {backend: [clwb, block, wide, movnt]}"));
  ASSERT_EQ(cells.size(), 4U);
  EXPECT_EQ(cells[0].name, "dram:1M/clwb/direct/random/operation_size=64B/t1");
  EXPECT_EQ(cells[0].skip_reason, "backend clwb: the CPU has no clwb");
  EXPECT_EQ(cells[1].skip_reason,
            "backend block does not serve dram media: it serves block, posix");
  EXPECT_EQ(cells[2].skip_reason,
            "operation_size 64 B is below the smallest I/O of backend wide, 256 B");
  EXPECT_EQ(cells[3].skip_reason, "");
}

TEST(MakePlan, gives_a_left_out_backend_one_cell_a_group) {
  const auto cells = cells_of(
      "media: dram:1M\ncells:\n"
      "  - {workload: random, matrix: {access: [read, write]}}\n"
      "  - {workload: random, matrix: {operation_size: [4K, 8K]}}\n"
      "  - {workload: sequential}\n");
  int left_out = 0;
  for (const Cell& cell : cells) {
    if (cell.backend != "clwb") continue;
    ++left_out;
    EXPECT_EQ(cell.skip_reason, "backend clwb: the CPU has no clwb");
    EXPECT_TRUE(cell.name.ends_with("/clwb")) << cell.name;
  }
  EXPECT_EQ(left_out, 2) << "the two groups of random share one";
}

TEST(MakePlan, hands_options_to_the_backend_with_commas) {
  const auto cells =
      cells_of(group("media: 'block:/x', workload: random, backend: \"block:a=b;c=d\""));
  ASSERT_EQ(cells.size(), 1U);
  EXPECT_EQ(cells[0].backend, "block");
  EXPECT_EQ(cells[0].backend_options, "a=b,c=d");
  EXPECT_EQ(cells[0].name, "block:/x/block:a=b,c=d/direct/random/t1");
}

TEST(MakePlan, gives_a_workload_of_addresses_the_mapped_path) {
  const auto cells = cells_of(group("workload: chase, backend: movnt"));
  ASSERT_EQ(cells.size(), 1U);
  EXPECT_EQ(cells[0].path, "mapped");
  EXPECT_EQ(cells[0].latency_mode, "dependent");
  EXPECT_EQ(cells[0].timing, Timing::slice);
}

TEST(MakePlan, skips_a_workload_of_addresses_on_a_path_without) {
  const auto cells = cells_of(group("workload: chase, backend: movnt, path: direct"));
  ASSERT_EQ(cells.size(), 1U);
  EXPECT_EQ(cells[0].skip_reason,
            "workload chase works on addresses, and path direct gives none: use path mapped");
}

TEST(MakePlan, takes_a_latency_mode_where_operations_are_timed) {
  const auto cells =
      cells_of(group("workload: persist, backend: movnt, matrix: {timing: [slice, "
                     "operation], latency_mode: [issue, durable]}"));
  ASSERT_EQ(cells.size(), 3U) << "a slice has no latency mode, so that two are one";
  EXPECT_EQ(cells[0].latency_mode, "");
  EXPECT_EQ(cells[1].latency_mode, "issue");
  EXPECT_EQ(cells[2].latency_mode, "durable");
  EXPECT_EQ(cells[2].name, "dram:1M/movnt/direct/persist/t1/operation-durable");
  const auto usual = cells_of(group("workload: persist, backend: movnt, timing: operation"));
  ASSERT_EQ(usual.size(), 1U);
  EXPECT_EQ(usual[0].latency_mode, "durable");
}

TEST(MakePlan, works_all_threads_out_for_the_placement) {
  const std::string yaml = group("workload: random, backend: movnt, matrix: {threads: [1, all]}");
  EXPECT_THAT(names_of(cells_of(yaml, one_node(4))),
              ElementsAre("dram:1M/movnt/direct/random/t1", "dram:1M/movnt/direct/random/t4"));
  EXPECT_THAT(names_of(cells_of(yaml, one_node(1))), ElementsAre("dram:1M/movnt/direct/random/t1"));
  EXPECT_THAT(names_of(cells_of(yaml, two_sockets())),
              ElementsAre("dram:1M/movnt/direct/random/t1", "dram:1M/movnt/direct/random/t4"));
}

TEST(MakePlan, skips_where_this_host_has_too_little) {
  const auto few = cells_of(group("workload: random, backend: movnt, threads: 3"));
  ASSERT_EQ(few.size(), 1U);
  EXPECT_EQ(few[0].skip_reason, "3 threads, but node 0 has 2 usable CPUs: use fewer threads");
  EXPECT_EQ(few[0].threads, 3U);
  const auto far = cells_of(group("workload: random, backend: movnt, placement: far"));
  ASSERT_EQ(far.size(), 1U);
  EXPECT_EQ(far[0].skip_reason, "far needs two NUMA nodes, and this host has one");
  EXPECT_EQ(far[0].name, "dram:1M/movnt/direct/random/t1/far");
  const auto two =
      cells_of(group("workload: random, backend: movnt, placement: far"), two_sockets());
  ASSERT_EQ(two.size(), 1U);
  EXPECT_EQ(two[0].skip_reason, "");
  EXPECT_EQ(two[0].placement.memory_node, 1);
}

// The numbers of threads of a plan's cells, on a host with so many CPUs.
std::vector<unsigned> threads_on(int cpus, const std::string& threads) {
  const auto plan = plan_of(
      "media: dram:1M\ncells: [{workload: random, backend: movnt, threads: " + threads + "}]\n",
      one_node(cpus));
  EXPECT_TRUE(plan) << plan.error().message;
  std::vector<unsigned> counts;
  for (const Cell& cell : plan->cells) {
    counts.push_back(cell.threads);
    EXPECT_EQ(cell.placement.cpus.size(), cell.threads);
    EXPECT_TRUE(cell.name.ends_with("/t" + std::to_string(cell.threads))) << cell.name;
  }
  return counts;
}

TEST(MakePlan, counts_threads_up_to_all_of_this_hosts) {
  EXPECT_THAT(threads_on(8, "1:*2:all"), ElementsAre(1, 2, 4, 8));
  EXPECT_THAT(threads_on(6, "1:*2:all"), ElementsAre(1, 2, 4, 6)) << "all belongs to it";
  EXPECT_THAT(threads_on(3, "1:+1:all"), ElementsAre(1, 2, 3));
  EXPECT_THAT(threads_on(1, "1:*2:all"), ElementsAre(1));
  EXPECT_THAT(threads_on(2, "4:*2:all"), ElementsAre(2));
}

TEST(MakePlan, skips_where_all_threads_of_this_host_are_too_many) {
  const std::string yaml =
      "media: dram:64K\ncells:\n  - {workload: random, backend: movnt, threads: all, "
      "operation_size: 16K}\n";
  const auto cells = cells_of(yaml, one_node(8));
  ASSERT_EQ(cells.size(), 1U);
  EXPECT_EQ(cells[0].threads, 8U);
  EXPECT_EQ(cells[0].skip_reason,
            "64 KiB of range hold not one slot of 16 KiB for each of 8 threads");
  EXPECT_EQ(cells_of(yaml, one_node(4)).at(0).skip_reason, "");
}

TEST(MakePlan, writes_out_what_each_stands_for) {
  const std::string yaml =
      "media: dram:64M,node=each\nplacement: cpu_node=each\nbackend: movnt\nthreads: all\n"
      "cells: [{workload: random, operation_size: 64}]\n";
  const auto cells = cells_of(yaml, two_sockets_and_cxl());
  ASSERT_EQ(cells.size(), 6U) << cells.at(0).name;
  EXPECT_EQ(cells[3].name, "dram:64M,node=1/movnt/direct/random/operation_size=64B/t2/cpu_node=1");
  for (const Cell& cell : cells) {
    EXPECT_EQ(cell.skip_reason, "");
    ASSERT_TRUE(cell.pair) << cell.name;
    EXPECT_EQ(cell.pair->group, "movnt/direct/random/operation_size=64B/tall")
        << "one matrix, however many CPUs a node has";
  }
  EXPECT_EQ(cells[5].pair->target, "node 2");
  EXPECT_EQ(cells[5].pair->initiator_node, 1);
}

TEST(MakePlan, says_where_each_stands_for_nothing) {
  const std::string yaml =
      "backend: movnt\nplacement: cpu_node=each\n"
      "cells:\n  - workload: random\n    matrix:\n"
      "      media: [\"dram:64M,interleave=each\", devdax:each, \"dram:64M,node=each\"]\n";
  const auto cells = cells_of(yaml);
  ASSERT_EQ(cells.size(), 3U) << cells.at(0).name;
  EXPECT_EQ(cells[0].skip_reason,
            "interleave needs two NUMA nodes with memory, and this host has one");
  EXPECT_EQ(cells[1].skip_reason,
            "this host has no dax device in device_dax mode: make one with ndctl or daxctl (those "
            "in mode system-ram are NUMA nodes)");
  EXPECT_EQ(cells[2].skip_reason, "") << "one node is a matrix of 1 x 1";
}

TEST(MakePlan, merges_cells_that_are_one) {
  EXPECT_EQ(cells_of(group("workload: random, backend: movnt, "
                           "matrix: {operation_size: [64, 64B, \"64 B\"], threads: [2, all]}"))
                .size(),
            1U);
  const auto cells = cells_of(
      "media: dram:1M\ncells:\n  - {workload: random, backend: movnt}\n"
      "  - {workload: random, backend: movnt, access: read}\n");
  EXPECT_THAT(names_of(cells), ElementsAre("dram:1M/movnt/direct/random/t1"))
      << "to write a default out changes nothing";
}

TEST(MakePlan, passes_over_inherited_keys_that_do_not_fit) {
  const auto cells = cells_of(
      "media: dram:1M\nbackend: movnt\noperation_size: [64, 256]\ncells:\n"
      "  - workload: random\n  - workload: chase\n");
  EXPECT_THAT(names_of(cells), ElementsAre("dram:1M/movnt/direct/random/operation_size=64B/t1",
                                           "dram:1M/movnt/direct/random/operation_size=256B/t1",
                                           "dram:1M/movnt/mapped/chase/t1"));
}

TEST(MakePlan, names_a_cell_by_what_is_written_and_not_by_its_neighbours) {
  const auto axis =
      cells_of(group("workload: random, backend: movnt, matrix: {operation_size: [4K, 64]}"));
  const auto single = cells_of(group("workload: random, backend: movnt, operation_size: 4K"));
  ASSERT_EQ(axis.size(), 2U);
  ASSERT_EQ(single.size(), 1U);
  EXPECT_EQ(axis[0].name, single[0].name);
  EXPECT_EQ(axis[0].seed, single[0].seed);
}

TEST(MakePlan, derives_seeds_from_the_runs_seed_and_the_name) {
  const std::string yaml =
      group("workload: random, backend: movnt, matrix: {operation_size: [64, 256, 4K]}");
  const auto one = plan_of(yaml);
  const auto other = plan_of(yaml, one_node(2), {"seed=2"});
  ASSERT_TRUE(one && other);
  std::set<std::uint64_t> seeds;
  for (const Cell& cell : one->cells) seeds.insert(cell.seed);
  for (const Cell& cell : other->cells) seeds.insert(cell.seed);
  EXPECT_EQ(seeds.size(), 6U);
}

TEST(MakePlan, leaves_sizes_open_where_the_media_says_none) {
  EXPECT_EQ(cells_of("media: /dev/dax0.0\ncells:\n"
                     "  - {workload: random, backend: movnt, operation_size: 64M}\n")
                .at(0)
                .skip_reason,
            "");
}

TEST(MakePlan, sums_the_caches_that_a_cells_cpus_use_and_the_one_before_its_memory) {
  Topology topology = two_sockets();
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  topology.last_level_caches = {
      {32 * kMiB, {0, 1}}, {32 * kMiB, {2, 3}}, {32 * kMiB, {4, 5, 6, 7}}};
  topology.nodes[1].memory_side_cache_bytes = 1024 * kMiB;
  const auto cells = cells_of(
      "media: dram:4M\nworkload: random\nbackend: 'null'\ncells:\n"
      "  - matrix:\n      threads: [1, 4]\n      placement: [near, far]\n",
      topology);
  ASSERT_EQ(cells.size(), 4U);
  std::map<std::string, std::uint64_t> found;
  for (const Cell& cell : cells) {
    found[cell.placement.asked + " " + std::to_string(cell.threads)] = cell.cache_bytes / kMiB;
  }
  EXPECT_EQ(found, (std::map<std::string, std::uint64_t>{
                       {"near 1", 32}, {"near 4", 64}, {"far 1", 1056}, {"far 4", 1088}}));
}

// What a path cannot do is known before anything is measured, and points to its key.
TEST(MakePlan, refuses_what_a_path_cannot_do) {
  const std::string head = "media: dram:1M\nbackend: movnt\nworkload: random\ncells:\n";
  EXPECT_EQ(plan_error(head + "  - {path: block-raw, operation_size: 4K, sector: 1000}\n"),
            "c.yaml:5:51: path block-raw: sector 1000 is not one that a block device has here; use "
            "512 or 4096");
  EXPECT_EQ(plan_error(head + "  - {path: block-rmw, operation_size: 4K, erase_block: 5000}\n"),
            "c.yaml:5:56: path block-rmw: erase_block 5000 is not a power of two from the sector "
            "of 4096 bytes to 67108864; give one");
  EXPECT_EQ(plan_error(head + "  - {path: block-rmw, operation_size: 4K, erase_block: 2M}\n"),
            "c.yaml:5:56: path block-rmw: erase_block 2097152 leaves no room for one in 1048576 "
            "bytes; make the medium larger or the block smaller");
  EXPECT_EQ(plan_error(head + "  - {path: guarded, bad_blocks: 129}\n"),
            "c.yaml:5:33: path guarded: bad_blocks 129 is more than half of the medium's 256 "
            "pages: use fewer");
  EXPECT_EQ(plan_error(head + "  - {path: guarded, bad_blocks: 128}\n"), "no error");
}

TEST(MakePlan, refuses_options_that_a_backend_does_not_take) {
  const std::string head = "media: dram:1M\nworkload: random\ncells:\n";
  EXPECT_EQ(plan_error(head + "  - {backend: 'movnt:depth=4'}\n"),
            "c.yaml:4:15: backend movnt takes no options, but 'depth=4' was given; leave them out");
  EXPECT_EQ(plan_error(head + "  - {media: 'block:/x', backend: 'block:depth=4'}\n"),
            "c.yaml:4:34: backend block does not take the options 'depth=4': it takes a=b,c=d "
            "alone");
}

bool claims_durability(const std::string& keys) {
  const auto cells = cells_of("media: dram:64M\nbackend: movnt\ncells:\n  - {" + keys + "}\n");
  EXPECT_EQ(cells.at(0).skip_reason, "");
  return cells.at(0).durable;
}

TEST(MakePlan, knows_that_names_are_durable_when_the_small_file_system_returns) {
  for (const std::string path : {"fs-dax", "fs-block", "fs-mixed"}) {
    EXPECT_TRUE(claims_durability("workload: create_unlink, path: " + path));
    EXPECT_TRUE(claims_durability("workload: rename, path: " + path));
    EXPECT_TRUE(claims_durability("workload: fxmark, case: MWCM, path: " + path));
    EXPECT_FALSE(claims_durability("workload: fxmark, case: MRPH, path: " + path));
    EXPECT_FALSE(claims_durability("workload: fxmark, case: DWOM, path: " + path));
  }
  const auto mounted = cells_of(
      "media: posix:/tmp\nbackend: block\npath: posix\nworkload: create_unlink\ncells:\n  - {}\n");
  EXPECT_FALSE(mounted.at(0).durable);
}

}  // namespace
}  // namespace pmembench
