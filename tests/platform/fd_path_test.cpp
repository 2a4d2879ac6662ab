#include "platform/fd_path.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/unique_fd.hpp"

namespace pmembench {
namespace {

TEST(FdPath, leads_to_a_file_without_a_name) {
  const UniqueFd file(open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!file) GTEST_SKIP() << "the file system of /tmp makes no files without a name";
  const UniqueFd again(open(fd_path(file.get()).c_str(), O_RDONLY | O_CLOEXEC));
  struct stat one {
  }, other{};
  ASSERT_EQ(fstat(file.get(), &one), 0);
  ASSERT_EQ(fstat(again.get(), &other), 0);
  EXPECT_EQ(one.st_ino, other.st_ino);
  EXPECT_EQ(one.st_dev, other.st_dev);
}

}  // namespace
}  // namespace pmembench
