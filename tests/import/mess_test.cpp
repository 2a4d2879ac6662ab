// Curves of Mess, alone and in a folder.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "reading.hpp"
#include "samples.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;
namespace files = std::filesystem;

class MessFolder : public testing::Test {
 protected:
  MessFolder() : folder_(testing::TempDir() + "mess-" + std::to_string(getpid())) {
    files::remove_all(folder_);
    files::create_directories(folder_);
  }
  ~MessFolder() override { files::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const {
    files::create_directories(files::path(folder_ + "/" + name).parent_path());
    std::ofstream(folder_ + "/" + name) << text;
  }
  std::string folder_;
};

TEST(Mess, reads_megabytes_a_second_and_ns) {
  const ImportedFile file = import_text(samples::kMess, "curves/bwlat_70.txt");
  ASSERT_EQ(file.rows.size(), 3U);
  const Row& row = row_named(file, "mess/reads 70 %/point 1");
  EXPECT_EQ(row.parameters.at("read_share"), "70");
  EXPECT_DOUBLE_EQ(row.bytes_per_s->estimate, 29496.38 * 1e6);
  EXPECT_DOUBLE_EQ(row.latency_ns->mean_ns, 578.51);
}

TEST(Mess, reads_cycles_of_a_core_whose_clock_is_given) {
  const auto file = import_bytes("1000.0\t210.0\n", "bwlat_100.txt", "", 2.1e9);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_DOUBLE_EQ(file->rows.front().row.latency_ns->mean_ns, 100);
  EXPECT_DOUBLE_EQ(file->rows.front().row.bytes_per_s->estimate, 1e9);
  const auto other = import_bytes(samples::kMlcMatrix, "m.txt", "", 2.1e9);
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, HasSubstr("does not count cycles"));
}

TEST(Mess, says_that_a_name_has_no_share_of_reads) {
  const ImportedFile file = import_text(samples::kMess, "curve.txt");
  EXPECT_FALSE(file.rows.front().row.parameters.contains("read_share"));
  EXPECT_EQ(file.notes.size(), 1U);
}

TEST(Mess, refuses_what_is_no_curve) {
  const std::string name = "bwlat_100.txt";
  EXPECT_THAT(refusal_of("1000.0\t100.0\n2000.0\n", name), HasSubstr("bwlat_100.txt:2: "));
  EXPECT_THAT(refusal_of("1000.0\t-100.0\n", name), HasSubstr("cannot be"));
  EXPECT_THAT(refusal_of("1000.0\t100.0\n2000.0\t12", name), HasSubstr("may be cut"));
  EXPECT_THAT(refusal_of("1000.0\t100.0\nhello\n", name), HasSubstr(":2: "));
}

TEST_F(MessFolder, reads_all_curves_of_a_folder) {
  write("processing/bwlat_100.txt", samples::kMess);
  write("processing/bwlat_50.txt", samples::kMess);
  const auto file = import_mess_folder(folder_);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->rows.size(), 6U);
  EXPECT_EQ(file->rows.front().row.parameters.at("read_share"), "50");
}

TEST_F(MessFolder, reads_the_raw_points_of_a_profile) {
  write("bw/bw_100_50.txt",
        " Performance counter stats for 'system wide':\n\n     1,024.00 MiB  "
        "uncore_imc_0/cas_count_read/\n       512.00 MiB  uncore_imc_0/cas_count_write/\n\n"
        "       2.0 seconds time elapsed\n");
  write("sampler/sampler_100_50.csv", "time,latency_ns\n1,100.0\n2,102.0\n");
  write("bw/bw_100_0.txt", "452.246 BW (GB/s)\n450.246 BW (GB/s)\n");
  write("sampler/sampler_100_0.csv", "time,latency_cycles\n1,300\n");
  const auto file = import_mess_folder(folder_);
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_EQ(file->rows.size(), 1U);
  const Row& row = row_named(*file, "mess/reads 100 %/pause 50");
  EXPECT_DOUBLE_EQ(row.bytes_per_s->estimate, 1536.0 * 1048576 / 2);
  EXPECT_DOUBLE_EQ(row.latency_ns->mean_ns, 101);
  ASSERT_EQ(file->notes.size(), 1U);
  EXPECT_THAT(file->notes.front(), HasSubstr("1 of 2 points have no latency in ns"));
  const auto timed = import_mess_folder(folder_, 3e9);
  ASSERT_TRUE(timed) << timed.error().message;
  ASSERT_EQ(timed->rows.size(), 2U);
  EXPECT_DOUBLE_EQ(row_named(*timed, "mess/reads 100 %/pause 0").latency_ns->mean_ns, 100);
  EXPECT_DOUBLE_EQ(row_named(*timed, "mess/reads 100 %/pause 50").latency_ns->mean_ns, 101);
}

TEST_F(MessFolder, refuses_a_folder_without_results) {
  write("plotter.txt", "x\n");
  const auto file = import_mess_folder(folder_);
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message, HasSubstr("neither bwlat_*.txt nor bw/ and sampler/"));
}

}  // namespace
}  // namespace pmembench
