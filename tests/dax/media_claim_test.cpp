#include "dax/media_claim.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/unique_fd.hpp"
#include "scratch_folder.hpp"

namespace pmembench {
namespace {

UniqueFd opened(const std::string& path) {
  return UniqueFd(open(path.c_str(), O_RDWR | O_CLOEXEC));
}

TEST(MediaClaim, tells_files_apart_by_what_they_are) {
  const ScratchFolder folder;
  const std::string path = folder.file("a", "x");
  std::filesystem::create_hard_link(path, folder.at("b"));
  std::filesystem::create_symlink(path, folder.at("c"));
  EXPECT_EQ(medium_identity(path), medium_identity(folder.at("b")));
  EXPECT_EQ(medium_identity(path), medium_identity(folder.at("c")));
  EXPECT_NE(medium_identity(path), medium_identity(folder.file("d", "x")));
  EXPECT_EQ(medium_identity(folder.at("none")), "nothing");
  EXPECT_EQ(medium_identity("/dev/null"), "character 1:3");
}

TEST(MediaClaim, expects_what_was_there) {
  EXPECT_TRUE(require_same_medium("a", "", "file 1:2:3"));
  EXPECT_TRUE(require_same_medium("a", "file 1:2:3", "file 1:2:3"));
  const Status another = require_same_medium("a", "nothing", "file 1:2:3");
  ASSERT_FALSE(another);
  EXPECT_EQ(another.error().kind, ErrorKind::environment);
}

TEST(MediaClaim, is_for_one_writer_or_many_readers) {
  const ScratchFolder folder;
  const std::string path = folder.file("a", std::string(8192, 'x'));
  const UniqueFd one = opened(path);
  UniqueFd other = opened(path);
  const auto claim = [&](const UniqueFd& fd, std::uint64_t offset, std::uint64_t size, Claim kind) {
    return static_cast<bool>(claim_medium(path, fd.get(), offset, size, kind, false, 0, "/"));
  };
  EXPECT_TRUE(claim(one, 0, 4096, Claim::write));
  EXPECT_TRUE(claim(other, 4096, 4096, Claim::write));
  EXPECT_FALSE(claim(other, 4095, 1, Claim::write));
  EXPECT_FALSE(claim(other, 0, 0, Claim::read));
  EXPECT_FALSE(claim(other, 0, 0, Claim::test));
  other.reset();
  EXPECT_TRUE(claim(one, 4096, 4096, Claim::test)) << "gone with the last descriptor";
  EXPECT_TRUE(claim(one, 0, 8192, Claim::read));
  other = opened(path);
  EXPECT_TRUE(claim(other, 0, 8192, Claim::read));
  EXPECT_FALSE(claim(other, 0, 8192, Claim::write));
}

}  // namespace
}  // namespace pmembench
