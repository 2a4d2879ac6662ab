#include "dax/media_content.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/unique_fd.hpp"
#include "scratch_folder.hpp"

namespace pmembench {
namespace {

using testing::AllOf;
using testing::HasSubstr;

UniqueFd sparse_file(const ScratchFolder& folder, std::uint64_t size_bytes) {
  UniqueFd fd(open(folder.at("file").c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600));
  EXPECT_EQ(ftruncate(fd.get(), static_cast<off_t>(size_bytes)), 0);
  return fd;
}

void put(int fd, std::uint64_t offset, unsigned char byte) {
  ASSERT_EQ(pwrite(fd, &byte, 1, static_cast<off_t>(offset)), 1);
}

TEST(MediaContent, a_file_of_holes_or_written_zeroes_is_empty) {
  const ScratchFolder folder;
  const UniqueFd fd = sparse_file(folder, 3 << 20);
  EXPECT_EQ(first_nonzero(fd.get(), 3 << 20).value(), std::nullopt);
  put(fd.get(), 12345, 0);
  EXPECT_EQ(first_nonzero(fd.get(), 3 << 20).value(), std::nullopt);
  EXPECT_TRUE(require_no_content("file", fd.get(), 3 << 20));
}

TEST(MediaContent, holes_of_a_terabyte_are_skipped_and_not_read) {
  const ScratchFolder folder;
  constexpr std::uint64_t kSize = std::uint64_t{1} << 40;
  const UniqueFd fd = sparse_file(folder, kSize);
  put(fd.get(), kSize - 1, 9);
  EXPECT_EQ(first_nonzero(fd.get(), kSize).value(), kSize - 1);
  EXPECT_EQ(first_nonzero(fd.get(), kSize - 1).value(), std::nullopt) << "beyond what was asked";
}

// The first of a few bytes at random places is found, in the file and in memory alike.
TEST(MediaContent, finds_the_first_byte_that_is_not_zero) {
  constexpr std::uint64_t kSeed = 7;
  constexpr std::uint64_t kSize = (std::uint64_t{2} << 20) + 4096;
  SCOPED_TRACE(fmt::format("seed {}", kSeed));
  Random random(kSeed);
  const ScratchFolder folder;
  for (int round = 0; round < 60; ++round) {
    const UniqueFd fd = sparse_file(folder, kSize);
    std::vector<unsigned char> memory(kSize);
    std::uint64_t first = kSize;
    for (int i = 0; i < 3; ++i) {
      const std::uint64_t at = random.below(kSize);
      const auto byte = static_cast<unsigned char>(1 + random.below(255));
      put(fd.get(), at, byte);
      memory[at] = byte;
      first = std::min(first, at);
    }
    ASSERT_EQ(first_nonzero(fd.get(), kSize).value(), first);
    ASSERT_EQ(first_nonzero(memory.data(), kSize), first);
    ASSERT_EQ(first_nonzero(memory.data(), first), std::nullopt);
  }
}

TEST(MediaContent, finds_the_first_byte_in_memory_that_is_looked_through_in_parts) {
  constexpr std::uint64_t kSize = (std::uint64_t{3} << 24) + 4096;  // three parts and a rest
  std::vector<unsigned char> memory(kSize);
  ContentLook backwards;
  backwards.in_parallel = [](std::uint64_t parts, const std::function<void(std::uint64_t)>& part) {
    while (parts > 0) part(--parts);
  };
  EXPECT_EQ(first_nonzero(memory.data(), kSize, backwards).value(), std::nullopt);
  memory[kSize - 1] = 1;
  EXPECT_EQ(first_nonzero(memory.data(), kSize, backwards).value(), kSize - 1);
  memory[(std::uint64_t{1} << 24) + 7] = 1;
  EXPECT_EQ(first_nonzero(memory.data(), kSize, backwards).value(), (std::uint64_t{1} << 24) + 7);
  EXPECT_EQ(first_nonzero(memory.data(), kSize, {}).value(), (std::uint64_t{1} << 24) + 7);
}

TEST(MediaContent, that_would_take_too_long_to_look_through_is_not_called_empty) {
  const ScratchFolder folder;
  const UniqueFd fd = sparse_file(folder, 1 << 20);
  put(fd.get(), 0, 0);
  ContentLook none;
  none.longest_ms = 0;
  const std::vector<unsigned char> memory(1 << 20);
  for (const Status& refused : {require_no_content("/big", fd.get(), 1 << 20, none),
                                require_no_content("/big", memory.data(), 1 << 20, none)}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::usage);
    EXPECT_EQ(refused.error().code, ETIMEDOUT);
    EXPECT_THAT(refused.error().message, HasSubstr("/big: 0 B of its 1 MiB were looked at"));
    EXPECT_THAT(refused.error().message, HasSubstr("--destroy"));
  }
}

TEST(MediaContent, a_refusal_says_what_and_where_and_what_to_do) {
  const ScratchFolder folder;
  const UniqueFd fd = sparse_file(folder, 1 << 20);
  put(fd.get(), 77'777, 1);
  const Status refused = require_no_content("/some/path", fd.get(), 1 << 20);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_EQ(refused.error().message,
            "/some/path holds data (first non-zero byte at offset 77777), which would be "
            "overwritten; name another, or add --destroy to give that content up");
  std::vector<unsigned char> memory(4096);
  memory[5] = 1;
  const Status in_memory = require_no_content("/dev/dax0.0", memory.data(), memory.size());
  ASSERT_FALSE(in_memory);
  EXPECT_THAT(in_memory.error().message,
              HasSubstr("/dev/dax0.0 holds data (first non-zero byte at offset 5)"));
}

TEST(MediaContent, names_the_file_system_on_an_image) {
  const ScratchFolder folder;
  const UniqueFd fd = sparse_file(folder, 8 << 20);
  const std::string command = "mkfs.ext4 -q -L precious " + folder.at("file") + " >/dev/null 2>&1";
  if (std::system(command.c_str()) != 0) GTEST_SKIP() << "mkfs.ext4 does not run here";
  EXPECT_EQ(recognised_content(fd.get()), "an ext4 file system labelled 'precious'");
  const Status refused = require_no_content("image", fd.get(), 8 << 20);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("holds an ext4 file system labelled 'precious'"),
                    HasSubstr("first non-zero byte at offset 102")));
}

TEST(MediaContent, names_a_volume_that_is_no_file_system) {
  const ScratchFolder folder;
  const UniqueFd fd = sparse_file(folder, 1 << 20);
  const std::string command = "mkswap -q " + folder.at("file") + " >/dev/null 2>&1";
  if (std::system(command.c_str()) != 0) GTEST_SKIP() << "mkswap does not run here";
  EXPECT_EQ(recognised_content(fd.get()), "a swap volume");
}

TEST(MediaContent, names_a_partition_table) {
  const ScratchFolder folder;
  const UniqueFd fd = sparse_file(folder, 8 << 20);
  put(fd.get(), 446 + 4, 0x83);  // one Linux partition of 2048 sectors from sector 2048 on
  put(fd.get(), 446 + 9, 8);
  put(fd.get(), 446 + 13, 8);
  put(fd.get(), 510, 0x55);
  put(fd.get(), 511, 0xAA);
  EXPECT_EQ(recognised_content(fd.get()), "a dos partition table");
}

TEST(MediaContent, a_part_that_cannot_be_read_is_an_error_and_not_empty) {
  const ScratchFolder folder;
  const UniqueFd fd(open(folder.path().c_str(), O_RDONLY | O_DIRECTORY));
  const Result<std::optional<std::uint64_t>> answer = first_nonzero(fd.get(), 4096);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::runtime);
  EXPECT_EQ(answer.error().code, EISDIR);
  EXPECT_THAT(answer.error().message, HasSubstr("cannot be read at offset 0 (Is a directory)"));
}

}  // namespace
}  // namespace pmembench
