// CSV of PMDK's pmembench.
#include "reading.hpp"
#include "samples.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

std::string with(const std::string& from, const std::string& to) {
  std::string text = samples::kPmdk;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(PmdkCsv, converts_each_column_by_its_unit) {
  const ImportedFile file = import_text(samples::kPmdk);
  ASSERT_EQ(file.rows.size(), 2U);
  const Row& row = row_named(file, "copy/threads=1/data-size=128");
  EXPECT_EQ(row.workload, "pmem_memcpy");
  EXPECT_EQ(row.parameters.at("operation_size"), "128");
  EXPECT_DOUBLE_EQ(row.operations_per_s->estimate, 500000);
  EXPECT_DOUBLE_EQ(row.ns_per_operation->estimate, 2000);
  EXPECT_DOUBLE_EQ(row.bytes_per_s->estimate, 61.035156 * 1048576);
  EXPECT_DOUBLE_EQ(row.latency_ns->mean_ns, 1812);
  EXPECT_DOUBLE_EQ(percentile_of(row.latency_ns, "p99.9").value_or(0), 7000);
  EXPECT_DOUBLE_EQ(row.figures.at("latency-std-dev_ns"), 63.5);
  EXPECT_DOUBLE_EQ(row.figures.at("total-median_s"), 0.10);
}

TEST(PmdkCsv, reads_units_from_the_header) {
  const ImportedFile file = import_text(with("latency-avg[nsec]", "latency-avg[usec]"));
  EXPECT_DOUBLE_EQ(file.rows.front().row.latency_ns->mean_ns, 812000);
  EXPECT_THAT(refusal_of(with("latency-avg[nsec]", "latency-avg[weeks]")),
              HasSubstr("'latency-avg' has the unit 'weeks', which is not known"));
}

TEST(PmdkCsv, refuses_contradictions) {
  EXPECT_THAT(refusal_of(with(";700;", ";99999999;")),
              HasSubstr("latency-min is above latency-max"));
  EXPECT_THAT(refusal_of(with("1000000.000000", "1000.000000")), HasSubstr("contradict total-avg"));
}

TEST(PmdkCsv, refuses_what_is_cut_joined_or_damaged) {
  EXPECT_THAT(refusal_of(with("[2] [group", "[3] [group")), HasSubstr("promises 3 rows and has 2"));
  EXPECT_THAT(refusal_of(with(";1;50000;64;", ";1;64;")), HasSubstr("fields and the block"));
  EXPECT_THAT(refusal_of(with("812", "-812")), HasSubstr("'-812' of latency-avg"));
  EXPECT_THAT(refusal_of(with("812", "nan")), HasSubstr("'nan' of latency-avg"));
  const std::string& whole = samples::kPmdk;
  EXPECT_THAT(refusal_of(whole.substr(0, whole.size() - 4)), HasSubstr("may be cut"));
  EXPECT_NE(refusal_of(whole + "some other text\n"), "");
}

}  // namespace
}  // namespace pmembench
