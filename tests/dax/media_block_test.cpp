// block, opened: regular files behind the block path, and real loop devices where root may make
// them.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "dax/media_space.hpp"
#include "loop_device.hpp"
#include "open_helper.hpp"
#include "scratch_folder.hpp"

namespace pmembench {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kNoLoopDevice =
    "no loop device can be made here (root and /dev/loop-control)";

OpenOptions destroying() {
  OpenOptions options;
  options.destroy = true;
  return options;
}

class MediaBlock : public testing::Test {
 protected:
  ScratchFolder folder_;
  std::string path_ = folder_.at("medium");
  std::string medium_ = "block:" + path_;

  std::string image(std::uint64_t size_bytes) {
    folder_.file("medium", "");
    std::filesystem::resize_file(path_, size_bytes);
    return path_;
  }
  bool ext4() const {
    const std::string command = "mkfs.ext4 -q " + path_ + " >/dev/null 2>&1";
    return std::system(command.c_str()) == 0;
  }
};

std::uint64_t first_hole(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return static_cast<std::uint64_t>(lseek(fd.get(), 0, SEEK_HOLE));
}

TEST_F(MediaBlock, a_file_is_made_without_holes_and_goes_with_the_device) {
  {
    const Result<OpenedDevice> opened = open_medium_with("posix_file", medium_ + ",size=2M");
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(exists(path_), !opened->facts.unnamed);
    EXPECT_TRUE(opened->facts.created);
    EXPECT_EQ(opened->facts.kind, "block");
    EXPECT_EQ(opened->facts.size_bytes, 2U << 20);
    EXPECT_EQ(opened->facts.page_bytes, 0U) << "nothing is mapped";
    EXPECT_TRUE(opened->facts.node_share.empty());
    EXPECT_NE(opened->facts.file_system, "");
    EXPECT_FALSE(opened->device->synchronous());
  }
  EXPECT_FALSE(exists(path_));
}

TEST_F(MediaBlock, bytes_written_through_it_are_in_the_file) {
  image(64 << 10);
  {
    const Result<OpenedDevice> opened = open_medium_with("posix_file", medium_);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(first_hole(path_), 64U << 10) << "holes of a user's file are filled with zeroes";
    unsigned char buffer[512] = {'b'};
    dax_iter iter{};
    iter.multiplier = 1;
    iter.slots = 1;
    iter.offset_bytes = 1024;
    iter.granule_bytes = iter.size_bytes = sizeof(buffer);
    iter.count = 1;
    iter.buffer = buffer;
    DaxReader reader = opened->device->make_reader();
    const ReadSection section(reader);
    EXPECT_EQ(opened->device->persist_from_iter(section, iter), 512);
  }
  const std::string content = content_of(path_);
  ASSERT_EQ(content.size(), 64U << 10) << "a file that was there before stays";
  EXPECT_EQ(content[1024], 'b');
}

TEST_F(MediaBlock, on_memory_it_is_volatile) {
  if (!exists("/dev/shm")) GTEST_SKIP() << "no /dev/shm here";
  const ScratchFolder folder("/dev/shm");
  const Result<OpenedDevice> opened =
      open_medium_with("posix_file", "block:" + folder.at("x") + ",size=64K");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->facts.persistence_domain, DAX_DOMAIN_NONE);
  EXPECT_EQ(durable_claim(opened->facts), "emulated");
}

TEST_F(MediaBlock, a_file_with_content_is_refused) {
  folder_.file("medium", std::string(4096, 'x'));
  EXPECT_THAT(refusal_of("posix_file", medium_), HasSubstr("holds data (first non-zero byte at "));
  EXPECT_TRUE(open_medium_with("posix_file", medium_, destroying()));
  EXPECT_EQ(content_of(path_), std::string(4096, 'x')) << "opening alone overwrites nothing";
}

TEST_F(MediaBlock, an_image_with_a_file_system_is_refused_by_its_name) {
  image(8 << 20);
  if (!ext4()) GTEST_SKIP() << "mkfs.ext4 does not run here";
  EXPECT_THAT(refusal_of("posix_file", medium_), HasSubstr("holds an ext4 file system"));
}

TEST_F(MediaBlock, a_character_device_or_directory_is_refused) {
  EXPECT_THAT(refusal_of("posix_file", "block:/dev/null"), HasSubstr("is a character device"));
  EXPECT_THAT(refusal_of("posix_file", "block:" + folder_.path()), HasSubstr("is a directory"));
}

TEST_F(MediaBlock, a_loop_device_is_opened_sized_and_held) {
  const LoopDevice loop(image((8 << 20) + 512));
  if (loop.path().empty()) GTEST_SKIP() << kNoLoopDevice;
  const Result<OpenedDevice> opened = open_medium_with("posix_file", "block:" + loop.path());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->facts.size_bytes, 8U << 20) << "whole pages";
  EXPECT_EQ(opened->facts.file_system, "");
  // As durable as the file that is beneath it, no more and no less.
  EXPECT_THAT(opened->facts.stack, HasSubstr(" on "));
  EXPECT_THAT(opened->facts.stack, testing::StartsWith(loop.path().substr(5)));
  const Result<OpenedDevice> file =
      open_medium_with("posix_file", "block:" + folder_.path() + "/other,size=1M");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(opened->facts.persistence_domain, file->facts.persistence_domain);
  const UniqueFd claim(open(loop.path().c_str(), O_RDONLY | O_EXCL | O_CLOEXEC));
  EXPECT_FALSE(claim) << "nobody can mount it while it is measured";
  EXPECT_THAT(refusal_of("posix_file", "block:" + loop.path(), destroying()),
              HasSubstr("is in use already by this command"))
      << "the holder is named";
}

TEST_F(MediaBlock, a_file_that_is_made_has_no_holes) {
  UniqueFd fd;
  const auto made = CreatedFile::create(path_, fd, true);
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_TRUE(write_whole_file(fd.get(), 2 << 20));
  EXPECT_EQ(first_hole(path_), 2U << 20);
}

TEST_F(MediaBlock, opened_to_be_read_keeps_its_holes) {
  image(4 << 20);
  OpenOptions reading;
  reading.read_only = true;
  {
    const auto opened = open_medium_with("posix_file", medium_, reading);
    ASSERT_TRUE(opened) << opened.error().message;
  }
  EXPECT_EQ(first_hole(path_), 0U);
}

TEST_F(MediaBlock, two_loop_devices_over_one_file_are_one_medium) {
  const std::string file = image(8 << 20);
  const LoopDevice one(file), other(file);
  if (one.path().empty() || other.path().empty()) GTEST_SKIP() << kNoLoopDevice;
  const std::string refused = refusal_of("posix_file", "block:" + one.path(), destroying());
  EXPECT_THAT(refused, HasSubstr("are loop devices over the same file"));
  EXPECT_THAT(refused, HasSubstr(other.path()));
}

TEST_F(MediaBlock, a_loop_device_and_its_file_in_use_are_one_medium) {
  const std::string file = image(8 << 20);
  const auto opened = open_medium_with("posix_file", medium_);
  ASSERT_TRUE(opened) << opened.error().message;
  const LoopDevice loop(file);
  if (loop.path().empty()) GTEST_SKIP() << kNoLoopDevice;
  OpenOptions now = destroying();
  now.claim_patience_ms = 0;
  EXPECT_THAT(refusal_of("posix_file", "block:" + loop.path(), now), HasSubstr("is in use"));
}

TEST_F(MediaBlock, a_device_over_memory_claims_nothing_by_whatever_name) {
  const ScratchFolder memory("/dev/shm");
  const std::string file = memory.path() + "/image";
  std::ofstream(file).close();
  ASSERT_EQ(truncate(file.c_str(), 8 << 20), 0);
  const LoopDevice loop(file);
  if (loop.path().empty()) GTEST_SKIP() << kNoLoopDevice;
  const std::string link = folder_.path() + "/link";
  ASSERT_EQ(symlink(loop.path().c_str(), link.c_str()), 0);
  for (const std::string& path : {loop.path(), link}) {
    const Result<OpenedDevice> opened = open_medium_with("posix_file", "block:" + path);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->facts.persistence_domain, DAX_DOMAIN_NONE) << opened->facts.stack;
    EXPECT_EQ(durable_claim(opened->facts), "emulated");
  }
}

TEST_F(MediaBlock, a_loop_device_of_some_size_is_used_in_part_and_never_beyond) {
  const LoopDevice loop(image(1 << 20));
  if (loop.path().empty()) GTEST_SKIP() << kNoLoopDevice;
  const std::string medium = "block:" + loop.path();
  const Result<OpenedDevice> part = open_medium_with("posix_file", medium + ",size=64K");
  ASSERT_TRUE(part) << part.error().message;
  EXPECT_EQ(part->facts.size_bytes, 64U << 10);
  EXPECT_FALSE(open_medium_with("posix_file", medium)) << "one user at a time";
}

TEST_F(MediaBlock, more_than_a_loop_device_has_is_refused) {
  const LoopDevice loop(image(1 << 20));
  if (loop.path().empty()) GTEST_SKIP() << kNoLoopDevice;
  EXPECT_THAT(refusal_of("posix_file", "block:" + loop.path() + ",size=2M"),
              HasSubstr("has 1048576 bytes, fewer than the 2097152 asked for"));
}

TEST_F(MediaBlock, a_read_only_loop_device_is_refused) {
  const LoopDevice loop(image(1 << 20), true);
  if (loop.path().empty()) GTEST_SKIP() << kNoLoopDevice;
  const Status looked =
      check_media(backend_called("posix_file"), *parse_media("block:" + loop.path()), {});
  ASSERT_FALSE(looked);
  EXPECT_THAT(looked.error().message, HasSubstr("is read-only; name one that can be written"));
  const Result<OpenedDevice> opened = open_medium_with("posix_file", "block:" + loop.path());
  ASSERT_FALSE(opened);
}

TEST_F(MediaBlock, a_loop_device_with_a_file_system_is_refused_until_it_is_given_up) {
  image(8 << 20);
  if (!ext4()) GTEST_SKIP() << "mkfs.ext4 does not run here";
  const LoopDevice loop(path_);
  if (loop.path().empty()) GTEST_SKIP() << kNoLoopDevice;
  const std::string medium = "block:" + loop.path();
  EXPECT_THAT(refusal_of("posix_file", medium),
              AllOf(HasSubstr(loop.path() + " holds an ext4 file system"),
                    HasSubstr("first non-zero byte at offset 102"), HasSubstr("--destroy")));
  EXPECT_TRUE(open_medium_with("posix_file", medium, destroying()));
}

TEST_F(MediaBlock, a_mounted_device_is_refused_whatever_the_user_gives_up) {
  image(8 << 20);
  if (!ext4()) GTEST_SKIP() << "mkfs.ext4 does not run here";
  const LoopDevice loop(path_);
  if (loop.path().empty()) GTEST_SKIP() << kNoLoopDevice;
  const std::string point = folder_.at("mounted");
  std::filesystem::create_directory(point);
  const Mounted mounted(loop.path(), point, "ext4");
  if (!mounted.done()) GTEST_SKIP() << "nothing can be mounted here";
  const std::string link = folder_.at("link");
  std::filesystem::create_symlink(loop.path(), link);
  for (const std::string& path : {loop.path(), link}) {
    EXPECT_THAT(refusal_of("posix_file", "block:" + path, destroying()),
                AllOf(HasSubstr(path + " is mounted at "), HasSubstr(point),
                      HasSubstr("never written to while it is; unmount it")));
  }
}

TEST_F(MediaBlock, a_file_behind_a_loop_device_is_refused_whatever_the_user_gives_up) {
  image(8 << 20);
  const LoopDevice loop(path_);
  if (loop.path().empty()) GTEST_SKIP() << kNoLoopDevice;
  for (const std::string kind : {"block:", "file:"}) {
    const std::string backend = kind == "file:" ? "example" : "posix_file";
    EXPECT_THAT(refusal_of(backend, kind + path_, destroying()),
                HasSubstr("is in use behind " + loop.path() +
                          " and is never written to while it is; detach it (losetup -d"));
  }
}

TEST_F(MediaBlock, a_block_device_is_not_mapped_as_a_file) {
  const LoopDevice loop(image(1 << 20));
  if (loop.path().empty()) GTEST_SKIP() << kNoLoopDevice;
  EXPECT_THAT(
      refusal_of("example", "file:" + loop.path()),
      HasSubstr("is a block device, which cannot be mapped as a file; write block:" + loop.path()));
}

}  // namespace
}  // namespace pmembench
