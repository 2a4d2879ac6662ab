#include "cli/media_checks.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/host.hpp"

namespace pmembench {
namespace {

class MediaChecks : public testing::Test {
 protected:
  MediaChecks() {
    std::string name = (std::filesystem::temp_directory_path() / "pmembench-test-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    write("zeroes", std::string(8192, '\0'));
    write("data", "x" + std::string(8191, '\0'));
  }
  ~MediaChecks() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  [[nodiscard]] std::string file(const std::string& name) const {
    return "file:" + (folder_ / name).string();
  }
  // One cell of `null`, which serves everything, for each of the media.
  static Plan plan(const std::vector<std::string>& media) {
    Plan plan;
    for (const std::string& each : media) {
      Cell cell;
      cell.name = each + "/null";
      cell.media = each;
      cell.backend = "null";
      cell.capabilities.does_work = false;
      plan.cells.push_back(cell);
    }
    return plan;
  }

  std::filesystem::path folder_;
  Host host_ = *open_host(GlobalOptions{});
};

TEST_F(MediaChecks, skip_the_cells_of_media_that_cannot_be_used) {
  Plan some = plan({"dram:1M", file("data"), file("zeroes")});
  ASSERT_TRUE(skip_unusable_media(some, host_.registry, false));
  EXPECT_EQ(some.cells[0].skip_reason, "");
  EXPECT_NE(some.cells[1].skip_reason.find("holds data (first non-zero byte at offset 0)"),
            std::string::npos);
  EXPECT_EQ(some.cells[2].skip_reason, "");
}

TEST_F(MediaChecks, refuse_a_plan_of_which_nothing_is_left_with_the_first_reason) {
  Plan none = plan({file("data"), file("absent")});
  const Status refused = skip_unusable_media(none, host_.registry, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_EQ(refused.error().message, none.cells[0].skip_reason);
}

TEST_F(MediaChecks, leave_cells_alone_that_are_skipped_already) {
  Plan skipped = plan({file("data")});
  skipped.cells[0].skip_reason = "another";
  EXPECT_TRUE(skip_unusable_media(skipped, host_.registry, false));
  EXPECT_EQ(skipped.cells[0].skip_reason, "another");
}

TEST_F(MediaChecks, allow_content_to_be_destroyed_where_that_was_said) {
  Plan data = plan({file("data")});
  EXPECT_TRUE(skip_unusable_media(data, host_.registry, true));
  EXPECT_EQ(data.cells[0].skip_reason, "");
}

TEST_F(MediaChecks, tell_media_that_are_there_from_those_to_be_made) {
  const Plan all = plan({"dram:1M", file("zeroes"), file("zeroes") + ",size=4K",
                         file("absent") + ",size=4K", "no medium"});
  EXPECT_EQ(existing_media(all),
            (std::set<std::string>{file("zeroes"), file("zeroes") + ",size=4K"}));
}

}  // namespace
}  // namespace pmembench
