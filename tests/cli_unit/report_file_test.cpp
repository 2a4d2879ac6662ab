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

TEST_F(ReportFile, is_made_or_filled_but_never_overwritten) {
  const std::string path = folder_ / "summary.md";
  ASSERT_TRUE(write_report_file(path, "text", "--markdown"));
  EXPECT_EQ(*read_report_file(path), "text");
  const Status again = write_report_file(path, "other", "--markdown");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::usage);
  EXPECT_EQ(again.error().message, path +
                                       " exists and is not overwritten; remove it, or name another "
                                       "with --markdown");
  EXPECT_EQ(*read_report_file(path), "text");
  // As a CI job hands it out.
  const std::string empty = folder_ / "empty.md";
  std::ofstream(empty).close();
  EXPECT_TRUE(write_report_file(empty, "text", "--markdown"));
  EXPECT_EQ(*read_report_file(empty), "text");
}

TEST_F(ReportFile, says_why_it_cannot_be) {
  const std::string path = folder_ / "none" / "x";
  EXPECT_EQ(write_report_file(path, "", "--junit").error().message,
            path + " cannot be made: No such file or directory; name another with --junit");
  EXPECT_EQ(read_report_file(path).error().message,
            path +
                " cannot be read (No such file or directory): check that it exists and that it "
                "is a file");
  EXPECT_EQ(read_report_file(folder_.string()).error().message,
            folder_.string() +
                " cannot be read (Is a directory): check that it exists and that it "
                "is a file");
  EXPECT_THAT(write_report_file("/dev/full", "text", "--junit").error().message,
              testing::HasSubstr("/dev/full cannot be written: No space left on device"));
}

}  // namespace
}  // namespace pmembench
