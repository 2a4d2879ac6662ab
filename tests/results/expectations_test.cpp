// Expectations, judged by rows.
#include "results/expectations.hpp"

#include <gmock/gmock.h>

#include "config/expectation.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

JudgedExpectation judged(const Row& row, const std::string& name, const std::string& text,
                         const std::vector<Replicate>& replicates = {}) {
  const auto expectation = read_expectation(name, text, {"c", 1, 1}, {"c", 1, 1});
  EXPECT_TRUE(expectation) << expectation.error().message;
  return judge_expectation(*expectation, row, replicates, 0.95);
}

std::string answer(const Row& row, const std::string& name, const std::string& text,
                   const std::vector<Replicate>& replicates = {}) {
  return name_of(judged(row, name, text, replicates).answer);
}

TEST(Expectations, judge_a_number_by_its_interval) {
  Row row = sample::row();
  row.bytes_per_s = Estimate{20e9, 19e9, 21e9, true};
  EXPECT_EQ(answer(row, "bandwidth", ">= 17G"), "yes");
  EXPECT_EQ(answer(row, "bandwidth", ">= 25G"), "no");
  EXPECT_EQ(answer(row, "bandwidth", ">= 18.5G"), "unknown") << "19.86e9 is in the interval";
  EXPECT_EQ(answer(row, "bandwidth", "<= 25G"), "yes");
  row.bytes_per_s->has_interval = false;
  const JudgedExpectation without = judged(row, "bandwidth", ">= 1G");
  EXPECT_EQ(without.answer, ExpectationAnswer::cannot_tell);
  EXPECT_THAT(without.found, HasSubstr("too few processes"));
  row.ns_per_operation = Estimate{100, 99, 101, true};
  EXPECT_EQ(answer(row, "time", "<= 101ns"), "yes");
  EXPECT_EQ(answer(row, "time", "<= 98ns"), "no");
}

TEST(Expectations, judge_facts_of_the_medium) {
  Row row = sample::row();
  MediumFacts& medium = *row.medium;
  medium.page_bytes = 2 << 20;
  medium.huge_share = 0.5;
  EXPECT_EQ(answer(row, "page_bytes", "2M"), "no") << "half of the bytes";
  medium.huge_share = 1;
  EXPECT_EQ(answer(row, "page_bytes", "2M"), "yes");
  EXPECT_EQ(answer(row, "page_bytes", "4K"), "no");
  medium.page_bytes = 0;
  EXPECT_EQ(answer(row, "page_bytes", "2M"), "unknown");
  EXPECT_EQ(answer(row, "node", "0"), "yes");
  EXPECT_EQ(answer(row, "node", "1"), "no");
  medium.node_share.clear();
  EXPECT_EQ(answer(row, "node", "0"), "unknown");
  medium.persistence_domain = "memory_controller";
  EXPECT_EQ(answer(row, "persistence_domain", "memory_controller"), "yes");
  EXPECT_EQ(answer(row, "persistence_domain", "cpu_cache"), "no");
  EXPECT_EQ(answer(row, "dax", "true"), "no") << "dram";
  EXPECT_EQ(answer(row, "dax", "false"), "yes");
  medium.kind = "file";
  medium.map_sync = true;
  EXPECT_EQ(answer(row, "dax", "true"), "yes");
  EXPECT_EQ(answer(row, "map_sync", "true"), "yes");
  row.medium.reset();
  EXPECT_EQ(answer(row, "dax", "true"), "unknown");
}

TEST(Expectations, judge_a_percentile_over_the_processes) {
  Row row = sample::row();
  std::vector<Replicate> replicates = sample::replicates();
  for (Replicate& each : replicates) each.histogram = sample::histogram(2000, 5000);  // 1000 ns
  EXPECT_EQ(answer(row, "p99", "<= 2us", replicates), "yes");
  EXPECT_EQ(answer(row, "p99", "<= 900ns", replicates), "no");
  EXPECT_EQ(answer(row, "p99.99", "<= 2us", replicates), "unknown") << "5000 are too few";
  EXPECT_EQ(answer(row, "p99", "<= 2us"), "unknown");
}

TEST(Expectations, cannot_be_told_of_a_cell_without_a_result) {
  Row row = sample::row();
  row.status = "skipped";
  row.reason = "no clwb";
  const JudgedExpectation none = judged(row, "bandwidth", ">= 1G");
  EXPECT_EQ(none.answer, ExpectationAnswer::cannot_tell);
  EXPECT_EQ(none.found, "skipped: no clwb");
  EXPECT_EQ(to_json(none)["answer"], "unknown");
}

}  // namespace
}  // namespace pmembench
