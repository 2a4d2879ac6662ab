#include "dax/char_view.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>

#include "tests/fakes/fake_backend.hpp"
#include "tests/fakes/page.hpp"

namespace pmembench {
namespace {

using fakes::FakeBackend;
using fakes::one_range;

constexpr std::uint64_t kGranule = 4 * kPage;

class Char : public testing::Test {
 protected:
  Error refused(const MapRequest& request) {
    DaxReader reader = device_->make_reader();
    const ReadSection section(reader);
    const auto mapped = view_.map(section, request);
    EXPECT_FALSE(mapped.has_value());
    return mapped.has_value() ? Error{} : mapped.error();
  }

  FakeBackend fake_{16 * kPage};
  std::unique_ptr<DaxDevice> device_ =
      fake_.device({.name = "dax0.0", .alignment_bytes = kGranule, .synchronous = false});
  CharView view_{*device_};
};

TEST_F(Char, maps_whole_granules) {
  DaxReader reader = device_->make_reader();
  const ReadSection section(reader);
  const auto mapped = view_.map(section, {.offset_bytes = kGranule, .length_bytes = 2 * kGranule});
  ASSERT_TRUE(mapped.has_value());
  EXPECT_EQ(static_cast<void*>(mapped->data()), fake_.bytes() + kGranule);
  EXPECT_EQ(mapped->size(), 2 * kGranule);
}

TEST_F(Char, maps_what_direct_access_gives_in_pieces_when_they_join) {
  fake_.pages_reachable = 3;
  DaxReader reader = device_->make_reader();
  const ReadSection section(reader);
  const auto mapped = view_.map(section, {.length_bytes = 2 * kGranule});
  ASSERT_TRUE(mapped.has_value());
  EXPECT_EQ(mapped->size(), 2 * kGranule);
  EXPECT_EQ(fake_.calls.direct_access, 3);
}

// Row 20.
TEST_F(Char, refuses_private_and_unaligned_mappings) {
  const Error kind = refused({.length_bytes = kGranule, .kind = MapKind::private_mapping});
  EXPECT_EQ(kind.code, EINVAL);
  EXPECT_EQ(kind.message, "dax device 'dax0.0' gives shared mappings only; ask for a shared one");
  for (const auto& [offset, length] : {std::pair{kPage, kGranule},
                                       {std::uint64_t{0}, kPage},
                                       {kGranule, kGranule + 1},
                                       {std::uint64_t{0}, std::uint64_t{0}}}) {
    const Error error = refused({.offset_bytes = offset, .length_bytes = length});
    EXPECT_EQ(error.code, EINVAL);
    EXPECT_EQ(error.message, "a mapping of [" + std::to_string(offset) + ", +" +
                                 std::to_string(length) +
                                 ") of dax device 'dax0.0' is not made of whole granules; use "
                                 "multiples of its alignment of 16384 bytes");
  }
}

template <typename T>
concept CanRead = requires(T view, DaxReader& reader) {
  view.read(reader, nullptr, 0, 0);
}
|| requires(T view) { view.read(); }
|| requires(T view) { view.write(); }
|| requires(T view, dax_iter& iter) { view.read(iter); }
|| requires(T view, dax_iter& iter) { view.write(iter); };

// Row 20: the presentation has no read and no write.
TEST_F(Char, has_no_read_or_write) { static_assert(!CanRead<CharView>); }

// Row 31.
TEST_F(Char, refuses_a_synchronous_mapping_of_a_device_that_is_not) {
  const Error error = refused({.length_bytes = kGranule, .synchronous = true});
  EXPECT_EQ(error.code, EOPNOTSUPP);
  EXPECT_EQ(error.message,
            "dax device 'dax0.0' is not synchronous, its stores need a message to a host to be "
            "durable; map it without synchronous");
  FakeBackend other(4 * kPage);
  const auto synchronous = other.device();
  DaxReader reader = synchronous->make_reader();
  const ReadSection section(reader);
  EXPECT_TRUE(CharView(*synchronous)
                  .map(section, {.length_bytes = kPage, .synchronous = true})
                  .has_value());
}

TEST_F(Char, refuses_mappings_beyond_the_end) {
  const Error error = refused({.offset_bytes = 3 * kGranule, .length_bytes = 2 * kGranule});
  EXPECT_EQ(error.code, ENXIO);
  EXPECT_EQ(
      error.message,
      "a mapping of [49152, +32768) ends beyond dax device 'dax0.0' of 65536 bytes; map less");
  EXPECT_EQ(refused({.offset_bytes = 4 * kGranule, .length_bytes = kGranule}).code, ENXIO);
}

// Rows 18 and 24: one list of bad blocks for all presentations, and a mapping says EHWPOISON.
TEST_F(Char, shares_the_bad_blocks_of_its_device) {
  device_->bad_blocks().add(kGranule, 512);
  const Error error = refused({.length_bytes = 2 * kGranule});
  EXPECT_EQ(error.code, EHWPOISON);
  EXPECT_EQ(error.message,
            "dax device 'dax0.0' has a bad block in [0, +32768); repair it by recovery_write or "
            "map around it");
}

// Row 18: what is copied to the device is what the mapping shows, and the other way round.
TEST_F(Char, shows_the_bytes_of_its_device) {
  DaxReader reader = device_->make_reader();
  const ReadSection section(reader);
  std::array<unsigned char, 64> buffer;
  buffer.fill(0xA5);
  dax_iter out = one_range(kGranule + 100, buffer.data(), buffer.size());
  ASSERT_EQ(device_->copy_from_iter(section, out), 64);
  const auto mapped = view_.map(section, {.offset_bytes = kGranule, .length_bytes = kGranule});
  ASSERT_TRUE(mapped.has_value());
  EXPECT_EQ((*mapped)[100], std::byte{0xA5});
  EXPECT_EQ((*mapped)[164], std::byte{0});
  (*mapped)[101] = std::byte{0x5A};
  dax_iter in = one_range(kGranule + 100, buffer.data(), buffer.size());
  ASSERT_EQ(device_->copy_to_iter(section, in), 64);
  EXPECT_EQ(buffer[1], 0x5A);
}

// Rows 18 and 25: no new mapping of a dead device.
TEST_F(Char, dies_with_its_device) {
  device_->kill();
  const Error error = refused({.length_bytes = kGranule});
  EXPECT_EQ(error.code, ENXIO);
  EXPECT_EQ(error.message, "dax device 'dax0.0' is dead; open it again to map it");
}

TEST(CharOfACopyOnlyDevice, refuses_to_map) {
  FakeBackend fake(kPage);
  fake.operations.capabilities = 0;
  const auto device = fake.device({.name = "blk"});
  DaxReader reader = device->make_reader();
  const ReadSection section(reader);
  const auto mapped = CharView(*device).map(section, {.length_bytes = kPage});
  ASSERT_FALSE(mapped.has_value());
  EXPECT_EQ(mapped.error().code, EOPNOTSUPP);
  EXPECT_EQ(mapped.error().message,
            "dax device 'blk' has no direct access; it cannot be mapped, use copies");
}

TEST(CharOfAFailingDevice, passes_on_what_the_backend_said) {
  FakeBackend fake(kPage);
  const auto device = fake.device({.name = "d"});
  fake.fail_with = -EIO;
  DaxReader reader = device->make_reader();
  const ReadSection section(reader);
  const auto mapped = CharView(*device).map(section, {.length_bytes = kPage});
  ASSERT_FALSE(mapped.has_value());
  EXPECT_EQ(mapped.error().code, EIO);
  EXPECT_EQ(mapped.error().message,
            "dax device 'd' refuses direct access to [0, +4096) with errno 5; see its backend");
}

}  // namespace
}  // namespace pmembench
