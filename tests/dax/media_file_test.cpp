// file, opened: made and removed, found and left alone, refused.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <string>

#include "dax/media.hpp"
#include "dax/media_space.hpp"
#include "open_helper.hpp"
#include "scratch_folder.hpp"

namespace pmembench {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class MediaFile : public testing::Test {
 protected:
  ScratchFolder folder_;
  std::string path_ = folder_.at("medium");
  std::string medium_ = "file:" + path_;
  OpenOptions destroying() const {
    OpenOptions options;
    options.destroy = true;
    return options;
  }
};

TEST_F(MediaFile, is_made_with_all_its_blocks_and_goes_with_the_device) {
  {
    const Result<OpenedDevice> opened = open_medium_with("example", medium_ + ",size=2M");
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(exists(path_), !opened->facts.unnamed)
        << "what has no name cannot be left behind, however its process ends";
    EXPECT_TRUE(opened->facts.created);
    EXPECT_EQ(opened->facts.kind, "file");
    EXPECT_EQ(opened->facts.size_bytes, 2U << 20);
    EXPECT_NE(opened->facts.file_system, "");
    EXPECT_GE(opened->facts.page_bytes, 4096U);
  }
  EXPECT_FALSE(exists(path_));
}

TEST_F(MediaFile, what_stands_under_its_name_by_then_is_left_alone) {
  {
    const Result<OpenedDevice> opened = open_medium_with("example", medium_ + ",size=64K");
    ASSERT_TRUE(opened) << opened.error().message;
    if (!opened->facts.unnamed) std::filesystem::rename(path_, folder_.at("kept"));
    folder_.file("medium", "of the user's");
  }
  EXPECT_EQ(content_of(path_), "of the user's");
}

TEST_F(MediaFile, is_removed_wherever_the_working_directory_has_gone) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  {
    const Result<OpenedDevice> opened = open_medium_with("example", "file:medium,size=64K");
    std::filesystem::current_path(before);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(exists(path_), !opened->facts.unnamed);
  }
  EXPECT_FALSE(exists(path_));
}

TEST_F(MediaFile, that_is_made_has_all_its_blocks) {
  UniqueFd fd;
  for (const bool named : {false, true}) {
    const auto made = CreatedFile::create(path_, fd, named);
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_TRUE(reserve_space(fd.get(), 2 << 20));
    struct stat facts {};
    ASSERT_EQ(fstat(fd.get(), &facts), 0);
    EXPECT_EQ(facts.st_size, 2 << 20);
    EXPECT_GE(facts.st_blocks * 512, 2 << 20);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
    EXPECT_EQ(exists(path_), !made->unnamed());
  }
  EXPECT_FALSE(exists(path_));
}

TEST_F(MediaFile, that_is_made_to_stay_stays) {
  OpenOptions keeping;
  keeping.keep_created = true;
  { ASSERT_TRUE(open_medium_with("example", medium_ + ",size=64K", keeping)); }
  EXPECT_EQ(content_of(path_).size(), 64U << 10);
}

TEST_F(MediaFile, that_could_not_be_opened_leaves_nothing_behind) {
  OpenOptions options;
  options.backend_options = "refuse";
  const Result<OpenedDevice> opened =
      open_medium_with("own_memory", medium_ + ",size=64K", options);
  ASSERT_FALSE(opened);
  EXPECT_FALSE(exists(path_));
}

TEST_F(MediaFile, in_the_page_cache_says_so_and_claims_nothing_more) {
  const Result<OpenedDevice> opened = open_medium_with("example", medium_ + ",size=64K");
  ASSERT_TRUE(opened) << opened.error().message;
  if (opened->facts.map_sync) GTEST_SKIP() << "this folder lies on persistent memory";
  EXPECT_TRUE(opened->facts.persistence_domain == DAX_DOMAIN_PAGE_CACHE ||
              opened->facts.file_system == "tmpfs");
  EXPECT_FALSE(opened->device->synchronous());
  EXPECT_EQ(durable_claim(opened->facts), "emulated");
}

TEST(MediaFileOnTmpfs, is_volatile) {
  struct stat facts {};
  if (stat("/dev/shm", &facts) != 0) GTEST_SKIP() << "no /dev/shm here";
  const ScratchFolder folder("/dev/shm");
  const Result<OpenedDevice> opened =
      open_medium_with("example", "file:" + folder.at("x") + ",size=64K");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->facts.file_system, "tmpfs");
  EXPECT_FALSE(opened->facts.map_sync) << "tmpfs takes MAP_SYNC only where it is not validated";
  EXPECT_EQ(opened->facts.persistence_domain, DAX_DOMAIN_NONE);
  EXPECT_EQ(durable_claim(opened->facts), "emulated");
}

TEST_F(MediaFile, that_exists_and_is_all_zero_is_used_and_stays) {
  folder_.file("medium", std::string(20'000, '\0'));
  {
    const Result<OpenedDevice> opened = open_medium_with("example", medium_);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_FALSE(opened->facts.created);
    EXPECT_EQ(opened->facts.size_bytes, 4U * 4096) << "whole pages of 20000 bytes";
  }
  EXPECT_EQ(content_of(path_).size(), 20'000U);
}

TEST_F(MediaFile, with_content_is_refused_and_not_touched) {
  std::string content(8192, '\0');
  content[6000] = 'x';
  folder_.file("medium", content);
  EXPECT_THAT(refusal_of("example", medium_),
              AllOf(HasSubstr(path_ + " holds data (first non-zero byte at offset 6000)"),
                    HasSubstr("add --destroy")));
  EXPECT_THAT(refusal_of("example", medium_ + ",size=4K"), HasSubstr("offset 6000"))
      << "content counts wherever it lies in the file";
  EXPECT_EQ(content_of(path_), content);
}

TEST_F(MediaFile, is_used_in_part_and_left_alone_around_it) {
  folder_.file("medium", std::string(20'000, 'x'));
  {
    const Result<OpenedDevice> opened =
        open_medium_with("example", medium_ + ",size=4K,offset=8K", destroying());
    ASSERT_TRUE(opened) << opened.error().message;
    ASSERT_EQ(opened->device->size_bytes(), 4096U);
    std::memset(opened->mapping->address, 0, 4096);
  }
  EXPECT_EQ(content_of(path_),
            std::string(8192, 'x') + std::string(4096, '\0') + std::string(7712, 'x'));
  const Result<OpenedDevice> rest =
      open_medium_with("example", medium_ + ",offset=4K", destroying());
  ASSERT_TRUE(rest) << rest.error().message;
  EXPECT_EQ(rest->device->size_bytes(), 3U * 4096) << "the whole pages behind the offset";
}

TEST_F(MediaFile, refuses_a_part_that_is_not_there) {
  folder_.file("medium", std::string(20'000, '\0'));
  EXPECT_THAT(refusal_of("example", medium_ + ",offset=16K"),
              HasSubstr("has 20000 bytes, none of them behind offset 16384"));
  EXPECT_THAT(refusal_of("example", medium_ + ",size=8K,offset=12K"),
              HasSubstr("has 20000 bytes, fewer than the 20480 asked for"));
  EXPECT_THAT(refusal_of("example", "file:" + folder_.at("new") + ",size=8K,offset=4K"),
              HasSubstr("does not exist, and what is made for a medium is all of it; leave "
                        "offset= out"));
}

TEST_F(MediaFile, is_used_in_part_only_by_who_leaves_mapping_to_us) {
  folder_.file("medium", std::string(16384, '\0'));
  EXPECT_THAT(refusal_of("own_memory", medium_ + ",offset=4K"),
              HasSubstr("backend own_memory maps a medium itself, from its beginning; leave "
                        "offset= out, or use one that leaves mapping to pmembench, as movnt and "
                        "clwb do"));
}

TEST_F(MediaFile, with_content_is_used_when_the_user_gives_it_up_but_never_cut_or_grown) {
  folder_.file("medium", std::string(16384, 'x'));
  {
    const Result<OpenedDevice> opened =
        open_medium_with("example", medium_ + ",size=8K", destroying());
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->device->size_bytes(), 8192U);
  }
  const std::string after = content_of(path_);
  ASSERT_EQ(after.size(), 16384U);
  EXPECT_EQ(after.substr(8192), std::string(8192, 'x')) << "beyond the size nothing is written";
  EXPECT_THAT(
      refusal_of("example", medium_ + ",size=32K", destroying()),
      HasSubstr("has 16384 bytes, fewer than the 32768 asked for, and what is there is never "
                "grown"));
  EXPECT_EQ(content_of(path_).size(), 16384U);
}

TEST_F(MediaFile, too_small_for_a_page_is_refused) {
  folder_.file("medium", "");
  EXPECT_THAT(refusal_of("example", medium_), HasSubstr("has 0 bytes, less than one page of 4096"));
  EXPECT_THAT(refusal_of("example", medium_ + ",size=4K"), HasSubstr("less than one page"));
}

TEST_F(MediaFile, that_does_not_exist_needs_a_size_and_a_folder) {
  EXPECT_THAT(refusal_of("example", medium_),
              HasSubstr(path_ + " does not exist; add size=SIZE to have it made, and removed"));
  EXPECT_THAT(refusal_of("example", "file:" + folder_.at("no/such") + ",size=4K"),
              HasSubstr("cannot be made, as its folder cannot be opened; make it first (No such"));
  EXPECT_THAT(refusal_of("example", medium_ + "/,size=4K"),
              HasSubstr("names a folder, not a file"));
}

TEST_F(MediaFile, larger_than_the_space_is_refused_before_it_is_made) {
  EXPECT_THAT(refusal_of("example", medium_ + ",size=4096T"),
              AllOf(HasSubstr("asked for, but the file system of"), HasSubstr("free")));
  EXPECT_FALSE(exists(path_));
}

TEST_F(MediaFile, of_another_type_is_refused_by_its_name) {
  EXPECT_THAT(refusal_of("example", "file:" + folder_.path()),
              HasSubstr("is a directory; name a file in it"));
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_THAT(refusal_of("example", medium_), HasSubstr("is a FIFO; name a regular file"));
  EXPECT_THAT(refusal_of("example", "file:/dev/null"),
              HasSubstr("/dev/null is a character device; a dax device is written "
                        "devdax:/dev/null"));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const std::string socket_path = folder_.at("s");
  socket_path.copy(name.sun_path, sizeof(name.sun_path) - 1);
  const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM, 0));
  ASSERT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof(name)), 0);
  EXPECT_THAT(refusal_of("example", "file:" + socket_path), HasSubstr("is a socket; name a"));
}

TEST_F(MediaFile, behind_links_is_followed_to_its_end_or_refused) {
  std::filesystem::create_symlink("medium", folder_.at("a"));
  EXPECT_THAT(refusal_of("example", "file:" + folder_.at("a") + ",size=4K"),
              HasSubstr("is a symbolic link to nothing; name the file itself"));
  folder_.file("medium", std::string(4096, '\0'));
  EXPECT_TRUE(open_medium_with("example", "file:" + folder_.at("a")));
  std::filesystem::create_symlink("loop2", folder_.at("loop1"));
  std::filesystem::create_symlink("loop1", folder_.at("loop2"));
  EXPECT_THAT(refusal_of("example", "file:" + folder_.at("loop1")),
              HasSubstr("leads through symbolic links that go in a circle"));
  EXPECT_THAT(refusal_of("example", medium_ + "/x"),
              HasSubstr("leads through something that is not a folder"));
}

TEST_F(MediaFile, without_permission_is_refused) {
  folder_.file("medium", std::string(4096, '\0'));
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(path_, std::filesystem::perms(0644));
  const std::string closed = folder_.file("closed/medium", "");
  std::filesystem::permissions(folder_.at("closed"), std::filesystem::perms(0700));
  ASSERT_FALSE(outside_backends().entries().empty());  // built by root, who may read the folder
  const OrdinaryUser user;
  if (!user.possible) GTEST_SKIP() << "only root can act as another user";
  EXPECT_THAT(refusal_of("example", medium_),
              HasSubstr("no permission to read and write " + path_));
  EXPECT_THAT(refusal_of("example", "file:" + folder_.at("new") + ",size=4K"),
              HasSubstr("cannot be made, as its folder cannot be written (Permission denied)"));
  EXPECT_THAT(refusal_of("example", "file:" + closed),
              HasSubstr("cannot be reached: no permission for a folder on the way"));
}

TEST_F(MediaFile, is_not_made_by_looking) {
  const Result<MediaSpec> spec = parse_media(medium_ + ",size=64K");
  ASSERT_TRUE(check_media(backend_called("example"), *spec, {}));
  EXPECT_FALSE(exists(path_));
}

TEST(CreatedFile, adopts_what_a_child_made_and_removes_it) {
  const ScratchFolder folder;
  const std::string path = folder.file("left", "bytes");
  {
    const CreatedFile adopted = CreatedFile::adopt(path);
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

// The child removed its file itself, and somebody else took the name.
TEST(CreatedFile, leaves_another_file_of_the_same_name_alone) {
  const ScratchFolder folder;
  const std::string path = folder.file("left", "bytes");
  {
    const CreatedFile adopted = CreatedFile::adopt(path);
    std::filesystem::remove(path);
    folder.file("left", "of somebody else");
  }
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(CreatedFile, adopts_neither_links_nor_folders_nor_what_is_not_there) {
  const ScratchFolder folder;
  const std::string target = folder.file("target", "bytes");
  std::filesystem::create_symlink(target, folder.at("link"));
  std::filesystem::create_directory(folder.at("folder"));
  for (const char* name : {"link", "folder", "absent", "absent/file"}) {
    const CreatedFile adopted = CreatedFile::adopt(folder.at(name));
  }
  EXPECT_TRUE(std::filesystem::exists(target));
  EXPECT_TRUE(std::filesystem::is_symlink(folder.at("link")));
  EXPECT_TRUE(std::filesystem::is_directory(folder.at("folder")));
}

}  // namespace
}  // namespace pmembench
