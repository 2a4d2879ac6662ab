#include "run/gate_media.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace pmembench {
namespace {

TEST(GateMedia, gives_each_worker_memory_of_its_own) {
  for (const Arm arm : {Arm::base, Arm::control, Arm::head}) {
    EXPECT_EQ(*media_of_arm("dram:64M,pages=thp", arm), "dram:64M,pages=thp");
  }
}

TEST(GateMedia, names_files_after_their_arms) {
  EXPECT_EQ(*media_of_arm("file:/nowhere/a,size=1M", Arm::base), "file:/nowhere/a.base,size=1M");
  EXPECT_EQ(*media_of_arm("file:/nowhere/a,size=1M", Arm::control),
            "file:/nowhere/a.control,size=1M");
  EXPECT_EQ(*media_of_arm("block:/nowhere/a,size=1M", Arm::head), "block:/nowhere/a.head,size=1M");
}

TEST(GateMedia, refuses_what_is_there_only_once) {
  const auto device = media_of_arm("/dev/dax0.0", Arm::base);
  ASSERT_FALSE(device);
  EXPECT_EQ(device.error().kind, ErrorKind::environment);
  EXPECT_EQ(device.error().message,
            "a gate keeps three workers on media of their own, and /dev/dax0.0 is there only once: "
            "name a file that does not exist and its size, which the workers make, or dram");
  const auto path = std::filesystem::temp_directory_path() / "pmembench-gate-media-test";
  std::ofstream(path) << "x";
  EXPECT_FALSE(media_of_arm("file:" + path.string(), Arm::base));
  std::filesystem::remove(path);
}

TEST(GateMedia, refuses_three_media_that_do_not_fit_at_once) {
  const std::array<std::string, kArms> media{"dram:64M", "dram:64M", "dram:64M"};
  EXPECT_TRUE(check_three_media(media, std::uint64_t{192} << 20));
  EXPECT_TRUE(check_three_media(media, std::nullopt));
  const auto refused = check_three_media(media, std::uint64_t{191} << 20);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "a gate keeps three workers' media in memory at once, which takes 192 MiB, and 191 MiB "
            "are available; ask for less, as in --media dram:47M");
}

}  // namespace
}  // namespace pmembench
