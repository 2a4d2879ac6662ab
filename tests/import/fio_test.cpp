// fio's JSON: every number in our units, and what is refused.
#include "reading.hpp"
#include "samples.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

std::string changed(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Fio, takes_a_direction_that_did_something_and_no_other) {
  const ImportedFile file = import_text(samples::kFio);
  ASSERT_EQ(file.rows.size(), 1U);
  const Row& row = row_named(file, "a/read");
  EXPECT_EQ(file.started_utc, "2023-11-14T22:13:20Z");
  EXPECT_EQ(row.source, "fio-3.33");
  EXPECT_EQ(row.claim, kImportedClaim);
  EXPECT_EQ(row.workload, "random");
  EXPECT_EQ(row.parameters.at("access"), "read");
  EXPECT_EQ(row.parameters.at("operation_size"), "4096");
  EXPECT_EQ(row.parameters.at("fio.ioengine"), "psync");
  EXPECT_EQ(row.operations, 1000U);
  EXPECT_EQ(row.bytes, 4096000U);
  EXPECT_DOUBLE_EQ(row.operations_per_s->estimate, 500.25);
  EXPECT_DOUBLE_EQ(row.bytes_per_s->estimate, 2048000);
  EXPECT_DOUBLE_EQ(row.ns_per_operation->estimate, 1e9 / 500.25);
  EXPECT_FALSE(row.ns_per_operation->has_interval);
}

TEST(Fio, keeps_latencies_their_percentiles_and_the_histogram) {
  const ImportedFile file = import_text(samples::kFio);
  const Row& row = row_named(file, "a/read");
  ASSERT_TRUE(row.latency_ns);
  EXPECT_EQ(row.latency_ns->mode, "clat");
  EXPECT_EQ(row.latency_ns->n, 1000U);
  EXPECT_DOUBLE_EQ(row.latency_ns->mean_ns, 250.5);
  EXPECT_DOUBLE_EQ(percentile_of(row.latency_ns, "p50").value_or(0), 240);
  EXPECT_DOUBLE_EQ(percentile_of(row.latency_ns, "p99").value_or(0), 500);
  EXPECT_DOUBLE_EQ(row.figures.at("clat_ns_p95"), 300);
  EXPECT_DOUBLE_EQ(row.figures.at("clat_ns_p99.95"), 800);
  EXPECT_DOUBLE_EQ(row.figures.at("slat_ns_mean"), 1.5);
  EXPECT_DOUBLE_EQ(row.figures.at("lat_ns_max"), 950);
  EXPECT_DOUBLE_EQ(row.figures.at("usr_cpu"), 12.5);
  const auto& replicates = file.rows.front().replicates;
  ASSERT_EQ(replicates.size(), 1U);
  ASSERT_TRUE(replicates.front().histogram);
  EXPECT_EQ(replicates.front().histogram->count(), 1000U);
  EXPECT_EQ(replicates.front().ns_per_tick, 1);
}

TEST(Fio, keeps_each_bin_of_fio_apart) {
  // Middles of fio's buckets, 64 in a power of two, up to a second.
  Histogram histogram;
  std::size_t bins = 0;
  for (std::uint64_t base = 64; base < (std::uint64_t{1} << 30); base *= 2) {
    for (std::uint64_t i = 0; i < 64; ++i, ++bins) {
      const std::uint64_t width = base / 64;
      histogram.record(base + i * width + width / 2);
    }
  }
  EXPECT_EQ(histogram.sparse().size(), bins);
}

TEST(Fio, begins_behind_lines_of_text_and_takes_lines_behind_it) {
  const std::string noisy = "fio: this platform does not support x\nnote: both iodepth >= 1\n" +
                            samples::kFio + "\na: (groupid=0, jobs=1): err= 0\n";
  EXPECT_EQ(import_text(noisy).rows.size(), 1U);
  EXPECT_EQ(import_text("\xEF\xBB\xBF" + samples::kFio).rows.size(), 1U);
}

TEST(Fio, names_the_engines_that_are_known_to_be_wrong) {
  for (const std::string& wrong : {std::string(R"("ioengine": "dev-dax", "offset": "1G")"),
                                   std::string(R"("ioengine": "libpmem", "numjobs": "4")")}) {
    const ImportedFile file =
        import_text(changed(samples::kFio, R"("rw": "randread")", R"("rw": "randread", )" + wrong));
    const Row& row = row_named(file, "a/read");
    ASSERT_EQ(row.warnings.size(), 1U);
    EXPECT_EQ(row.warnings.front().type, "known_wrong_source");
    EXPECT_THAT(row.warnings.front().sentence, HasSubstr("1416"));
  }
  const ImportedFile right = import_text(
      changed(samples::kFio, R"("rw": "randread")", R"("rw": "randread", "ioengine": "libpmem")"));
  EXPECT_TRUE(row_named(right, "a/read").warnings.empty());
}

TEST(Fio, says_which_job_failed) {
  const ImportedFile file =
      import_text(changed(samples::kFio, R"("error" : 0)", R"("error" : 28)"));
  EXPECT_EQ(row_named(file, "a").status, "error");
  EXPECT_THAT(row_named(file, "a").reason, HasSubstr("error 28"));
}

TEST(Fio, refuses_numbers_that_cannot_be_with_their_place) {
  EXPECT_THAT(refusal_of(changed(samples::kFio, "500.25", "-1")),
              HasSubstr("jobs[0].read.iops: -1 is negative"));
  EXPECT_THAT(refusal_of(changed(samples::kFio, "500.25", "NaN")),
              HasSubstr("jobs[0].read.iops: 'null' is not a number"));
  EXPECT_THAT(refusal_of(changed(samples::kFio, "500.25", "1e300")),
              HasSubstr("jobs[0].read.iops"));
  EXPECT_THAT(refusal_of(changed(samples::kFio, "\"mean\" : 250.5", "\"mean\" : -250.5")),
              HasSubstr("jobs[0].read.clat_ns.mean"));
  EXPECT_THAT(refusal_of(changed(samples::kFio, "\"50.000000\"", "\"half\"")),
              HasSubstr("'half' is not a percentile"));
  EXPECT_THAT(refusal_of(changed(samples::kFio, "\"240\" : 600", "\"240\" : 6000")),
              HasSubstr("are counted, of 1000 operations"));
}

TEST(Fio, refuses_units_that_contradict_each_other) {
  EXPECT_THAT(refusal_of(changed(samples::kFio, "\"bw\" : 2000", "\"bw\" : 2048000")),
              HasSubstr("bw_bytes is 2048000 bytes/s and bw is 2048000 KiB/s"));
  EXPECT_THAT(refusal_of(changed(samples::kFio, "\"max\" : 900", "\"max\" : 90")),
              HasSubstr("min 100 is above max 90"));
}

TEST(Fio, refuses_what_is_cut_or_joined) {
  for (std::size_t length = 40; length + 2 < samples::kFio.size(); length += 7) {
    EXPECT_NE(refusal_of(samples::kFio.substr(0, length)), "") << length;
  }
  EXPECT_THAT(refusal_of(samples::kFio + samples::kFio), HasSubstr("more than one JSON document"));
}

}  // namespace
}  // namespace pmembench
