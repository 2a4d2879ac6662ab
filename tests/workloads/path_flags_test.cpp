#include "workloads/path_flags.hpp"

#include <gtest/gtest.h>

#include "workbench.hpp"

namespace pmembench {
namespace {

std::unique_ptr<DaxDevice> host_mapped_device(const char* backend) {
  auto medium = std::make_unique<TestMedium>(1 << 20);
  dax_mapping* const mapping = medium->mapping();
  DeviceFacts facts;
  facts.name = "test";
  facts.size_bytes = 1 << 20;
  facts.host_mapped = true;
  return *DaxDevice::allocate(facts, builtin(backend), mapping, std::move(medium));
}

// The same batch by the table and by the flags: bytes, counters and where the batch ends.
TEST(PathFlags, does_the_same_work_as_the_table_of_operations) {
  for (const char* backend : {"movnt", "clflush"}) {
    DeviceCounters by[2];
    std::vector<unsigned char> content[2];
    for (const int which : {0, 1}) {
      const auto device = host_mapped_device(backend);
      auto path = *find_path(which == 0 ? "direct" : "flags")->make(*device, nullptr);
      std::vector<unsigned char> buffer(4096, 0x5A);
      for (const std::uint64_t offset : {0, 8192, 100}) {
        dax_iter iter = one_range(offset, buffer);
        EXPECT_EQ(path->persist(iter), 4096);
        iter = one_range(offset + 65536, buffer);
        EXPECT_EQ(path->write(iter), 4096);
        iter = one_range(offset, buffer);
        EXPECT_EQ(path->read(iter), 4096);
        EXPECT_EQ(iter.count, 0U);
      }
      const auto* const bytes =
          static_cast<const unsigned char*>(static_cast<const void*>(path->mapping().data()));
      content[which].assign(bytes, bytes + (1 << 20));
      by[which] = device->counters();
      by[which].direct_accesses = 0;
    }
    EXPECT_EQ(by[0], by[1]) << backend;
    EXPECT_EQ(content[0], content[1]) << backend;
  }
}

TEST(PathFlags, keeps_to_liveness_bad_blocks_and_the_write_cache) {
  const auto device = host_mapped_device("clflush");
  auto path = *find_path("flags")->make(*device, nullptr);
  std::vector<unsigned char> buffer(4096, 1);
  device->set_write_cache(false);
  dax_iter iter = one_range(0, buffer);
  EXPECT_EQ(path->persist(iter), 4096);
  EXPECT_EQ(device->counters().lines_flushed, 0U);
  device->bad_blocks().add(0, 512);
  iter = one_range(0, buffer);
  EXPECT_EQ(path->read(iter), 0);
  device->bad_blocks().clear(0, 512);
  device->kill();
  iter = one_range(0, buffer);
  EXPECT_EQ(path->persist(iter), 0);
}

TEST(PathFlags, is_refused_where_the_host_has_no_mapping) {
  const auto device = test_device(builtin("movnt"));
  const auto path = find_path("flags")->make(*device, nullptr);
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().kind, ErrorKind::environment);
}

}  // namespace
}  // namespace pmembench
