#include "dax/media_space.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/unique_fd.hpp"
#include "scratch_folder.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kSize = std::uint64_t{3} << 20;

UniqueFd new_file(const ScratchFolder& folder) {
  return UniqueFd(open(folder.at("file").c_str(), O_RDWR | O_CREAT | O_EXCL, 0600));
}

std::uint64_t allocated_bytes(int fd) {
  struct stat facts {};
  EXPECT_EQ(fstat(fd, &facts), 0);
  return static_cast<std::uint64_t>(facts.st_blocks) * 512;
}

std::uint64_t first_hole(int fd) { return static_cast<std::uint64_t>(lseek(fd, 0, SEEK_HOLE)); }

TEST(MediaSpace, reserves_every_block) {
  const ScratchFolder folder;
  const UniqueFd fd = new_file(folder);
  ASSERT_TRUE(reserve_space(fd.get(), kSize));
  EXPECT_EQ(static_cast<std::uint64_t>(lseek(fd.get(), 0, SEEK_END)), kSize);
  EXPECT_GE(allocated_bytes(fd.get()), kSize);
}

TEST(MediaSpace, a_written_file_has_no_hole_where_a_reserved_one_may) {
  const ScratchFolder folder;
  const UniqueFd fd = new_file(folder);
  ASSERT_TRUE(write_whole_file(fd.get(), kSize));
  EXPECT_EQ(first_hole(fd.get()), kSize) << "the end counts as a hole";
  EXPECT_GE(allocated_bytes(fd.get()), kSize);
}

TEST(MediaSpace, holes_are_filled_and_data_stays) {
  const ScratchFolder folder;
  const UniqueFd fd = new_file(folder);
  ASSERT_EQ(ftruncate(fd.get(), static_cast<off_t>(kSize)), 0);
  const std::string text = "stays";
  for (const off_t at : {off_t{0}, off_t{1} << 20, off_t{5} << 18}) {
    ASSERT_EQ(pwrite(fd.get(), text.data(), text.size(), at), 5);
  }
  if (first_hole(fd.get()) == kSize) GTEST_SKIP() << "this file system knows no holes";
  ASSERT_TRUE(fill_holes(fd.get(), kSize));
  EXPECT_EQ(first_hole(fd.get()), kSize);
  EXPECT_EQ(static_cast<std::uint64_t>(lseek(fd.get(), 0, SEEK_END)), kSize);
  std::string all(kSize, 'x');
  ASSERT_EQ(pread(fd.get(), all.data(), kSize, 0), static_cast<ssize_t>(kSize));
  for (const std::size_t at : {std::size_t{0}, std::size_t{1} << 20, std::size_t{5} << 18}) {
    EXPECT_EQ(all.substr(at, 5), text);
    all.replace(at, 5, 5, '\0');
  }
  EXPECT_EQ(all, std::string(kSize, '\0'));
}

TEST(MediaSpace, only_the_bytes_that_are_used_are_filled) {
  const ScratchFolder folder;
  const UniqueFd fd = new_file(folder);
  ASSERT_EQ(ftruncate(fd.get(), static_cast<off_t>(kSize)), 0);
  if (first_hole(fd.get()) == kSize) GTEST_SKIP() << "this file system knows no holes";
  ASSERT_TRUE(fill_holes(fd.get(), 1 << 20));
  EXPECT_EQ(first_hole(fd.get()), std::uint64_t{1} << 20);
}

TEST(MediaSpace, a_full_file_system_is_an_error_now) {
  const ScratchFolder folder;
  if (mount("none", folder.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
    GTEST_SKIP() << "no small tmpfs can be mounted here: " << std::strerror(errno);
  }
  for (const auto make : {reserve_space, write_whole_file}) {
    const UniqueFd fd = new_file(folder);
    const Status refused = make(fd.get(), kSize);
    EXPECT_FALSE(refused);
    if (!refused) {
      EXPECT_EQ(refused.error().code, ENOSPC);
      EXPECT_THAT(refused.error().message, HasSubstr("no room for a file of 3 MiB; ask for less"));
    }
    unlink(folder.at("file").c_str());
  }
  EXPECT_EQ(umount(folder.path().c_str()), 0);
}

}  // namespace
}  // namespace pmembench
