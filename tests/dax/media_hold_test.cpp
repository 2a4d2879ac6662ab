#include "dax/media_hold.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "dax/media_claim.hpp"
#include "scratch_folder.hpp"

namespace pmembench {
namespace {

MediaSpec part_of(const std::string& path, std::uint64_t offset_bytes, std::uint64_t size_bytes) {
  MediaSpec spec;
  spec.kind = DAX_MEDIA_FILE;
  spec.path = path;
  spec.offset_bytes = offset_bytes;
  spec.size_bytes = size_bytes;
  return spec;
}

class MediaHold : public ::testing::Test {
 protected:
  // As a process that does not belong to the measurement, or that does.
  [[nodiscard]] Status claim(Claim kind, bool held, std::uint64_t offset = 0,
                             std::uint64_t size = 8192) const {
    const UniqueFd fd(open(path_.c_str(), O_RDWR | O_CLOEXEC));
    return claim_medium(path_, fd.get(), offset, size, kind, held, 0, "/");
  }
  ScratchFolder folder_;
  std::string path_ = folder_.file("a", std::string(8192, 'x'));
};

TEST_F(MediaHold, keeps_a_medium_between_the_processes_of_a_measurement) {
  {
    MediaHolds holds;
    ASSERT_TRUE(holds.take(part_of(path_, 0, 0), false, "/"));
    EXPECT_TRUE(holds.take(part_of(path_, 0, 0), false, "/")) << "once more is nothing";
    EXPECT_TRUE(claim(Claim::write, true));
    for (const Claim kind : {Claim::test, Claim::read, Claim::write}) {
      const Status other = claim(kind, false);
      ASSERT_FALSE(other);
      EXPECT_EQ(other.error().code, EBUSY);
      EXPECT_THAT(other.error().message, ::testing::HasSubstr("is in use"));
    }
    MediaHolds another;
    EXPECT_FALSE(another.take(part_of(path_, 4096, 4096), false, "/"));
  }
  EXPECT_TRUE(claim(Claim::write, false)) << "gone with the object";
}

TEST_F(MediaHold, keeps_the_part_that_is_used) {
  MediaHolds holds, another;
  ASSERT_TRUE(holds.take(part_of(path_, 0, 4096), false, "/"));
  EXPECT_FALSE(claim(Claim::read, false, 4095, 1));
  EXPECT_TRUE(claim(Claim::write, false, 4096, 4096));
  EXPECT_TRUE(another.take(part_of(path_, 4096, 4096), false, "/"));
}

TEST_F(MediaHold, is_shared_by_the_hosts_of_one_measurement) {
  MediaHolds holds, another;
  ASSERT_TRUE(holds.take(part_of(path_, 0, 0), true, "/"));
  EXPECT_TRUE(another.take(part_of(path_, 0, 0), true, "/"));
  EXPECT_FALSE(claim(Claim::write, false));
}

TEST_F(MediaHold, knows_a_file_by_what_it_is) {
  std::filesystem::create_hard_link(path_, folder_.at("b"));
  MediaHolds holds, another;
  ASSERT_TRUE(holds.take(part_of(path_, 0, 0), false, "/"));
  EXPECT_TRUE(holds.take(part_of(folder_.at("b"), 0, 0), false, "/"));
  EXPECT_FALSE(another.take(part_of(folder_.at("b"), 0, 0), false, "/"));
}

TEST_F(MediaHold, leaves_alone_what_is_no_medium) {
  ASSERT_EQ(mkfifo(folder_.at("fifo").c_str(), 0600), 0);
  MediaHolds holds;
  for (const std::string& path : {std::string(), folder_.at("none"), folder_.at("fifo")}) {
    EXPECT_TRUE(holds.take(part_of(path, 0, 0), false, "/"));
  }
}

}  // namespace
}  // namespace pmembench
