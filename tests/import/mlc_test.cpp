// Tables of Intel MLC.
#include "reading.hpp"
#include "samples.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

TEST(Mlc, reads_loaded_latencies_in_ns_and_bytes) {
  const ImportedFile file = import_text(samples::kMlcLoaded);
  ASSERT_EQ(file.rows.size(), 2U);
  const Row& row = row_named(file, "mlc/loaded_latency/Read-only/delay=00300");
  EXPECT_EQ(row.source, "Intel MLC v3.11b");
  EXPECT_EQ(row.workload, "loaded");
  EXPECT_EQ(row.parameters.at("pause"), "300");
  EXPECT_EQ(row.parameters.at("read_share"), "100");
  EXPECT_DOUBLE_EQ(row.latency_ns->mean_ns, 101.25);
  EXPECT_DOUBLE_EQ(row.ns_per_operation->estimate, 101.25);
  EXPECT_DOUBLE_EQ(row.bytes_per_s->estimate, 111587.4 * 1e6);
  EXPECT_FALSE(row.ns_per_operation->has_interval);
}

TEST(Mlc, reads_the_bare_table_and_one_with_blanks_for_tabs) {
  const std::string bare =
      "Inject  Latency Bandwidth\nDelay   (ns)    MB/sec\n==========================\n"
      " 00000  448.15   162864.7\n 00002  259.96   163163.8\n";
  const ImportedFile file = import_text(bare);
  ASSERT_EQ(file.rows.size(), 2U);
  EXPECT_DOUBLE_EQ(file.rows[1].row.latency_ns->mean_ns, 259.96);
}

TEST(Mlc, reads_matrices_peaks_and_transfers) {
  const ImportedFile file = import_text(samples::kMlcMatrix);
  const Row& latency = row_named(file, "mlc/latency_matrix/node 0 to node 1");
  EXPECT_DOUBLE_EQ(latency.latency_ns->mean_ns, 141);
  ASSERT_TRUE(latency.numa);
  EXPECT_EQ(latency.numa->initiator_node, 0);
  EXPECT_EQ(latency.numa->target_node, 1);
  EXPECT_EQ(latency.numa->measure, "latency_ns");
  const Row& bandwidth = row_named(file, "mlc/bandwidth_matrix/node 0 to node 1");
  EXPECT_DOUBLE_EQ(bandwidth.bytes_per_s->estimate, 34393.4 * 1e6);
  const Row& peak = row_named(file, "mlc/peak_injection_bandwidth/2:1 Reads-Writes");
  EXPECT_DOUBLE_EQ(peak.bytes_per_s->estimate, 149341.2 * 1e6);
  EXPECT_EQ(peak.parameters.at("read_share"), "67");
  EXPECT_DOUBLE_EQ(row_named(file, "mlc/c2c_latency/Local Socket L2->L2 HIT").latency_ns->mean_ns,
                   49.5);
  EXPECT_FALSE(row_named(file, "mlc/c2c_latency/node 1 to node 0").numa);
  EXPECT_EQ(file.rows.size(), 3U + 2U + 3U + 1U + 2U) << "a '-' was not measured";
  EXPECT_EQ(latency.warnings.size(), 2U);
  EXPECT_THAT(latency.warnings.front().sentence, HasSubstr("Unable to modify prefetchers"));
}

TEST(Mlc, reads_a_transfer_with_its_interval_behind_it) {
  const ImportedFile file = import_text(
      "Measuring cache-to-cache transfer latency (in ns)...\n"
      "Local Socket L2->L2 HIT  latency\t49.5\t[48.0 to 51.0, 3 pairs]\n"
      "Remote Socket L2->L2 HITM latency (data address homed in writer socket)\n");
  ASSERT_EQ(file.rows.size(), 1U);
  EXPECT_DOUBLE_EQ(file.rows[0].row.latency_ns->mean_ns, 49.5);
}

TEST(Mlc, reads_an_idle_latency) {
  const ImportedFile file = import_text(
      "Intel(R) Memory Latency Checker - v3.7\nCommand line parameters: --idle_latency\n\n"
      "Each iteration took 186.1 core clocks ( 80.9    ns)\n");
  EXPECT_DOUBLE_EQ(row_named(file, "mlc/idle_latency").latency_ns->mean_ns, 80.9);
}

TEST(Mlc, refuses_a_matrix_without_a_unit_and_other_units) {
  EXPECT_THAT(refusal_of("Intel(R) Memory Latency Checker - v3.9\n\t\tNuma node\n"
                         "Numa node\t 0\n 0\t 82.1\n"),
              HasSubstr("x.txt:2: the matrix has no unit above it"));
  EXPECT_THAT(refusal_of("Inject\tLatency\tBandwidth\nDelay\t(us)\tGB/sec\n=====\n 00000\t1\t2\n"),
              HasSubstr("its units are unknown"));
}

TEST(Mlc, refuses_what_is_cut_in_a_number_or_a_row) {
  EXPECT_THAT(refusal_of(samples::kMlcLoaded.substr(0, samples::kMlcLoaded.size() - 3)),
              HasSubstr("the last row has no end of line"));
  EXPECT_THAT(refusal_of(samples::kMlcLoaded.substr(0, samples::kMlcLoaded.size() - 12)),
              HasSubstr("this one does not: the file is cut or damaged"));
  const std::size_t table = samples::kMlcLoaded.find(" 00000");
  EXPECT_THAT(refusal_of(samples::kMlcLoaded.substr(0, table)), HasSubstr("has no row"));
}

TEST(Mlc, refuses_numbers_that_cannot_be) {
  const auto with = [](const std::string& latency) {
    std::string text = samples::kMlcLoaded;
    return text.replace(text.find("261.65"), 6, latency);
  };
  for (const char* latency : {"-261.65", "nan", "1e300", "0.0"}) {
    EXPECT_NE(refusal_of(with(latency)), "") << latency;
  }
}

}  // namespace
}  // namespace pmembench
