#include "workloads/path_mapped.hpp"

#include <gtest/gtest.h>

#include "workbench.hpp"

namespace pmembench {
namespace {

TEST(MappedPath, reads_what_the_direct_path_wrote_and_the_other_way_round) {
  const auto device = test_device(builtin("movnt"));
  auto mapped = find_path("mapped")->make(*device, nullptr);
  auto direct = find_path("direct")->make(*device, nullptr);
  ASSERT_TRUE(mapped && direct);
  std::vector<unsigned char> bytes(100, 7), found(100);
  dax_iter write = one_range(33, bytes);
  EXPECT_EQ((*direct)->persist(write), 100);
  dax_iter read = one_range(33, found);
  EXPECT_EQ((*mapped)->read(read), 100);
  EXPECT_EQ(found, bytes);
  std::fill(bytes.begin(), bytes.end(), static_cast<unsigned char>(9));
  write = one_range(5000, bytes);
  EXPECT_EQ((*mapped)->persist(write), 100);
  read = one_range(5000, found);
  EXPECT_EQ((*direct)->read(read), 100);
  EXPECT_EQ(found, bytes);
}

// The backend's own copies need no flush with movnt; the stores of this path do.
TEST(MappedPath, flushes_its_own_stores_on_a_backend_whose_copies_need_none) {
  const auto device = test_device(builtin("movnt"));
  auto mapped = find_path("mapped")->make(*device, nullptr);
  std::vector<unsigned char> bytes(4096, 7);
  dax_iter write = one_range(0, bytes);
  ASSERT_EQ((*mapped)->persist(write), 4096);
  EXPECT_EQ(device->counters().lines_flushed, 64u);
  EXPECT_EQ(device->counters().drains, 1u);
}

TEST(MappedPath, is_refused_where_addresses_have_gaps) {
  dax_operations operations = *builtin("eadr");
  operations.capabilities &= ~DAX_CAP_DIRECT_ACCESS;
  const auto device = test_device(&operations);
  const auto refused = make_mapped_path(*device, nullptr);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "path 'mapped' cannot be used on test: its direct_access does not reach all bytes in "
            "one piece; use path 'direct'");
}

TEST(MappedPath, stops_on_a_dead_device) {
  const auto device = test_device(builtin("eadr"));
  auto mapped = find_path("mapped")->make(*device, nullptr);
  device->kill();
  std::vector<unsigned char> bytes(64);
  dax_iter read = one_range(0, bytes);
  EXPECT_EQ((*mapped)->read(read), -ENXIO);
}

}  // namespace
}  // namespace pmembench
