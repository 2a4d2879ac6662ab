#include "workloads/line_load.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "workbench.hpp"

namespace pmembench {
namespace {

dax_iter ranges(std::uint64_t offset_bytes, std::uint64_t size_bytes, std::uint64_t count) {
  dax_iter iter{};
  iter.multiplier = 1;
  iter.increment = ~std::uint64_t{0} / count + 1;  // one slot after the other
  iter.slots = count;
  iter.offset_bytes = offset_bytes;
  iter.granule_bytes = iter.size_bytes = size_bytes;
  iter.count = count;
  return iter;
}

std::vector<unsigned char> numbered(std::size_t size) {
  std::vector<unsigned char> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<unsigned char>(i * 37 + i / 256);
  return bytes;
}

TEST(LineLoad, adds_words_and_the_bytes_behind_them) {
  const std::vector<unsigned char> bytes{1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 5};
  EXPECT_EQ(sum_of_words(bytes.data(), 8), 1U);
  EXPECT_EQ(sum_of_words(bytes.data(), 16), 4U);
  EXPECT_EQ(sum_of_words(bytes.data(), 18), 4U + 0x500U);
}

TEST(LineLoad, loads_every_length_at_every_offset) {
  const LoadRanges load = load_ranges_for_this_cpu();
  const std::vector<unsigned char> bytes = numbered(1024);
  for (std::size_t offset = 0; offset < 64; ++offset) {
    for (std::size_t size = 1; size < 300; ++size) {
      dax_iter iter = ranges(offset, size, 1);
      ASSERT_EQ(load(bytes.data(), iter, 0), sum_of_words(bytes.data() + offset, size))
          << offset << " " << size;
      ASSERT_EQ(iter.count, 0U);
    }
  }
}

TEST(LineLoad, sees_each_byte_of_each_range_of_a_batch) {
  const LoadRanges load = load_ranges_for_this_cpu();
  std::vector<unsigned char> bytes = numbered(1000);
  dax_iter whole = ranges(0, 200, 5);
  const std::uint64_t sum = load(bytes.data(), whole, 7);
  for (unsigned char& byte : bytes) {
    byte ^= 1;
    dax_iter again = ranges(0, 200, 5);
    ASSERT_NE(load(bytes.data(), again, 7), sum) << &byte - bytes.data();
    byte ^= 1;
  }
}

class LoadsOnAPath : public testing::TestWithParam<std::string> {};

TEST_P(LoadsOnAPath, add_what_the_device_contains_and_write_no_buffer) {
  const auto device = test_device(builtin("movnt"));
  auto path = find_path(GetParam())->make(*device, nullptr);
  ASSERT_TRUE(path);
  std::vector<unsigned char> bytes = numbered(4096);
  dax_iter write = ranges(0, bytes.size(), 1);
  write.buffer = bytes.data();
  ASSERT_EQ((*path)->persist(write), 4096);
  dax_iter iter = ranges(64, 100, 3);  // no buffer
  std::uint64_t sum = 0;
  EXPECT_EQ((*path)->load(iter, sum), 300);
  std::uint64_t expected = 0;
  dax_iter again = ranges(64, 100, 3);
  for (int i = 0; i < 3; ++i) {
    expected += sum_of_words(bytes.data() + dax_iter_next(&again), 100);
  }
  EXPECT_EQ(sum, expected);
  EXPECT_EQ(device->counters().bytes_copied_to, 300U);
}
INSTANTIATE_TEST_SUITE_P(ThatHaveAddresses, LoadsOnAPath,
                         testing::Values("direct", "flags", "mapped", "char"));

TEST(LineLoad, is_refused_by_a_path_without_addresses) {
  for (const PathType& path : path_list()) {
    const bool expected = path.name == "direct" || path.name == "flags" || path.name == "mapped" ||
                          path.name == "char";
    EXPECT_EQ(path.loads, expected) << path.name;
  }
}

// A path whose load leaves out the last byte of each range.
class CarelessPath final : public Path {
 public:
  CarelessPath(std::unique_ptr<Path> path, bool careless)
      : path_(std::move(path)), careless_(careless) {}
  std::uint64_t size_bytes() const override { return path_->size_bytes(); }
  std::int64_t read(dax_iter& iter) override { return path_->read(iter); }
  std::int64_t write(dax_iter& iter) override { return path_->write(iter); }
  std::int64_t persist(dax_iter& iter) override { return path_->persist(iter); }
  std::int64_t flush(dax_iter& iter) override { return path_->flush(iter); }
  int drain() override { return path_->drain(); }
  std::span<std::byte> mapping() override { return path_->mapping(); }
  std::int64_t load(dax_iter& iter, std::uint64_t& sum) override {
    if (!careless_) return path_->load(iter, sum);
    const std::uint64_t size_bytes = iter.size_bytes;
    const auto bytes = static_cast<std::int64_t>(iter.count * size_bytes);
    iter.size_bytes = size_bytes - 1;
    const std::int64_t loaded = path_->load(iter, sum);
    iter.size_bytes = size_bytes;
    return loaded < 0 ? loaded : bytes;
  }

 private:
  std::unique_ptr<Path> path_;
  bool careless_;
};

Status verified(bool careless, bool with_timed) {
  const auto device = test_device(builtin("movnt"));
  auto inner = find_path("direct")->make(*device, nullptr);
  CarelessPath path(*std::move(inner), careless);
  const Parameters parameters =
      parameters_of("random", {{"access", "load"}, {"operation_size", "256"}});
  const auto workload = find_workload("random")->make(parameters, path, {0, 1, 11});
  if (const Status prepared = workload->prepare(); !prepared) return prepared;
  if (with_timed && workload->run(1000).operations != 1000) {
    return runtime_error("{}", workload->failure());
  }
  return workload->verify();
}

TEST(LineLoad, is_verified_and_a_load_that_leaves_out_a_byte_is_found) {
  EXPECT_TRUE(verified(false, true)) << verified(false, true).error().message;
  EXPECT_TRUE(verified(false, false));
  EXPECT_FALSE(verified(true, true));
  EXPECT_FALSE(verified(true, false));
}

}  // namespace
}  // namespace pmembench
