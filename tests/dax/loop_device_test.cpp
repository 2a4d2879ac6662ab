// Loop devices that we attach: with direct I/O, and gone with whoever attached them.
#include "dax/loop_device.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "open_helper.hpp"
#include "scratch_folder.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

constexpr const char* kNoLoop = "no loop device can be made here (root and /dev/loop-control)";

// Is a file attached to this loop device?
bool attached(const std::string& path) {
  const UniqueFd loop(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  loop_info64 info{};
  return loop && ioctl(loop.get(), LOOP_GET_STATUS64, &info) == 0;
}

class Loops : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::resize_file(folder_.file("file", ""), 1 << 20);
    file_ = UniqueFd(open(folder_.at("file").c_str(), O_RDWR | O_CLOEXEC));
    const auto loop = attach_loop_device(file_.get());
    if (!loop) GTEST_SKIP() << kNoLoop << ": " << loop.error().message;
  }
  ScratchFolder folder_{"/dev/shm"};
  UniqueFd file_;
};

TEST_F(Loops, read_and_write_the_file_and_go_with_their_descriptor) {
  std::string path;
  {
    const auto loop = attach_loop_device(file_.get());
    ASSERT_TRUE(loop) << loop.error().message;
    path = loop->path;
    ASSERT_EQ(pwrite(loop->fd.get(), "word", 4, 512), 4);
    ASSERT_EQ(fsync(loop->fd.get()), 0);
    loop_info64 info{};
    ASSERT_EQ(ioctl(loop->fd.get(), LOOP_GET_STATUS64, &info), 0);
    EXPECT_NE(info.lo_flags & LO_FLAGS_DIRECT_IO, 0U);
  }
  EXPECT_FALSE(attached(path));
  std::string word(4, '\0');
  ASSERT_EQ(pread(file_.get(), word.data(), 4, 512), 4);
  EXPECT_EQ(word, "word");
}

TEST_F(Loops, go_with_a_process_that_is_killed) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto loop = attach_loop_device(file_.get());
    const std::string path = loop ? loop->path : "";
    if (write(pipe_ends[1], path.c_str(), path.size() + 1) > 0) pause();
    _exit(1);
  }
  std::string path(64, '\0');
  ASSERT_GT(read(pipe_ends[0], path.data(), path.size()), 1);
  path.resize(path.find('\0'));
  EXPECT_TRUE(attached(path));
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_FALSE(attached(path));
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST_F(Loops, are_refused_over_what_is_no_file) {
  const auto loop = attach_loop_device(-1);
  ASSERT_FALSE(loop);
  EXPECT_THAT(loop.error().message, HasSubstr("a loop device cannot be attached"));
}

TEST_F(Loops, stand_between_a_block_medium_and_its_file_where_asked_for) {
  const std::string medium = "block:" + folder_.at("made") + ",size=1M,loop=";
  for (const std::string choice : {"auto", "on", "off"}) {
    const auto opened = open_medium_with("posix_file", medium + choice);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->facts.block_device, choice == "off" ? "" : "loop device with direct I/O");
    EXPECT_EQ(opened->facts.size_bytes, 1U << 20);
    EXPECT_EQ(durable_claim(opened->facts), "emulated");
  }
  EXPECT_FALSE(exists(folder_.at("made")));
}

TEST_F(Loops, are_not_put_over_a_block_device) {
  const auto loop = attach_loop_device(file_.get());
  ASSERT_TRUE(loop);
  EXPECT_THAT(refusal_of("posix_file", "block:" + loop->path + ",loop=on"),
              HasSubstr(loop->path + " is a block device already; leave loop= out"));
}

}  // namespace
}  // namespace pmembench
