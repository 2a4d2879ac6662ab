#include "workloads/path_char.hpp"

#include <gmock/gmock.h>

#include "workbench.hpp"

namespace pmembench {
namespace {

// 1 MiB whose mappings begin and end at multiples of `alignment_bytes`.
std::unique_ptr<DaxDevice> aligned_device(std::uint64_t size_bytes, std::uint64_t alignment_bytes) {
  auto medium = std::make_unique<TestMedium>(size_bytes);
  dax_mapping* mapping = medium->mapping();
  DeviceFacts facts;
  facts.name = "test";
  facts.size_bytes = size_bytes;
  facts.alignment_bytes = alignment_bytes;
  auto device = DaxDevice::allocate(facts, builtin("movnt"), mapping, std::move(medium));
  EXPECT_TRUE(device) << device.error().message;
  return *std::move(device);
}

TEST(CharPath, reads_what_the_direct_path_wrote_and_the_other_way_round) {
  const auto device = test_device(builtin("movnt"));
  auto through = find_path("char")->make(*device, nullptr);
  auto direct = find_path("direct")->make(*device, nullptr);
  ASSERT_TRUE(through && direct) << through.error().message;
  std::vector<unsigned char> bytes(100, 7), found(100);
  dax_iter write = one_range(33, bytes);
  EXPECT_EQ((*direct)->persist(write), 100);
  dax_iter read = one_range(33, found);
  EXPECT_EQ((*through)->read(read), 100);
  EXPECT_EQ(found, bytes);
  std::fill(bytes.begin(), bytes.end(), static_cast<unsigned char>(9));
  write = one_range(5000, bytes);
  EXPECT_EQ((*through)->persist(write), 100);
  read = one_range(5000, found);
  EXPECT_EQ((*direct)->read(read), 100);
  EXPECT_EQ(found, bytes);
}

TEST(CharPath, flushes_its_own_stores) {
  const auto device = test_device(builtin("movnt"));
  auto path = find_path("char")->make(*device, nullptr);
  ASSERT_TRUE(path);
  std::vector<unsigned char> bytes(4096, 7);
  dax_iter write = one_range(0, bytes);
  ASSERT_EQ((*path)->persist(write), 4096);
  EXPECT_EQ(device->counters().lines_flushed, 64u);
}

TEST(CharPath, is_refused_where_the_device_is_not_made_of_whole_granules) {
  const auto fits = aligned_device(4 << 20, 2 << 20);
  EXPECT_TRUE(make_char_path(*fits, nullptr));
  const auto odd = aligned_device(3 << 20, 2 << 20);
  const auto refused = make_char_path(*odd, nullptr);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("path 'char' cannot be used on test"));
  EXPECT_THAT(refused.error().message, testing::HasSubstr("alignment of 2097152 bytes"));
}

TEST(CharPath, fails_with_enxio_once_the_device_is_dead) {
  const auto device = test_device(builtin("movnt"));
  auto path = find_path("char")->make(*device, nullptr);
  ASSERT_TRUE(path);
  device->kill();
  std::vector<unsigned char> bytes(64);
  dax_iter read = one_range(0, bytes);
  EXPECT_EQ((*path)->read(read), -ENXIO);
  std::uint64_t sum = 0;
  read = one_range(0, bytes);
  EXPECT_EQ((*path)->load(read, sum), -ENXIO);
}

}  // namespace
}  // namespace pmembench
