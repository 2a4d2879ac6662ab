#include "results/backend_comparison.hpp"

#include <gmock/gmock.h>

#include "results/make_row.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

// Backends at a constant ratio, in processes that differ by far more.
struct MeasuredBackends {
  std::vector<Row> rows;
  FiguresByCell replicates;

  void add(const std::string& backend, double ns, const Parameters& keys = {},
           unsigned processes = 8) {
    Cell cell = sample::served_by(backend, sample::cell("m/" + backend));
    for (const auto& [key, value] : keys) {
      cell.parameters[key] = value;
      cell.name += "," + key + "=" + value;
    }
    std::vector<Replicate> all;
    for (unsigned index = 0; index < processes; ++index) {
      all.push_back(sample::replicate(index, ns * (1 + index)));
    }
    rows.push_back(make_row(cell, all, "", RowContext{}));
    replicates[cell.name] = figures_of(all);
  }
  [[nodiscard]] std::vector<BackendComparison> compared() const {
    return backend_comparisons(rows, replicates, 0.95);
  }
};

TEST(BackendComparison, knows_ratios_better_than_times) {
  MeasuredBackends run;
  run.add("clwb", 150);
  run.add("movnt", 100);
  const auto compared = run.compared();
  ASSERT_EQ(compared.size(), 1u);
  ASSERT_EQ(compared[0].backends.size(), 2u);
  EXPECT_EQ(compared[0].backends[0].backend, "movnt") << "the fastest is the first";
  EXPECT_FALSE(compared[0].backends[0].over_reference);
  const auto over = compared[0].backends[1].over_reference;
  ASSERT_TRUE(over);
  EXPECT_NEAR(over->estimate, 0.5, 1e-9);
  EXPECT_NEAR(over->low, 0.5, 1e-9);
  EXPECT_NEAR(over->high, 0.5, 1e-9);
  EXPECT_GT(compared[0].backends[1].ns_per_operation.high, 300) << "alone it is hardly known";
}

TEST(BackendComparison, compares_only_the_same_work) {
  MeasuredBackends run;
  run.add("movnt", 100, {{"operation_size", "64"}});
  run.add("clwb", 100, {{"operation_size", "256"}});
  run.add("eadr", 100, {{"operation_size", "64"}});
  run.add("null", 1, {{"operation_size", "64"}});
  const auto compared = run.compared();
  ASSERT_EQ(compared.size(), 1u);
  EXPECT_EQ(compared[0].backends.size(), 2u) << "null does no work";
  EXPECT_THAT(compared[0].title, testing::HasSubstr("operation_size=64B"));
}

TEST(BackendComparison, refers_to_what_leaves_the_caches) {
  MeasuredBackends run;
  run.add("eadr", 20);
  run.add("clwb", 150);
  run.add("movnt", 100);
  const auto compared = run.compared();
  EXPECT_EQ(compared.at(0).reference, "m/movnt");
  EXPECT_EQ(compared[0].backends[0].backend, "eadr") << "the fastest is still the first";
  ASSERT_TRUE(compared[0].backends[0].over_reference);
  EXPECT_NEAR(compared[0].backends[0].over_reference->estimate, -0.8, 1e-9);
  EXPECT_FALSE(compared[0].backends[1].over_reference);
}

TEST(BackendComparison, says_nothing_without_pairs) {
  MeasuredBackends run;
  run.add("movnt", 100);
  run.add("clwb", 150, {}, 1);
  EXPECT_FALSE(run.compared().at(0).backends.at(1).over_reference);
}

TEST(BackendComparison, is_a_table_with_a_heading_for_each_piece_of_work) {
  MeasuredBackends run;
  run.add("clwb", 150);
  run.add("movnt", 100);
  const auto tables = backend_tables(run.compared());
  ASSERT_EQ(tables.size(), 1u);
  ASSERT_EQ(tables[0].rows.size(), 3u);
  EXPECT_EQ(tables[0].rows[0].heading, run.compared()[0].title);
  EXPECT_EQ(tables[0].rows[1].cells.at(2), "reference");
  EXPECT_EQ(tables[0].rows[2].cells.at(2), "+50.0% [50.0, 50.0]");
  EXPECT_TRUE(backend_tables({}).empty());
}

}  // namespace
}  // namespace pmembench
