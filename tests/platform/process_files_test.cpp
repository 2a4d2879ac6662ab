#include "platform/process_files.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace pmembench {
namespace {

TEST(ProcessFiles, are_found_in_a_process_and_its_children_by_their_name) {
  const UniqueFd file = make_memory_file("pmembench-test");
  if (!file) GTEST_SKIP() << "this kernel has no memory files";
  rewrite_file(file, "a longer text than the next");
  rewrite_file(file, "own");
  auto files = memory_files("/", getpid(), "pmembench-test");
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].pid, getpid());
  EXPECT_EQ(files[0].text, "own");
  EXPECT_TRUE(memory_files("/", getpid(), "pmembench-other").empty());
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  files = memory_files("/", getpid(), "pmembench-test");
  ASSERT_EQ(files.size(), 2U) << "a child has inherited it";
  EXPECT_EQ(files[1].pid, child);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

TEST(ProcessFiles, know_whether_a_process_is_there) {
  EXPECT_TRUE(process_exists("/", getpid()));
  EXPECT_FALSE(process_exists("/", 1 << 30));
}

}  // namespace
}  // namespace pmembench
