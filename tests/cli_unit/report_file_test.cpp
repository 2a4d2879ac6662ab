#include "cli/report_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace pmembench {
namespace {

class ReportFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "pmembench-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(ReportFile, is_read_whole) {
  const std::string path = folder_ / "document.json";
  std::ofstream(path) << std::string(100'000, 'x');
  EXPECT_EQ(*read_report_file(path), std::string(100'000, 'x'));
}

TEST_F(ReportFile, says_why_it_cannot_be_read) {
  const std::string path = folder_ / "none";
  EXPECT_THAT(read_report_file(path).error().message, testing::HasSubstr("No such file"));
  EXPECT_THAT(read_report_file(folder_.string()).error().message,
              testing::HasSubstr("Is a directory"));
}

TEST_F(ReportFile, has_an_end) {
  EXPECT_THAT(read_report_file("/dev/zero").error().message, testing::HasSubstr("a device"));
  const std::string path = folder_ / "large";
  std::ofstream(path) << std::string(100'001, 'x');
  const auto refused = read_report_file(path, 100'000);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("more than 100000 bytes"));
}

}  // namespace
}  // namespace pmembench
