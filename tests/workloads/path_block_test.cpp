// The block paths: their parameters, what they count, and what they refuse.
#include "workloads/path_block.hpp"

#include "workbench.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kSector = 4096;

Parameters defaults_of(const PathType& path, const Parameters& changed = {}) {
  Parameters parameters;
  for (const ParameterSpec& spec : path.parameters) parameters[spec.name] = spec.default_value;
  for (const auto& [key, value] : changed) parameters[key] = value;
  return parameters;
}

OpenedDevice opened_with(const char* backend) { return {{}, test_device(builtin(backend))}; }

std::string refusal_of(const char* path, OpenedDevice& opened, const Parameters& changed) {
  const PathType& type = *find_path(path);
  const auto prepared = type.prepare(opened, defaults_of(type, changed));
  return prepared ? "accepted" : prepared.error().message;
}

// `count` persists of 4 KiB at random; what the fixture counted.
std::map<std::string, std::uint64_t> counted(const char* path, OpenedDevice& opened,
                                             const Parameters& changed, std::uint64_t count) {
  const PathType& type = *find_path(path);
  auto prepared = type.prepare(opened, defaults_of(type, changed));
  EXPECT_TRUE(prepared) << prepared.error().message;
  const std::unique_ptr<PathFixture> fixture = *std::move(prepared);
  const auto way = std::move(type.make(*opened.device, fixture.get())).value();
  EXPECT_EQ(way->size_bytes(), fixture->size_bytes());
  EXPECT_TRUE(way->mapping().empty());
  std::vector<unsigned char> buffer(kSector, 7);
  dax_iter iter{};
  iter.multiplier = 6364136223846793005U;
  iter.increment = 1442695040888963407U;
  iter.slots = way->size_bytes() / kSector;
  iter.granule_bytes = iter.size_bytes = kSector;
  iter.count = count;
  iter.buffer = buffer.data();
  EXPECT_EQ(way->persist(iter), static_cast<std::int64_t>(count * kSector));
  iter.count = 3;
  EXPECT_EQ(way->read(iter), static_cast<std::int64_t>(3 * kSector));
  dax_iter flushed = iter;
  flushed.count = 2;
  EXPECT_EQ(way->flush(flushed), 0);
  EXPECT_EQ(flushed.count, 0U);
  EXPECT_EQ(way->drain(), 0);
  return fixture->counters();
}

TEST(PathBlock, counts_sectors_and_flushes) {
  for (const char* path : {"block-raw", "block-partition", "block-btt"}) {
    OpenedDevice opened = opened_with("eadr");
    EXPECT_EQ(counted(path, opened, {}, 20),
              (std::map<std::string, std::uint64_t>{
                  {"sectors_read", 3}, {"sectors_written", 20}, {"flushes", 21}}))
        << path;
  }
}

TEST(PathBlock, counts_small_sectors) {
  OpenedDevice opened = opened_with("eadr");
  EXPECT_EQ(counted("block-raw", opened, {{"sector", "512"}}, 20)["sectors_written"], 160U);
}

TEST(PathBlock, counts_erased_blocks) {
  OpenedDevice opened = opened_with("eadr");
  EXPECT_EQ(counted("block-rmw", opened, {}, 20)["blocks_erased"], 20U);
  EXPECT_EQ(counted("block-rmw", opened, {{"erase", "off"}}, 20)["blocks_erased"], 0U);
  const DeviceCounters before = opened.device->counters();
  counted("block-rmw", opened, {{"erase_block", "16384"}}, 20);
  EXPECT_EQ(opened.device->counters().bytes_copied_from - before.bytes_copied_from,
            20U * 2 * 16384);
}

TEST(PathBlock, stores_little_more_than_the_sector_for_a_btt) {
  OpenedDevice opened = opened_with("clflush");
  const PathType& type = *find_path("block-btt");
  const auto fixture = std::move(type.prepare(opened, defaults_of(type))).value();
  const auto way = std::move(type.make(*opened.device, fixture.get())).value();
  std::vector<unsigned char> buffer(kSector, 7);
  dax_iter iter{};
  iter.multiplier = 1;
  iter.slots = 1;
  iter.size_bytes = kSector;
  iter.count = 100;
  iter.buffer = buffer.data();
  const DeviceCounters before = opened.device->counters();
  ASSERT_EQ(way->persist(iter), static_cast<std::int64_t>(100 * kSector));
  const DeviceCounters after = opened.device->counters();
  const double asked = 100 * kSector;
  EXPECT_LE(static_cast<double>(after.bytes_copied_from - before.bytes_copied_from), 1.06 * asked);
  EXPECT_LE(static_cast<double>(after.lines_flushed - before.lines_flushed) * 64, 1.06 * asked);
}

TEST(PathBlock, asks_for_ranges_of_whole_sectors) {
  for (const char* path : {"block-raw", "block-partition", "block-btt", "block-rmw", "kernel"}) {
    const PathType& type = *find_path(path);
    EXPECT_EQ(type.granule_bytes(defaults_of(type)), 4096U);
    EXPECT_EQ(type.granule_bytes(defaults_of(type, {{"sector", "512"}})), 512U);
    EXPECT_EQ(type.granule_bytes(defaults_of(type, {{"sector", "0"}})), 1U) << "never divides by 0";
    EXPECT_FALSE(type.needs_direct_access);
    for (const ParameterSpec& spec : type.parameters) EXPECT_FALSE(spec.help.empty());
  }
}

// What is in front of a partition is not its own.
TEST(PathBlock, keeps_a_partition_to_its_sectors) {
  OpenedDevice opened = opened_with("eadr");
  const PathType& type = *find_path("block-partition");
  auto prepared = type.prepare(opened, defaults_of(type, {{"partition_start", "8192"}}));
  ASSERT_TRUE(prepared) << prepared.error().message;
  const std::unique_ptr<PathFixture> fixture = *std::move(prepared);
  EXPECT_EQ(fixture->size_bytes(), opened.device->size_bytes() - 8192);
  const auto way = std::move(type.make(*opened.device, fixture.get())).value();
  std::vector<unsigned char> stamp(kSector, 0xA5);
  dax_iter first{};
  first.multiplier = 1;
  first.slots = 1;
  first.granule_bytes = first.size_bytes = kSector;
  first.count = 1;
  first.buffer = stamp.data();
  ASSERT_EQ(way->persist(first), static_cast<std::int64_t>(kSector));
  const auto direct = std::move(find_path("direct")->make(*opened.device, nullptr)).value();
  const std::span<std::byte> bytes = direct->mapping();
  EXPECT_EQ(bytes[8191], std::byte{0});
  EXPECT_EQ(bytes[8192], std::byte{0xA5});
  EXPECT_EQ(bytes[8192 + kSector], std::byte{0});
}

TEST(PathBlock, refuses_a_partition_that_is_no_part_of_the_device) {
  const PathType& type = *find_path("block-partition");
  const auto check = [&](const Parameters& changed) {
    const Status status = type.check(defaults_of(type, changed), 1 << 20);
    return status ? std::string() : status.error().message;
  };
  EXPECT_EQ(check({}), "");
  EXPECT_EQ(check({{"partition_start", "100"}}),
            "partition_start 100 is not a multiple of the sector of 4096 bytes");
  EXPECT_EQ(check({{"partition_start", "1048576"}}),
            "partition_start 1048576 leaves no sector of the 1048576 bytes of the medium");
}

TEST(PathBlock, refuses_parameters_that_make_no_device) {
  OpenedDevice opened = opened_with("eadr");
  EXPECT_EQ(refusal_of("block-raw", opened, {{"sector", "1024"}}),
            "a raw block device over 'test' cannot have sectors of 1024 bytes; use 512 or 4096");
  EXPECT_EQ(refusal_of("block-btt", opened, {{"sector", "0"}}),
            "a btt over 'test' cannot have sectors of 0 bytes; use 512 or 4096");
  EXPECT_EQ(refusal_of("block-raw", opened, {{"sector", "4294971392"}}),
            "a raw block device over 'test' cannot have sectors of 4294967295 bytes; use 512 or "
            "4096");
  EXPECT_EQ(refusal_of("block-rmw", opened, {{"erase_block", "3000"}}),
            "an rmw block device over 'test': erase_block 3000 is not a power of two from the "
            "sector of 4096 bytes to 67108864; give one");
  EXPECT_EQ(refusal_of("kernel", opened, {}),
            "a kernel block device over 'test' needs a backend that goes through the kernel's "
            "block path, and backend eadr does not; use backend block");
}

}  // namespace
}  // namespace pmembench
