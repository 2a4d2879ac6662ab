// What a path leads to: one file for one user at a time, and the one that was there at first.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "dax/media_claim.hpp"
#include "open_helper.hpp"
#include "scratch_folder.hpp"

namespace pmembench {
namespace {

class NamedMedium : public testing::Test {
 protected:
  ScratchFolder folder_;
  std::string path_ = folder_.at("medium");
  std::string medium_ = "file:" + path_;
};

TEST_F(NamedMedium, is_claimed_by_one_whatever_its_name) {
  folder_.file("medium", std::string(64 << 10, '\0'));
  std::filesystem::create_hard_link(path_, folder_.at("link"));
  OpenOptions now;
  now.claim_patience_ms = 0;
  {
    const auto opened = open_medium_with("example", medium_, now);
    ASSERT_TRUE(opened) << opened.error().message;
    for (const std::string& medium : {medium_, "file:" + folder_.at("link")}) {
      now.destroy = true;
      EXPECT_THAT(refusal_of("example", medium, now),
                  testing::HasSubstr("is in use already by this command"));
    }
    // Another command is named; a worker and the command that started it are one.
    const pid_t holder = getpid();
    const pid_t other = fork();
    if (other == 0) {
      const pid_t worker = fork();
      if (worker == 0) {
        const auto refused = open_medium_with("example", medium_, now);
        const std::string who = fmt::format("in use by process {} (", holder);
        _exit(!refused && refused.error().message.find(who) != std::string::npos ? 0 : 1);
      }
      int ended = 0;
      _exit(waitpid(worker, &ended, 0) == worker && WIFEXITED(ended) ? WEXITSTATUS(ended) : 2);
    }
    int status = -1;
    ASSERT_EQ(waitpid(other, &status, 0), other);
    EXPECT_EQ(status, 0);
  }
  EXPECT_TRUE(open_medium_with("example", medium_, now)) << "free again";
}

TEST_F(NamedMedium, is_shared_in_parts) {
  folder_.file("medium", std::string(64 << 10, '\0'));
  OpenOptions now;
  now.claim_patience_ms = 0;
  const auto first = open_medium_with("example", medium_ + ",size=32K", now);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(open_medium_with("example", medium_ + ",size=32K,offset=32K", now));
  EXPECT_FALSE(open_medium_with("example", medium_ + ",size=32K,offset=16K", now));
}

TEST_F(NamedMedium, that_is_another_than_when_the_run_began_is_refused) {
  folder_.file("medium", std::string(64 << 10, '\0'));
  OpenOptions expecting;
  expecting.destroy = true;
  expecting.identity = medium_identity(path_);
  EXPECT_TRUE(open_medium_with("example", medium_, expecting));
  std::filesystem::rename(path_, folder_.at("kept"));
  folder_.file("medium", std::string(64 << 10, 'x'));
  const std::string refused = refusal_of("example", medium_, expecting);
  EXPECT_THAT(refused, testing::HasSubstr("is another than when this began"));
  EXPECT_EQ(content_of(path_), std::string(64 << 10, 'x'));
  expecting.identity = "nothing";
  EXPECT_THAT(refusal_of("example", medium_ + ",size=64K", expecting),
              testing::HasSubstr("is another than when this began (nothing then"));
}

TEST_F(NamedMedium, that_was_found_empty_is_ours_until_others_recognise_something_on_it) {
  folder_.file("medium", std::string(64 << 10, 'x'));
  OpenOptions ours;
  ours.found_empty = true;
  EXPECT_TRUE(open_medium_with("example", medium_, ours));
  std::string swap(64 << 10, '\0');
  swap.replace(4096 - 10, 10, "SWAPSPACE2");
  swap[1024] = 1;   // its version
  swap[1028] = 15;  // its last page
  folder_.file("medium", swap);
  EXPECT_THAT(refusal_of("example", medium_, ours), testing::HasSubstr("swap"));
}

TEST_F(NamedMedium, opened_to_be_read_stays_as_it_is) {
  std::ofstream(path_).close();
  std::filesystem::resize_file(path_, 4 << 20);
  struct stat before {
  }, after{};
  ASSERT_EQ(stat(path_.c_str(), &before), 0);
  OpenOptions reading;
  reading.read_only = true;
  {
    const auto opened = open_medium_with("example", medium_, reading);
    ASSERT_TRUE(opened) << opened.error().message;
  }
  ASSERT_EQ(stat(path_.c_str(), &after), 0);
  EXPECT_EQ(before.st_blocks, after.st_blocks);
  EXPECT_EQ(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
  std::filesystem::remove(path_);
  EXPECT_THAT(open_medium_with("example", medium_ + ",size=64K", reading).error().message,
              testing::HasSubstr("there is nothing to read"));
}

}  // namespace
}  // namespace pmembench
