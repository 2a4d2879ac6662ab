#include "results/headline.hpp"

#include <gmock/gmock.h>

#include "sample.hpp"

namespace pmembench {
namespace {

// A row of one thread on movnt, as quick.yaml has them.
Row measured(const std::string& cell, const std::string& workload,
             std::map<std::string, std::string> parameters, double ns) {
  Row row = sample::row();
  row.cell = cell;
  row.workload = workload;
  row.parameters = std::move(parameters);
  row.threads = 1;
  row.path = "direct";
  row.claim = "volatile";
  row.capabilities = {true, false, 1};
  row.ns_per_operation = Estimate{ns, 0.99 * ns, 1.01 * ns, true};
  row.bytes_per_s = Estimate{64e9 / ns, 63e9 / ns, 65e9 / ns, true};
  row.latency_ns.reset();
  row.numa.reset();
  row.medium.emplace();
  row.medium->kind = "dram";
  row.medium->size_bytes = 256 << 20;
  row.medium->persistence_domain = "none";
  return row;
}

Row ranges(const std::string& cell, const std::string& access, unsigned threads, double ns) {
  Row row = measured(cell, "sequential", {{"access", access}, {"operation_size", "16384"}}, ns);
  row.threads = threads;
  if (access == "write") row.claim = "emulated";
  return row;
}

Row persist(const std::string& backend, double ns, BackendCapabilities capabilities) {
  Row row = measured("persist " + backend, "persist", {{"operation_size", "64"}}, ns);
  row.backend = backend;
  row.claim = "emulated";
  row.capabilities = capabilities;
  row.latency_ns = LatencyResult{"durable", 100000, ns, 1, 9 * ns, {{"p50", ns}, {"p99", 2 * ns}}};
  return row;
}

std::vector<HeadlineLine> lines_of(const std::vector<Row>& rows,
                                   const std::vector<Ladder>& ladders = {},
                                   const std::vector<NodeMatrix>& matrices = {},
                                   const std::vector<LoadedCurve>& loaded = {}) {
  return headline_of(rows, {ladders, matrices, loaded});
}

std::vector<std::string> names_of(const std::vector<HeadlineLine>& lines) {
  std::vector<std::string> names;
  for (const HeadlineLine& line : lines) names.push_back(line.what);
  return names;
}

constexpr BackendCapabilities kPastCaches{true, false, 1}, kFlushes{true, true, 0},
    kNeverFlushes{true, false, 0};

TEST(Headline, is_empty_where_nothing_was_measured) {
  Row row = measured("a", "chase", {}, 100);
  row.status = "error";
  EXPECT_TRUE(lines_of({row}).empty());
  EXPECT_TRUE(lines_of({}).empty());
}

TEST(Headline, has_the_idle_latency_of_the_largest_range_in_random_order) {
  const auto chase = [](const std::string& cell, const std::string& range, const std::string& order,
                        double ns) {
    return measured(cell, "chase", {{"range_size", range}, {"order", order}}, ns);
  };
  const auto lines =
      lines_of({chase("small", "16384", "random", 1), chase("all", "0", "random", 90),
                chase("in order", "0", "sequential", 5)});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].what, "idle latency");
  EXPECT_EQ(lines[0].value, "90 ns ±1.0%");
  EXPECT_THAT(lines[0].cells, testing::ElementsAre("all"));
}

TEST(Headline, has_bandwidths_with_one_and_with_most_threads) {
  const auto lines = lines_of({ranges("l1", "load", 1, 4), ranges("l2", "load", 2, 3),
                               ranges("l4", "load", 4, 2), ranges("r1", "read", 1, 1),
                               ranges("w1", "write", 1, 8), ranges("w1b", "write", 1, 6)});
  EXPECT_THAT(names_of(lines),
              testing::ElementsAre("loads, 1 thread", "loads, 4 threads", "writes, 1 thread"))
      << "copies into a buffer are left out where there are loads";
  EXPECT_THAT(lines.at(2).cells, testing::ElementsAre("w1b"));
  EXPECT_THAT(lines.at(2).of, testing::HasSubstr("(best of 2)"));
}

TEST(Headline, has_reads_into_a_buffer_where_there_are_no_loads) {
  EXPECT_THAT(names_of(lines_of({ranges("r1", "read", 1, 1)})),
              testing::ElementsAre("reads, 1 thread"));
}

TEST(Headline, has_the_cheapest_durable_write_that_does_not_rest_in_caches) {
  const auto lines = lines_of({persist("clwb", 500, kFlushes), persist("movnt", 300, kPastCaches),
                               persist("eadr", 90, kNeverFlushes)});
  ASSERT_THAT(names_of(lines),
              testing::ElementsAre("durable 64 B write", "  of it", "  if caches survive"));
  EXPECT_EQ(lines[0].value, "300 ns ±1.0%");
  EXPECT_EQ(lines[1].value, "p99 600 ns");
  EXPECT_EQ(lines[2].value, "90 ns ±1.0%");
}

TEST(Headline, takes_stores_in_caches_for_durable_where_the_medium_promises_it) {
  Row eadr = persist("eadr", 90, kNeverFlushes);
  eadr.medium->persistence_domain = "cpu_cache";
  const auto lines = lines_of({persist("movnt", 300, kPastCaches), eadr});
  EXPECT_EQ(lines.at(0).value, "90 ns ±1.0%");
}

TEST(Headline, sets_the_block_path_against_direct_access_of_the_same_size) {
  Row block = ranges("block", "write", 1, 4000);
  block.medium->kind = "block";
  const auto lines = lines_of({ranges("direct", "write", 1, 400), block});
  const auto found = std::find_if(lines.begin(), lines.end(), [](const HeadlineLine& line) {
    return line.what == "block path, 16K write";
  });
  ASSERT_NE(found, lines.end());
  EXPECT_EQ(found->value, "x10 [9.8, 10.2]");
  EXPECT_THAT(found->cells, testing::ElementsAre("block", "direct"));
}

TEST(Headline, is_the_tree_of_layers_where_there_is_one) {
  LadderRung direct, fs;
  direct.name = direct.path = "direct";
  direct.ns_per_operation = Estimate{100, 99, 101, true};
  fs.name = fs.path = "fs-dax";
  fs.depth = 1;
  fs.ns_per_operation = Estimate{120, 119, 121, true};
  fs.over_direct = RungCost{"direct", "d", std::nullopt, Estimate{0.2, 0.19, 0.21, true}};
  const auto lines = lines_of({measured("d", "random", {}, 100)}, {Ladder{"writes", {direct, fs}}});
  ASSERT_THAT(names_of(lines), testing::ElementsAre("direct", "  fs-dax"));
  EXPECT_EQ(lines[0].of, "writes");
  EXPECT_EQ(lines[1].of, "+20.0% [19.0, 21.0] over direct");
}

TEST(Headline, has_every_field_of_a_small_matrix_and_the_ends_of_a_large_one) {
  NodeMatrix matrix{"chase", "latency_ns", {0, 1}, {"node 0", "node 1"}, {}};
  for (int i = 0; i < 4; ++i) {
    MatrixField field;
    field.initiator_node = i / 2;
    field.target = fmt::format("node {}", i % 2);
    field.measured = Estimate{100.0 + i, 99.0 + i, 101.0 + i, true};
    matrix.fields.push_back(field);
  }
  const std::vector<Row> rows{measured("c0", "random", {}, 100)};
  EXPECT_EQ(lines_of(rows, {}, {matrix}).size(), 4U);
  matrix.fields.push_back(matrix.fields.front());
  matrix.fields.back().measured.estimate = 900;
  const auto ends = lines_of(rows, {}, {matrix});
  ASSERT_EQ(ends.size(), 2U);
  EXPECT_THAT(ends[0].value, testing::StartsWith("100 ns"));
  EXPECT_THAT(ends[1].value, testing::StartsWith("900 ns"));
}

TEST(Headline, has_the_ends_of_a_curve_and_its_knee) {
  LoadedCurve curve{"dram", "100 % reads", false, {}, CurveSummary{}};
  curve.findings->knee_bandwidth = Estimate{8e9, 7.9e9, 8.1e9, true};
  curve.points = {
      {"idle", "0 %", std::nullopt, {90, 89, 91, true}, {}},
      {"full", "100 %", Estimate{1e10, 9.9e9, 1.01e10, true}, {400, 390, 410, true}, {}}};
  const auto lines = lines_of({measured("idle", "loaded", {}, 90)}, {}, {}, {curve});
  EXPECT_THAT(names_of(lines),
              testing::ElementsAre("probe, no load", "queues begin at", "probe, most load"));
}

TEST(Headline, has_the_first_rows_where_nothing_else_fits) {
  const auto lines =
      lines_of({measured("a", "fileserver", {}, 5000), measured("b", "fileserver", {}, 6000),
                measured("c", "varmail", {}, 7000)});
  EXPECT_THAT(names_of(lines), testing::ElementsAre("fileserver", "varmail"));
}

TEST(Headline, has_at_most_a_dozen_lines) {
  const std::vector<Ladder> ladders{{"long", std::vector<LadderRung>(30)}};
  EXPECT_EQ(lines_of({measured("a", "random", {}, 1)}, ladders).size(), kHeadlineLines);
}

}  // namespace
}  // namespace pmembench
