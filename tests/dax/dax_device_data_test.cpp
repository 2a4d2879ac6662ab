// The device's addresses and copies: return rules, bad blocks, counters.
#include "tests/dax/data_fixture.hpp"

namespace pmembench {
namespace {

// ---- direct_access ----

TEST_F(Data, direct_access_gives_the_address_and_at_most_what_was_asked) {
  EXPECT_EQ(access(3, 2), 2);  // the driver says 13
  EXPECT_EQ(address_, fake_.bytes() + 3 * kPage);
  EXPECT_EQ(device().counters().direct_accesses, 1U);
}

TEST_F(Data, direct_access_follows_the_kernels_return_rules) {
  EXPECT_EQ(access(0, 0), -EINVAL);
  EXPECT_EQ(access(0, 1, 2), -EINVAL);
  EXPECT_EQ(access(kPages, 1), -ERANGE);
  EXPECT_EQ(access(UINT64_MAX, 1), -ERANGE);
  EXPECT_EQ(fake_.calls.direct_access, 0);
  fake_.pages_reachable = 0;
  EXPECT_EQ(access(0, 1), -ERANGE);
  fake_.pages_reachable = 5;
  EXPECT_EQ(access(0, 8), 5);
  fake_.fail_with = -EIO;
  EXPECT_EQ(access(0, 8), -EIO);
}

TEST_F(Data, direct_access_is_refused_where_the_backend_has_none) {
  fake_.operations.capabilities &= ~DAX_CAP_DIRECT_ACCESS;
  EXPECT_EQ(access(0, 1), -EOPNOTSUPP);
  EXPECT_EQ(access(0, 0), -EOPNOTSUPP);  // this question comes first, as in the kernel
  EXPECT_EQ(fake_.calls.direct_access, 0);
}

int never_opened(const dax_host_info*, const dax_media_info*, void**, std::uint64_t*, char*,
                 std::uint64_t) {
  return -EIO;
}

TEST_F(Data, direct_access_is_refused_where_a_backend_that_opens_lacks_it) {
  fake_.operations.open = &never_opened;
  fake_.operations.direct_access = nullptr;
  EXPECT_EQ(access(0, 1), -EOPNOTSUPP);
}

TEST(DataOfAMapping, direct_access_is_answered_from_the_hosts_mapping) {
  FakeBackend fake(4 * kPage);
  fake.operations.direct_access = nullptr;
  dax_mapping mapping{sizeof(dax_mapping), 16, 0, fake.bytes(), 4 * kPage, 0, 0};
  auto device = std::move(DaxDevice::allocate({.name = "d", .size_bytes = 4 * kPage},
                                              &fake.operations, &mapping, nullptr))
                    .value();
  DaxReader reader = device->make_reader();
  const ReadSection section(reader);
  void* address = nullptr;
  EXPECT_EQ(device->direct_access(section, 1, UINT64_MAX, DAX_ACCESS, &address), 3);
  EXPECT_EQ(address, fake.bytes() + kPage);
  EXPECT_EQ(device->direct_access(section, 4, 1, DAX_ACCESS, &address), -ERANGE);
  EXPECT_EQ(device->counters().direct_accesses, 1U);
}

// Row 22.
TEST_F(Data, direct_access_reaches_all_that_is_left_while_no_block_is_bad) {
  EXPECT_EQ(access(2, UINT64_MAX), static_cast<std::int64_t>(kPages - 2));
}

TEST_F(Data, direct_access_asks_for_exactly_the_pages_when_a_block_elsewhere_is_bad) {
  bad(10 * kPage, 512);
  EXPECT_EQ(access(2, 3), 3);
  EXPECT_EQ(fake_.last_pages_asked, 3U);
  EXPECT_EQ(access(12, 100), 4);  // but not beyond the end
}

TEST_F(Data, direct_access_meets_a_bad_block_with_ehwpoison) {
  bad(5 * kPage + 1024, 512);
  EXPECT_EQ(access(5, 1), -EHWPOISON);
  EXPECT_EQ(access(2, 4), -EHWPOISON);
  EXPECT_EQ(access(2, UINT64_MAX), -EHWPOISON);
  EXPECT_EQ(access(2, 3), 3);
  EXPECT_EQ(fake_.calls.direct_access, 1);
}

TEST_F(Data, direct_access_for_recovery_stops_before_the_bad_page_or_gives_it_alone) {
  bad(5 * kPage + 1024, 512);
  EXPECT_EQ(access(2, 8, DAX_RECOVERY_WRITE), 3);
  EXPECT_EQ(access(5, 8, DAX_RECOVERY_WRITE), 1);
  EXPECT_EQ(access(6, 8, DAX_RECOVERY_WRITE), 8);
}

// ---- copies ----

TEST_F(Data, copies_move_bytes_and_count_them) {
  dax_iter out = ranges_in_a_row(kPage, buffer_.data(), 256, 4);
  EXPECT_EQ(write(out), 1024);
  EXPECT_EQ(out.count, 0U);
  std::array<unsigned char, 256> back{};
  dax_iter in = one_range(kPage + 768, back.data(), 256);
  EXPECT_EQ(read(in), 256);
  EXPECT_TRUE(std::equal(back.begin(), back.end(), buffer_.begin()));
  EXPECT_EQ(fake_.calls.copy_from, 1);  // one call a batch
  EXPECT_EQ(device().counters(),
            (DeviceCounters{.bytes_copied_from = 1024, .bytes_copied_to = 256}));
}

TEST_F(Data, copies_that_stop_short_say_how_far_they_came_and_can_go_on) {
  fake_.ranges_before_stop = 3;
  dax_iter iter = ranges_in_a_row(0, buffer_.data(), 64, 8);
  EXPECT_EQ(write(iter), 192);
  EXPECT_EQ(iter.count, 5U);
  EXPECT_EQ(write(iter), 192);
  EXPECT_EQ(write(iter), 128);
  EXPECT_EQ(iter.count, 0U);
  EXPECT_EQ(fake_.bytes()[7 * 64], buffer_[0]);
}

TEST_F(Data, copies_pass_a_backends_error_on_and_count_nothing) {
  fake_.fail_with = -EIO;
  dax_iter iter = one_range(0, buffer_.data(), 64);
  EXPECT_EQ(write(iter), -EIO);
  EXPECT_EQ(read(iter), -EIO);
  EXPECT_EQ(device().counters(), DeviceCounters{});
}

// A bad block within the third of five ranges: two whole ranges, and the bytes before it.
TEST_F(Data, copies_stop_before_the_first_bad_byte) {
  bad(2 * kPage + 1000, 10);  // unit at 2 * kPage + 512
  for (const bool writes : {false, true}) {
    dax_iter iter = ranges_in_a_row(0, buffer_.data(), kPage, 5);
    const std::int64_t done = writes ? write(iter) : read(iter);
    EXPECT_EQ(done, static_cast<std::int64_t>(2 * kPage + 512));
    EXPECT_EQ(iter.count, 3U);
    EXPECT_EQ(dax_iter_next(&iter), 2 * kPage);  // goes on at the range that was cut short
  }
  EXPECT_EQ(fake_.bytes()[2 * kPage + 511], buffer_[511]);
  EXPECT_EQ(fake_.bytes()[2 * kPage + 512], 0);
}

TEST_F(Data, copies_give_nothing_where_the_first_byte_is_bad) {
  bad(0, 1);
  dax_iter iter = ranges_in_a_row(0, buffer_.data(), kPage, 2);
  EXPECT_EQ(read(iter), 0);
  EXPECT_EQ(write(iter), 0);
  EXPECT_EQ(iter.count, 2U);
  EXPECT_EQ(fake_.calls.copy_from + fake_.calls.copy_to, 0);
}

TEST_F(Data, copies_before_a_bad_byte_are_rounded_to_what_the_backend_can_do) {
  fake_.operations.alignment_bytes = 1024;
  fake_.operations.minimum_io_bytes = 2048;
  bad(2560, 512);
  dax_iter iter = one_range(0, buffer_.data(), kPage);
  EXPECT_EQ(read(iter), 2048);
  dax_iter later = one_range(1024, buffer_.data(), kPage);
  EXPECT_EQ(read(later), 0);  // 1024 bytes would be below the smallest copy
}

TEST_F(Data, copies_elsewhere_are_not_hindered_by_a_bad_block) {
  bad(15 * kPage, 512);
  dax_iter iter = ranges_in_a_row(0, buffer_.data(), kPage, 15);
  EXPECT_EQ(read(iter), static_cast<std::int64_t>(15 * kPage));
  EXPECT_EQ(iter.count, 0U);
  EXPECT_EQ(fake_.calls.copy_to, 1);
}

// Copies around random bad blocks, against the plain model: range by range, byte by byte.
TEST_F(Data, copies_around_any_bad_blocks_give_the_bytes_before_the_first) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    device().bad_blocks().clear(0, UINT64_MAX);
    for (std::uint64_t i = random.below(4); i > 0; --i) {
      bad(random.below(kPages * kPage - 2048), 1 + random.below(2048));
    }
    fake_.ranges_before_stop = random.below(3) == 0 ? 1 + random.below(4) : UINT64_MAX;
    dax_iter iter =
        ranges_in_a_row(random.below(kPage), buffer_.data(), 1 + random.below(2000), 16);
    dax_iter model = iter;
    std::uint64_t expected = 0;
    std::uint64_t whole = 0;
    std::uint64_t stop = fake_.ranges_before_stop;
    for (; whole < 16; ++whole, --stop) {
      const std::uint64_t at = dax_iter_next(&model);
      const std::uint64_t first = device().bad_blocks().first_in(at, iter.size_bytes);
      if (first != BadBlocks::kNone) expected += first - at;
      if (first != BadBlocks::kNone || stop == 0) break;
      expected += iter.size_bytes;
    }
    const std::int64_t done = read(iter);
    ASSERT_GE(done, 0);
    ASSERT_EQ(iter.count, 16 - whole);
    ASSERT_EQ(static_cast<std::uint64_t>(done), expected);
  }
}

}  // namespace
}  // namespace pmembench
