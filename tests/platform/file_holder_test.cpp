#include "platform/file_holder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "base/unique_fd.hpp"

namespace pmembench {
namespace {

TEST(FileHolder, is_the_process_that_has_the_file_open) {
  std::string path = "/tmp/pmembench-holder-XXXXXX";
  UniqueFd file(mkstemp(path.data()));
  ASSERT_TRUE(file);
  struct stat facts {};
  ASSERT_EQ(fstat(file.get(), &facts), 0);
  const auto own = holder_of("/", facts);
  ASSERT_TRUE(own);
  EXPECT_EQ(own->pid, getpid());
  const pid_t other = fork();
  if (other == 0) {
    for (;;) pause();
  }
  const auto found = holder_of("/", facts);
  EXPECT_TRUE(found && found->pid == other) << "another process goes before this one";
  EXPECT_TRUE(found && found->name.find("test_") == 0);
  kill(other, SIGKILL);
  waitpid(other, nullptr, 0);
  file.reset();
  EXPECT_FALSE(holder_of("/", facts));
  unlink(path.c_str());
}

}  // namespace
}  // namespace pmembench
