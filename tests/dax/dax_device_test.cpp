// The device's life, flags and counters. Rows: those of the checklist in the DAX facts.
// Row 2 is this whole program: it links the dax library and what lies below it, no block code.
#include "dax/dax_device.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <thread>

#include "tests/fakes/fake_backend.hpp"
#include "tests/fakes/page.hpp"

namespace pmembench {
namespace {

using fakes::FakeBackend;
using fakes::one_range;
using fakes::ranges_in_a_row;

Error refused(Result<std::unique_ptr<DaxDevice>> result) {
  EXPECT_FALSE(result.has_value());
  return result.has_value() ? Error{} : result.error();
}

// ---- birth ----

TEST(DaxDevice, refuses_a_size_that_is_not_whole_pages) {
  FakeBackend fake(kPage);
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{100}, kPage + 1}) {
    const Error error = refused(DaxDevice::allocate({.name = "pmem7", .size_bytes = size},
                                                    &fake.operations, &fake, nullptr));
    EXPECT_EQ(error.code, EINVAL);
    EXPECT_EQ(error.message, "dax device 'pmem7': its size of " + std::to_string(size) +
                                 " bytes is not a positive multiple of the page size of 4096 "
                                 "bytes; round it to whole pages");
  }
}

TEST(DaxDevice, refuses_an_alignment_that_is_not_whole_pages) {
  FakeBackend fake(kPage);
  const Error error =
      refused(DaxDevice::allocate({.name = "pmem7", .size_bytes = kPage, .alignment_bytes = 64},
                                  &fake.operations, &fake, nullptr));
  EXPECT_EQ(error.code, EINVAL);
  EXPECT_EQ(error.message,
            "dax device 'pmem7': its mapping alignment of 64 bytes is not a positive multiple of "
            "the page size of 4096 bytes; give whole pages");
}

// Row 32, and the other required operations with it.
TEST(DaxDevice, refuses_operations_without_a_required_one) {
  const auto message_without = [](auto member, const char* name) {
    FakeBackend fake(kPage);
    fake.operations.*member = nullptr;
    const Error error = refused(
        DaxDevice::allocate({.name = "d", .size_bytes = kPage}, &fake.operations, &fake, nullptr));
    EXPECT_EQ(error.code, EINVAL) << name;
    EXPECT_EQ(error.message, std::string("dax device 'd': its operations are refused: they lack ") +
                                 name + ", which is required; fix the backend");
  };
  message_without(&dax_operations::zero_page_range, "zero_page_range");
  message_without(&dax_operations::copy_from_iter, "copy_from_iter");
  message_without(&dax_operations::copy_to_iter, "copy_to_iter");
  message_without(&dax_operations::flush, "flush");
  message_without(&dax_operations::drain, "drain");
}

TEST(DaxDevice, refuses_what_is_no_table) {
  FakeBackend fake(kPage);
  fake.operations.magic = 0;
  EXPECT_EQ(refused(DaxDevice::allocate({.name = "d", .size_bytes = kPage}, &fake.operations, &fake,
                                        nullptr))
                .message,
            "dax device 'd': its operations are refused: they are not a dax_operations table; "
            "fix the backend");
}

TEST(DaxDevice, refuses_operations_of_a_mapping_without_a_mapping_that_is_large_enough) {
  FakeBackend fake(kPage);
  fake.operations.direct_access = nullptr;
  EXPECT_EQ(refused(DaxDevice::allocate({.name = "d", .size_bytes = kPage}, &fake.operations,
                                        nullptr, nullptr))
                .message,
            "dax device 'd': its operations are refused: they have no open, and no mapping was "
            "given as their handle; fix the backend");
  dax_mapping mapping{sizeof(dax_mapping), 16, 0, fake.bytes(), kPage, 0, 0};
  EXPECT_EQ(refused(DaxDevice::allocate({.name = "d", .size_bytes = 2 * kPage}, &fake.operations,
                                        &mapping, nullptr))
                .message,
            "dax device 'd': its operations are refused: the mapping is smaller than the device; "
            "fix the backend");
}

// An older table is shorter: what lies behind its end is null, whatever the memory there holds.
TEST(DaxDevice, takes_an_operation_beyond_the_tables_size_for_null) {
  FakeBackend fake(kPage);
  fake.operations.struct_size = offsetof(dax_operations, recovery_write);
  const auto device = fake.device();
  DaxReader reader = device->make_reader();
  const ReadSection section(reader);
  std::array<unsigned char, 64> buffer{};
  dax_iter recovery = one_range(0, buffer.data(), buffer.size());
  EXPECT_EQ(device->recovery_write(section, recovery), 0);
  EXPECT_EQ(fake.calls.recovery, 0);
  dax_iter persist = one_range(0, buffer.data(), buffer.size());
  EXPECT_EQ(device->persist_from_iter(section, persist), 64);
  EXPECT_EQ(fake.calls.persist, 0);
  EXPECT_EQ(fake.calls.copy_from, 1);
}

TEST(DaxDevice, refuses_a_table_too_short_for_zero_page_range) {
  FakeBackend fake(kPage);
  fake.operations.struct_size = offsetof(dax_operations, zero_page_range);
  EXPECT_EQ(refused(DaxDevice::allocate({.name = "d", .size_bytes = kPage}, &fake.operations, &fake,
                                        nullptr))
                .code,
            EINVAL);
}

TEST(DaxDevice, keeps_its_facts) {
  FakeBackend fake(2 * kPage);
  const auto device = fake.device(
      {.name = "dax1.0", .alignment_bytes = 2 * kPage, .synchronous = false, .node = 3});
  EXPECT_EQ(device->name(), "dax1.0");
  EXPECT_EQ(device->size_bytes(), 2 * kPage);
  EXPECT_EQ(device->facts().alignment_bytes, 2 * kPage);
  EXPECT_EQ(device->facts().node, 3);
  EXPECT_FALSE(device->synchronous());
  EXPECT_EQ(device->operations(), &fake.operations);
  EXPECT_TRUE(device->alive());
}

// Row 1.
TEST(DaxDevice, runs_its_own_operations_and_no_other_devices) {
  FakeBackend first(kPage);
  FakeBackend second(kPage);
  const auto one = first.device();
  const auto two = second.device();
  DaxReader reader = one->make_reader();
  DaxReader other = two->make_reader();
  std::array<unsigned char, 128> buffer{};
  {
    const ReadSection section(reader);
    dax_iter iter = one_range(0, buffer.data(), 128);
    EXPECT_EQ(one->copy_from_iter(section, iter), 128);
  }
  {
    const ReadSection section(other);
    dax_iter iter = one_range(0, buffer.data(), 64);
    EXPECT_EQ(two->copy_to_iter(section, iter), 64);
  }
  EXPECT_EQ(one->counters(), (DeviceCounters{.bytes_copied_from = 128}));
  EXPECT_EQ(two->counters(), (DeviceCounters{.bytes_copied_to = 64}));
  EXPECT_EQ(first.calls.copy_from, 1);
  EXPECT_EQ(first.calls.copy_to, 0);
  EXPECT_EQ(second.calls.copy_from, 0);
  EXPECT_EQ(second.calls.copy_to, 1);
}

TEST(DaxDevice, counts_for_readers_that_are_gone_too) {
  FakeBackend fake(kPage);
  const auto device = fake.device();
  std::array<unsigned char, 64> buffer{};
  for (int i = 0; i < 3; ++i) {
    DaxReader reader = device->make_reader();
    const ReadSection section(reader);
    dax_iter iter = one_range(0, buffer.data(), 64);
    EXPECT_EQ(device->copy_from_iter(section, iter), 64);
  }
  EXPECT_EQ(device->counters().bytes_copied_from, 192U);
}

// ---- operations, late ----

// Row 33.
TEST(DaxDevice, takes_operations_late_once_and_gives_them_up) {
  FakeBackend fake(kPage);
  auto device =
      std::move(DaxDevice::allocate({.name = "d", .size_bytes = kPage}, nullptr, nullptr, nullptr))
          .value();
  DaxReader reader = device->make_reader();
  std::array<unsigned char, 64> buffer{};
  void* address = nullptr;
  const auto all_say = [&](int expected) {
    const ReadSection section(reader);
    dax_iter iter = one_range(0, buffer.data(), 64);
    EXPECT_EQ(device->direct_access(section, 0, 1, DAX_ACCESS, &address), expected);
    EXPECT_EQ(device->copy_from_iter(section, iter), expected);
    EXPECT_EQ(device->copy_to_iter(section, iter), expected);
    EXPECT_EQ(device->persist_from_iter(section, iter), expected);
    EXPECT_EQ(device->recovery_write(section, iter), expected);
    EXPECT_EQ(device->zero_page_range(section, 0, 1), expected);
    EXPECT_EQ(device->flush(reader, iter), expected);
    EXPECT_EQ(device->drain(reader), expected);
  };
  EXPECT_EQ(device->operations(), nullptr);
  all_say(-EOPNOTSUPP);
  EXPECT_EQ(device->set_operations(&fake.operations, &fake), 0);
  EXPECT_EQ(device->set_operations(&fake.operations, &fake), -EBUSY);
  {
    const ReadSection section(reader);
    dax_iter iter = one_range(0, buffer.data(), 64);
    EXPECT_EQ(device->copy_from_iter(section, iter), 64);
  }
  EXPECT_EQ(device->set_operations(nullptr, nullptr), 0);
  EXPECT_EQ(device->set_operations(nullptr, nullptr), 0);
  all_say(-EOPNOTSUPP);
  fake.operations.zero_page_range = nullptr;
  EXPECT_EQ(device->set_operations(&fake.operations, &fake), -EINVAL);
}

}  // namespace
}  // namespace pmembench
