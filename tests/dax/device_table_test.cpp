#include "dax/device_table.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

#include "loop_device.hpp"
#include "scratch_folder.hpp"
#include "tests/fakes/fake_backend.hpp"

namespace pmembench {
namespace {

class DeviceTableTest : public testing::Test {
 protected:
  Result<unsigned> add(const std::string& medium) {
    devices_.push_back(fake_.device({.name = medium}));
    return table_.add(*parse_media(medium), *devices_.back());
  }
  unsigned id_of(const std::string& word) {
    const DeviceEntry* const entry = table_.find(word);
    return entry == nullptr ? 0 : entry->id;
  }
  const ScratchFolder folder_;
  fakes::FakeBackend fake_{1 << 20};
  std::vector<std::unique_ptr<DaxDevice>> devices_;
  DeviceTable table_;
};

TEST_F(DeviceTableTest, gives_one_id_by_every_spelling) {
  const std::string path = folder_.file("medium", "x");
  std::filesystem::create_symlink(path, folder_.at("link"));
  ASSERT_EQ(*add("dram:1M"), 1U);
  ASSERT_EQ(*add("file:" + path), 2U);
  ASSERT_EQ(*add("/dev/null"), 3U) << "a character device";
  for (const std::string& word : std::vector<std::string>{"#2", "2", "file:" + path, path}) {
    EXPECT_EQ(id_of(word), 2U) << word;
  }
  EXPECT_EQ(id_of(folder_.at("link")), 2U);
  EXPECT_EQ(id_of("dram:1M"), 1U);
  EXPECT_EQ(id_of("null"), 3U) << "by its name";
  EXPECT_EQ(id_of("1:3"), 3U) << "by its number";
  EXPECT_EQ(id_of("/dev/null"), 3U);
}

TEST_F(DeviceTableTest, finds_and_never_makes) {
  ASSERT_TRUE(add("dram:1M"));
  for (const char* word : {"", "#0", "#9", "9:9", "99999999:0", "/dev/zero", "dram:2M", "none"}) {
    EXPECT_EQ(table_.find(word), nullptr) << word;
  }
  EXPECT_EQ(id_of(folder_.at("not-there")), 0U);
  EXPECT_FALSE(std::filesystem::exists(folder_.at("not-there")));
  EXPECT_EQ(table_.entries().size(), 1U);
}

TEST_F(DeviceTableTest, refuses_a_second_device_on_one_medium_by_any_name) {
  const std::string path = folder_.file("medium", "x");
  std::filesystem::create_hard_link(path, folder_.at("other"));
  ASSERT_TRUE(add("file:" + path));
  const auto again = add("file:" + folder_.at("other"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, EBUSY);
  EXPECT_THAT(again.error().message, testing::HasSubstr("device #1 already"));
  EXPECT_TRUE(add("dram:1M"));
  EXPECT_TRUE(add("dram:1M")) << "memory is other memory each time";
  table_.remove(1);
  EXPECT_EQ(id_of("#1"), 0U);
  const auto back = add("file:" + folder_.at("other"));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, 4U) << "an id is never used twice";
}

TEST_F(DeviceTableTest, finds_the_file_beneath_a_loop_device) {
  const std::string path = folder_.file("backing", std::string(1 << 20, '\0'));
  const LoopDevice loop(path);
  if (loop.path().empty()) GTEST_SKIP() << "no loop device can be attached";
  ASSERT_TRUE(add("file:" + path));
  EXPECT_EQ(id_of(loop.path()), 1U);
}

}  // namespace
}  // namespace pmembench
