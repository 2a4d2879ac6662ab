// Our rows in MLC's tables, read back by our importer of MLC's tables.
#include "results/mlc_text.hpp"

#include <gmock/gmock.h>

#include "import/importer.hpp"
#include "pairs.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

ImportedFile read_back(const std::string& text) {
  auto file = import_bytes("Intel(R) Memory Latency Checker - v3.11b\n" + text, "x.txt", "mlc");
  EXPECT_TRUE(file) << (file ? "" : file.error().message) << text;
  return file ? *std::move(file) : ImportedFile();
}

TEST(MlcText, prints_loaded_latencies_by_growing_delay) {
  LoadedCurve curve;
  curve.points.push_back(
      {"c2", "pause 300", Estimate{8e9, 7.9e9, 8.1e9, true}, Estimate{101.5, 101, 102, true}, {}});
  curve.points.push_back(
      {"c1", "100 %", Estimate{9e9, 9e9, 9e9, false}, Estimate{250.25, 250.25, 250.25, false}, {}});
  const std::string text = mlc_loaded_text(curve, "Read-only");
  EXPECT_THAT(text, HasSubstr(" 00000\t250.25\t   9000.0\t[no interval]\t[no interval]\n"
                              " 00300\t101.50\t   8000.0\t[101.00, 102.00]\t[7900.0, 8100.0]\n"));
  const ImportedFile file = read_back(text);
  ASSERT_EQ(file.rows.size(), 2U);
  EXPECT_DOUBLE_EQ(file.rows[1].row.latency_ns->mean_ns, 101.5);
  EXPECT_DOUBLE_EQ(file.rows[1].row.bytes_per_s->estimate, 8e9);
}

TEST(MlcText, prints_a_matrix_with_its_intervals_below) {
  Row chain = sample::placed_row(0, "node 1", 1, 90);
  chain.numa->measure = "latency_ns";
  const auto matrices = node_matrices({chain});
  ASSERT_EQ(matrices.size(), 1U);
  const std::string text = mlc_matrix_text(matrices.front());
  EXPECT_THAT(text, HasSubstr("Measuring idle latencies (in ns)...\n\t\tNuma node\nNuma node\t"));
  EXPECT_THAT(text, HasSubstr("node 0 to node 1: "));
  const ImportedFile file = read_back(text);
  ASSERT_EQ(file.rows.size(), 1U);
  EXPECT_NEAR(file.rows[0].row.latency_ns->mean_ns, 90, 1);
}

TEST(MlcText, prints_transfers_of_one_node_as_lines_and_of_two_as_a_matrix) {
  const auto ns = [](double value) { return Estimate{value, value - 1, value + 1, true}; };
  const std::string text = mlc_transfer_text({{false, 0, 1, 0, 0, ns(48)},
                                              {false, 0, 2, 0, 0, ns(50)},
                                              {false, 1, 2, 0, 0, ns(61)},
                                              {true, 0, 1, 0, 0, ns(55)},
                                              {true, 0, 8, 0, 1, ns(110)},
                                              {true, 1, 8, 0, 1, ns(112)}});
  EXPECT_THAT(text, HasSubstr("Local Socket L2->L2 HIT  latency\t50.0\t[48.0 to 61.0, 3 pairs]\n"));
  EXPECT_THAT(text, HasSubstr("Local Socket L2->L2 HITM latency\t55.0\t[55.0 to 55.0, 1 pair]\n"));
  EXPECT_THAT(text, HasSubstr("Reader Numa Node\nWriter Numa Node\t     0\t     1\n"
                              "               0\t     -\t 111.0\n"
                              "               1\t     -\t     -\n"));
  EXPECT_THAT(text, HasSubstr("CPU 0 to CPU 8, HITM: 110.0 ns [109.0, 111.0]\n"));
  const ImportedFile file = read_back(text);
  ASSERT_EQ(file.rows.size(), 3U);
  EXPECT_DOUBLE_EQ(file.rows[2].row.latency_ns->mean_ns, 111);
}

TEST(MlcText, prints_a_scan_in_the_order_of_its_regions) {
  Row row = sample::row();
  row.bytes_per_s = Estimate{5e9, 4.9e9, 5.1e9, true};
  row.parameters["range_offset"] = "0";
  Row next = row;
  next.parameters["range_offset"] = "134217728";
  EXPECT_THAT(mlc_scan_text({row, next}),
              HasSubstr("from     0B :\t5000.0\t[4900.0, 5100.0]\nfrom   128M :\t5000.0\t"));
}

TEST(MlcText, prints_peaks_and_an_idle_latency) {
  Row row = sample::row();
  row.bytes_per_s = Estimate{5e9, 4.9e9, 5.1e9, true};
  const std::string peaks = mlc_peak_text({"ALL Reads"}, {row});
  EXPECT_THAT(peaks, HasSubstr("ALL Reads        :\t5000.0\t[4900.0, 5100.0]\n"));
  EXPECT_DOUBLE_EQ(read_back(peaks).rows[0].row.bytes_per_s->estimate, 5e9);
  const ImportedFile idle = read_back(mlc_idle_text(row));
  EXPECT_NEAR(idle.rows[0].row.latency_ns->mean_ns, row.ns_per_operation->estimate, 0.05);
}

}  // namespace
}  // namespace pmembench
