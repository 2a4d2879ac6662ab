// The shadow that every trial of the file system compares with: it sees what is wrong, and says of
// what kind that is.
#include "crash/fs_shadow.hpp"

#include "fs/layout.hpp"
#include "tests/fs/mounted.hpp"

namespace pmembench {
namespace {

class Shadow : public Mounted {
 protected:
  Shadow() : Mounted(2 << 20) {
    format();
    mount();
    files().make_directory("/d");
    put("/d/f", pattern(kBytes, 1));
    shadow_.names["/d"] = nullptr;
    file_ = &shadow_.create("/d/f");
    file_->write(0, pattern(kBytes, 1));
    file_->sync();
  }
  CrashOutcome look(const Resize& resize = {}, bool whole_blocks = false) {
    CrashOutcome outcome;
    const bool good =
        look_at_files(files(), {shadow_.names, shadow_.names, resize, whole_blocks}, outcome);
    EXPECT_EQ(good, outcome.torn + outcome.acknowledged_lost + outcome.neighbours_damaged == 0);
    return outcome;
  }
  // On the file system alone.
  void change(std::uint64_t offset, const std::vector<std::byte>& bytes) {
    const int file = files().open("/d/f", 0);
    EXPECT_EQ(files().write(file, offset, bytes), static_cast<std::int64_t>(bytes.size()));
    files().close(file);
  }

  static constexpr std::uint64_t kBytes = 2 * fs::kBlockBytes + 100;
  FsShadow shadow_;
  ShadowFile* file_ = nullptr;
};

TEST_F(Shadow, finds_nothing_where_all_is_as_promised) {
  const CrashOutcome outcome = look();
  EXPECT_EQ(outcome.example, "");
}

TEST_F(Shadow, sees_one_wrong_byte_of_what_was_synced) {
  std::byte other = pattern(kBytes, 1)[kBytes - 1];
  other = ~other;
  change(kBytes - 1, {other});
  const CrashOutcome outcome = look();
  EXPECT_EQ(outcome.acknowledged_lost, 1U);
  EXPECT_EQ(outcome.example, "/d/f has a wrong byte at 8291 (of 8292, 8292 synced)");
}

TEST_F(Shadow, takes_what_was_written_since_or_what_was_before_and_nothing_else) {
  const auto written = pattern(64, 2);
  file_->write(1000, written);
  EXPECT_EQ(look().acknowledged_lost, 0U) << "not there yet";
  change(1000, written);
  EXPECT_EQ(look().acknowledged_lost, 0U) << "there";
  change(1000, pattern(64, 3));
  EXPECT_EQ(look().acknowledged_lost, 1U) << "never written";
}

TEST_F(Shadow, sees_what_was_written_behind_the_synced_end_go_wrong) {
  file_->write(kBytes, pattern(64, 2));
  change(kBytes, pattern(64, 3));
  const CrashOutcome outcome = look();
  EXPECT_EQ(outcome.acknowledged_lost, 0U);
  EXPECT_EQ(outcome.neighbours_damaged, 1U);
}

TEST_F(Shadow, sees_a_size_that_nobody_gave) {
  const int file = files().open("/d/f", 0);
  ASSERT_EQ(files().truncate(file, 100), 0);
  files().close(file);
  const CrashOutcome outcome = look();
  EXPECT_EQ(outcome.acknowledged_lost, 1U);
  EXPECT_EQ(outcome.example, "/d/f has 100 bytes, not 8292 to 8292");
  EXPECT_EQ(look({file_, 100}).acknowledged_lost, 0U) << "the operation in flight may have come";
}

TEST_F(Shadow, sees_names_that_are_neither_before_nor_after) {
  put("/other", pattern(10, 4));
  const CrashOutcome outcome = look();
  EXPECT_EQ(outcome.torn, 1U);
  EXPECT_EQ(outcome.example,
            "there are 3 names, neither those before the operation nor those after it");
}

TEST_F(Shadow, sees_a_block_that_is_of_two_versions_where_it_must_not_be) {
  const auto written = pattern(fs::kBlockBytes, 2);
  file_->write(0, written);
  change(0, {written.begin(), written.begin() + 512});
  EXPECT_EQ(look().torn, 0U) << "in place a block may be torn";
  EXPECT_EQ(look({}, true).torn, 1U);
  change(0, written);
  EXPECT_EQ(look({}, true).torn, 0U);
}

}  // namespace
}  // namespace pmembench
