// A directory of our own goes with all that is ours in it, and nothing else does.
#include "dax/created_directory.hpp"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "scratch_folder.hpp"

namespace pmembench {
namespace {

bool is_there(const std::string& path) {
  struct stat facts {};
  return lstat(path.c_str(), &facts) == 0;
}

void put(const std::string& path) { std::ofstream(path) << "bytes"; }

std::string made_in(const ScratchFolder& folder) {
  auto made = CreatedDirectory::create(folder.path());
  EXPECT_TRUE(made) << made.error().message;
  const std::string path = made->path();
  EXPECT_TRUE(path.starts_with(folder.path() + "/pmembench-")) << path;
  EXPECT_GE(made->fd(), 0);
  std::filesystem::create_directories(path + "/a/b");
  put(path + "/file");
  put(path + "/a/b/file");
  return path;
}

TEST(CreatedDirectory, goes_with_what_lies_in_it) {
  const ScratchFolder folder;
  folder.file("of-the-user", "x");
  const std::string path = made_in(folder);
  EXPECT_FALSE(is_there(path));
  EXPECT_TRUE(is_there(folder.at("of-the-user")));
}

TEST(CreatedDirectory, leaves_what_cannot_be_ours) {
  const ScratchFolder folder;
  const std::string target = folder.file("target/of-the-user", "x");
  std::string path;
  {
    auto made = CreatedDirectory::create(folder.path());
    ASSERT_TRUE(made);
    path = made->path();
    put(path + "/file");
    std::filesystem::create_symlink(folder.at("target"), path + "/link");
  }
  EXPECT_TRUE(is_there(path + "/link")) << "somebody else's";
  EXPECT_FALSE(is_there(path + "/file"));
  EXPECT_TRUE(is_there(target)) << "never through a link";
}

TEST(CreatedDirectory, leaves_another_directory_that_took_its_name) {
  const ScratchFolder folder;
  std::string path;
  {
    auto made = CreatedDirectory::create(folder.path());
    ASSERT_TRUE(made);
    path = made->path();
    std::filesystem::rename(path, folder.at("moved"));
    std::filesystem::create_directory(path);
    put(path + "/of-the-user");
  }
  EXPECT_TRUE(is_there(path + "/of-the-user"));
}

TEST(CreatedDirectory, is_left_alone_by_a_child_and_adopted_from_a_dead_one) {
  const ScratchFolder folder;
  auto made = CreatedDirectory::create(folder.path());
  ASSERT_TRUE(made);
  const pid_t child = fork();
  if (child == 0) {
    { const CreatedDirectory moved = std::move(*made); }  // not its process
    auto own = CreatedDirectory::create(folder.path(), "of-the-child");
    put(own->path() + "/file");
    _exit(own ? 0 : 1);  // as if it were killed
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  EXPECT_TRUE(is_there(made->path()));
  ASSERT_TRUE(is_there(folder.at("of-the-child/file")));
  { const CreatedDirectory adopted = CreatedDirectory::adopt(folder.at("of-the-child")); }
  EXPECT_FALSE(is_there(folder.at("of-the-child")));
}

TEST(CreatedDirectory, adopts_nothing_where_nothing_is) {
  const ScratchFolder folder;
  EXPECT_EQ(CreatedDirectory::adopt(folder.at("missing")).fd(), -1);
  const std::string file = folder.file("file", "x");
  { const CreatedDirectory adopted = CreatedDirectory::adopt(file); }
  EXPECT_TRUE(is_there(file));
}

TEST(CreatedDirectory, says_where_none_can_be_made) {
  const auto refused = CreatedDirectory::create("/nowhere");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "no directory can be made in /nowhere; name one that you may write to (No such file or "
            "directory)");
}

// As a process leaves it that is killed: the lock goes, the directory stays.
std::string left_in(const ScratchFolder& folder) {
  std::array<char, 512> path{};
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto made = CreatedDirectory::create(folder.path());
    put(made->path() + "/range");
    const bool told = write(ends[1], made->path().data(), made->path().size()) > 0;
    _exit(told ? 0 : 1);  // without the end of `made`
  }
  close(ends[1]);
  EXPECT_GT(read(ends[0], path.data(), path.size() - 1), 0);
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return path.data();
}

TEST(CreatedDirectory, of_a_process_that_was_killed_is_removed_by_the_next) {
  const ScratchFolder folder;
  // Of the same shape, and the user's.
  const std::string other = folder.file("pmembench-abcdef/mine", "x");
  std::filesystem::create_directory(folder.at("pmembench-empty1"));
  const std::string left = left_in(folder);
  ASSERT_TRUE(is_there(left + "/range"));
  const auto made = CreatedDirectory::create(folder.path());
  EXPECT_FALSE(is_there(left));
  EXPECT_TRUE(is_there(other));
  EXPECT_TRUE(is_there(folder.at("pmembench-empty1")));
  const auto second = CreatedDirectory::create(folder.path());
  EXPECT_TRUE(is_there(made->path())) << "held by a process that lives";
}

TEST(CreatedDirectory, empties_no_bind_mount) {
  const ScratchFolder folder;
  const std::string precious = folder.file("target/of-the-user", "x");
  {
    const auto made = CreatedDirectory::create(folder.path());
    ASSERT_TRUE(made);
    const std::string point = made->path() + "/mount";
    std::filesystem::create_directory(point);
    if (mount(folder.at("target").c_str(), point.c_str(), nullptr, MS_BIND, nullptr) != 0) {
      GTEST_SKIP() << "only root may mount";
    }
  }
  EXPECT_TRUE(is_there(precious)) << "the same file system, and somebody else's";
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    umount((entry.path() / "mount").c_str());
  }
}

}  // namespace
}  // namespace pmembench
