#include "run/gate_media.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <vector>

namespace pmembench {
namespace {

constexpr std::array kArmList{Arm::base, Arm::control, Arm::head};

// Files, and a dax device that is /dev/zero in a tree of its own.
class GateMedia : public testing::Test {
 protected:
  GateMedia() {
    const std::filesystem::path device = root_ / "sys/devices/dax0.0";
    std::filesystem::create_directories(device);
    std::filesystem::create_directories(root_ / "sys/bus/dax/drivers/device_dax");
    std::filesystem::create_directories(root_ / "sys/dev/char");
    std::filesystem::create_directory_symlink(root_ / "sys/bus/dax", device / "subsystem");
    std::filesystem::create_directory_symlink(root_ / "sys/bus/dax/drivers/device_dax",
                                              device / "driver");
    std::filesystem::create_directory_symlink(device, root_ / "sys/dev/char/1:5");
    std::ofstream(device / "size") << (std::uintmax_t{14} << 30) << "\n";
    std::ofstream(device / "align") << (std::uintmax_t{1} << 30) << "\n";
  }
  ~GateMedia() override { std::filesystem::remove_all(root_); }
  std::string file(std::uintmax_t size_bytes) const {
    const std::filesystem::path path = root_ / "medium";
    std::ofstream(path).close();
    std::filesystem::resize_file(path, size_bytes);
    return path.string();
  }
  [[nodiscard]] std::vector<std::string> media(const std::string& text) const {
    std::vector<std::string> all;
    for (const Arm arm : kArmList) {
      const auto one = media_of_arm(text, arm, true, root_.string());
      all.push_back(one ? *one : one.error().message);
    }
    return all;
  }

  std::filesystem::path root_ =
      std::filesystem::temp_directory_path() / ("pmembench-gate-media-" + std::to_string(getpid()));
};

TEST_F(GateMedia, gives_each_worker_memory_of_its_own) {
  for (const Arm arm : kArmList) {
    EXPECT_EQ(*media_of_arm("dram:64M,pages=thp", arm, false, "/"), "dram:64M,pages=thp");
  }
}

TEST_F(GateMedia, names_files_after_their_arms) {
  EXPECT_EQ(*media_of_arm("file:/nowhere/a,size=1M", Arm::base, false, "/"),
            "file:/nowhere/a.base,size=1M");
  EXPECT_EQ(*media_of_arm("file:/nowhere/a,size=1M", Arm::control, true, "/"),
            "file:/nowhere/a.control,size=1M");
  EXPECT_EQ(*media_of_arm("block:/nowhere/a,size=1M", Arm::head, false, "/"),
            "block:/nowhere/a.head,size=1M");
}

// Nobody named it, so that no --destroy is meant for it.
TEST_F(GateMedia, overwrites_no_file_that_has_the_name_of_an_arm) {
  const std::string absent = root_ / "absent";
  std::ofstream(absent + ".head") << "mine";
  for (const bool destroy : {false, true}) {
    EXPECT_TRUE(media_of_arm("file:" + absent + ",size=1M", Arm::base, destroy, "/"));
    const auto head = media_of_arm("file:" + absent + ",size=1M", Arm::head, destroy, "/");
    ASSERT_FALSE(head);
    EXPECT_EQ(head.error().kind, ErrorKind::usage);
    EXPECT_NE(head.error().message.find("absent.head exists already"), std::string::npos);
  }
}

TEST_F(GateMedia, lets_each_worker_make_its_own_directory_in_a_mounted_file_system) {
  const std::string posix = "posix:" + root_.string() + ",size=1M";
  for (const Arm arm : kArmList) EXPECT_EQ(*media_of_arm(posix, arm, false, "/"), posix);
}

TEST_F(GateMedia, deals_out_a_file_that_exists_in_thirds_of_huge_pages) {
  const std::string path = file((std::uintmax_t{14} << 20) + 5000);
  EXPECT_EQ(media("file:" + path),
            (std::vector<std::string>{"file:" + path + ",size=4194304,offset=0",
                                      "file:" + path + ",size=4194304,offset=4194304",
                                      "file:" + path + ",size=4194304,offset=8388608"}));
  EXPECT_EQ(media("file:" + path + ",offset=4M,size=1M"),
            (std::vector<std::string>{"file:" + path + ",size=1048576,offset=4194304",
                                      "file:" + path + ",size=1048576,offset=5242880",
                                      "file:" + path + ",size=1048576,offset=6291456"}));
}

TEST_F(GateMedia, deals_out_a_small_file_in_pages) {
  const std::string path = file(20000);
  EXPECT_EQ(media("file:" + path)[2], "file:" + path + ",size=4096,offset=8192");
}

TEST_F(GateMedia, deals_out_a_dax_device_in_multiples_of_its_alignment) {
  EXPECT_EQ(media("devdax:/dev/zero"),
            (std::vector<std::string>{"devdax:/dev/zero,size=4294967296,offset=0",
                                      "devdax:/dev/zero,size=4294967296,offset=4294967296",
                                      "devdax:/dev/zero,size=4294967296,offset=8589934592"}));
}

TEST_F(GateMedia, refuses_parts_that_are_not_there) {
  const std::string path = file(std::uintmax_t{14} << 20);
  EXPECT_EQ(media("file:" + path + ",size=5M")[0],
            "a gate keeps three workers on parts of " + path +
                ", and 14 MiB are too little for three of 5 MiB; ask for less, as in size=4M");
  EXPECT_EQ(media("file:" + path + ",offset=9M")[2],
            "file:" + path + ",size=1744896,offset=12926976")
      << "what is left is too small for pages of 2 MiB";
  const std::string small = file(8192);
  EXPECT_EQ(media("file:" + small)[0],
            "a gate keeps three workers on parts of " + small +
                ", and 8 KiB are too little for three of at least 4 KiB");
  EXPECT_EQ(media("devdax:/dev/zero,offset=12G")[0],
            "a gate keeps three workers on parts of /dev/zero, and 2 GiB are too little for three "
            "of at least 1 GiB");
}

TEST_F(GateMedia, takes_parts_only_of_what_may_be_overwritten) {
  const std::string path = file(std::uintmax_t{6} << 20);
  const auto refused = media_of_arm("file:" + path, Arm::base, false, "/");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_EQ(refused.error().message,
            "a gate keeps three workers on parts of " + path +
                " and writes to them again and again, which takes --destroy; or name a file that "
                "does not exist and its size, which the workers make");
}

TEST_F(GateMedia, refuses_what_one_process_claims) {
  const std::string path = file(std::uintmax_t{6} << 20);
  const auto refused = media_of_arm("block:" + path, Arm::base, true, "/");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::environment);
  EXPECT_EQ(refused.error().message,
            "a gate keeps three workers on separate media, and " + path +
                " is there only once and cannot be shared: name a file that does not exist and its "
                "size, which the workers make");
}

TEST_F(GateMedia, refuses_a_dax_device_that_is_none) {
  EXPECT_FALSE(media_of_arm("/dev/dax77.7", Arm::base, true, root_.string()));
}

TEST(GateMediaInMemory, refuses_three_media_that_do_not_fit_at_once) {
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
