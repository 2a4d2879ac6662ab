// Results of hyperfine.
#include "reading.hpp"
#include "samples.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

TEST(Hyperfine, makes_a_replicate_of_each_run_with_an_interval_over_six) {
  const ImportedFile file = import_text(samples::kHyperfine);
  const Row& row = row_named(file, "sleep 0.1");
  EXPECT_EQ(row.replicates, 6U);
  EXPECT_TRUE(row.ns_per_operation->has_interval);
  EXPECT_DOUBLE_EQ(row.figures.at("mean_s"), 0.1015);
  EXPECT_EQ(row.parameters.at("n"), "4");
  EXPECT_DOUBLE_EQ(file.rows.front().replicates[1].median_ns_per_operation, 0.1011 * 1e9);
}

TEST(Hyperfine, refuses_numbers_that_cannot_be) {
  std::string text = samples::kHyperfine;
  EXPECT_THAT(refusal_of(text.replace(text.find("0.1014, 0.1015"), 6, "-0.101")),
              HasSubstr("results[0].times[2].time: -0.101 is negative"));
}

}  // namespace
}  // namespace pmembench
