// The device's flushes, persists, zeroing and recovery writes: gates, order, counters.
#include "tests/dax/data_fixture.hpp"

namespace pmembench {
namespace {

// ---- flush, drain, the write-cache gate ----
// Rows 29 and 3.
TEST_F(Data, flush_is_gated_by_the_write_cache_at_run_time) {
  dax_iter iter = ranges_in_a_row(32, nullptr, 64, 4);  // each touches two lines
  EXPECT_EQ(device().flush(reader(), iter), 8);
  EXPECT_EQ(iter.count, 0U);
  EXPECT_EQ(device().counters().lines_flushed, 8U);
  device().set_write_cache(false);
  EXPECT_FALSE(device().write_cache());
  iter = ranges_in_a_row(32, nullptr, 64, 4);
  EXPECT_EQ(device().flush(reader(), iter), 0);
  EXPECT_EQ(iter.count, 0U);
  EXPECT_EQ(fake_.calls.flush, 1);
  device().set_write_cache(true);
  iter = one_range(0, nullptr, 100);  // ceil(100 / 64)
  EXPECT_EQ(device().flush(reader(), iter), 2);
  EXPECT_EQ(device().counters().lines_flushed, 10U);
}

// Row 3: the same work on a provider that needs no flush.
TEST_F(Data, flush_counts_nothing_where_the_provider_needs_none) {
  fake_.operations.capabilities &= ~DAX_CAP_NEEDS_FLUSH;
  dax_iter iter = ranges_in_a_row(0, buffer_.data(), 64, 4);
  EXPECT_EQ(write(iter), 256);
  iter = ranges_in_a_row(0, buffer_.data(), 64, 4);
  EXPECT_EQ(device().flush(reader(), iter), 0);
  iter = ranges_in_a_row(0, buffer_.data(), 64, 4);
  EXPECT_EQ(device().persist_from_iter(section(), iter), 256);
  EXPECT_EQ(device().counters().lines_flushed, 0U);
}

// Row 37: every combination of flags is legal, whatever the medium.
TEST(DataFlags, a_device_of_any_class_may_have_any_flags) {
  for (const bool write_cache : {false, true}) {
    for (const bool synchronous : {false, true}) {
      FakeBackend fake(kPage);
      const auto device = fake.device({.name = "d",
                                       .persistence_domain = DAX_DOMAIN_MEMORY_CONTROLLER,
                                       .write_cache = write_cache,
                                       .synchronous = synchronous});
      EXPECT_EQ(device->write_cache(), write_cache);
      EXPECT_EQ(device->synchronous(), synchronous);
      DaxReader reader = device->make_reader();
      dax_iter iter = one_range(0, nullptr, 64);
      EXPECT_EQ(device->flush(reader, iter), write_cache ? 1 : 0);
    }
  }
}

TEST_F(Data, flush_and_drain_pass_errors_on_and_do_not_count_them) {
  fake_.fail_with = -EIO;
  dax_iter iter = one_range(0, nullptr, 64);
  EXPECT_EQ(device().flush(reader(), iter), -EIO);
  EXPECT_EQ(device().drain(reader()), -EIO);
  EXPECT_EQ(device().counters(), DeviceCounters{});
}

// ---- persist ----

TEST_F(Data, persist_is_one_call_where_the_backend_has_the_op) {
  dax_iter iter = ranges_in_a_row(0, buffer_.data(), 256, 8);
  EXPECT_EQ(device().persist_from_iter(section(), iter), 2048);
  EXPECT_EQ(iter.count, 0U);
  EXPECT_EQ(fake_.calls.persist, 1);
  EXPECT_EQ(fake_.calls.flush + fake_.calls.drain, 0);
  EXPECT_EQ(fake_.last_flags & DAX_ITER_SKIP_FLUSH, 0U);
  EXPECT_EQ(device().counters(),
            (DeviceCounters{.bytes_copied_from = 2048, .lines_flushed = 32, .drains = 8}));
}

TEST_F(Data, persist_tells_the_backend_to_skip_flushes_when_the_write_cache_is_off) {
  device().set_write_cache(false);
  dax_iter iter = ranges_in_a_row(0, buffer_.data(), 256, 8);
  EXPECT_EQ(device().persist_from_iter(section(), iter), 2048);
  EXPECT_EQ(fake_.last_flags & DAX_ITER_SKIP_FLUSH, DAX_ITER_SKIP_FLUSH);
  EXPECT_EQ(iter.flags, 0U);  // the caller's batch is as it was
  EXPECT_EQ(device().counters(), (DeviceCounters{.bytes_copied_from = 2048, .drains = 8}));
}

TEST_F(Data, persist_is_three_calls_a_range_where_the_backend_lacks_the_op) {
  fake_.operations.persist_from_iter = nullptr;
  dax_iter iter = ranges_in_a_row(0, buffer_.data(), 256, 8);
  EXPECT_EQ(device().persist_from_iter(section(), iter), 2048);
  EXPECT_EQ(iter.count, 0U);
  EXPECT_EQ(fake_.calls.copy_from, 8);
  EXPECT_EQ(fake_.calls.flush, 8);
  EXPECT_EQ(fake_.calls.drain, 8);
  EXPECT_EQ(device().counters(),
            (DeviceCounters{.bytes_copied_from = 2048, .lines_flushed = 32, .drains = 8}));
  EXPECT_EQ(fake_.bytes()[7 * 256], buffer_[0]);
}

TEST_F(Data, persist_in_three_calls_makes_two_when_the_write_cache_is_off) {
  fake_.operations.persist_from_iter = nullptr;
  device().set_write_cache(false);
  dax_iter iter = ranges_in_a_row(0, buffer_.data(), 256, 8);
  EXPECT_EQ(device().persist_from_iter(section(), iter), 2048);
  EXPECT_EQ(fake_.calls.flush, 0);
  EXPECT_EQ(fake_.calls.drain, 8);
}

TEST_F(Data, persist_stops_where_the_backend_stops) {
  for (const bool fused : {true, false}) {
    FakeBackend fake(kPages * kPage);
    fake.ranges_before_stop = fused ? 3 : 0;
    if (!fused) fake.operations.persist_from_iter = nullptr;
    const auto device = fake.device();
    DaxReader reader = device->make_reader();
    const ReadSection section(reader);
    dax_iter iter = ranges_in_a_row(0, buffer_.data(), 64, 8);
    EXPECT_EQ(device->persist_from_iter(section, iter), fused ? 192 : 0);
    EXPECT_EQ(iter.count, fused ? 5U : 8U);
    EXPECT_EQ(device->counters().drains, fused ? 3U : 0U);
    EXPECT_EQ(device->counters().lines_flushed, fused ? 3U : 0U);
  }
}

TEST_F(Data, persist_does_not_call_a_range_done_that_was_not_drained) {
  fake_.operations.persist_from_iter = nullptr;
  fake_.operations.drain = [](void*) { return -EIO; };
  dax_iter iter = ranges_in_a_row(0, buffer_.data(), 64, 8);
  EXPECT_EQ(device().persist_from_iter(section(), iter), -EIO);
  EXPECT_EQ(iter.count, 8U);
}

TEST_F(Data, persist_stops_before_the_first_bad_byte) {
  bad(2 * kPage + 512, 512);
  dax_iter iter = ranges_in_a_row(0, buffer_.data(), kPage, 5);
  EXPECT_EQ(device().persist_from_iter(section(), iter),
            static_cast<std::int64_t>(2 * kPage + 512));
  EXPECT_EQ(iter.count, 3U);
  EXPECT_EQ(device().counters().lines_flushed, (2 * kPage + 512) / 64);
}

// The fused op does not say how many lines it flushed: the device's arithmetic must agree with the
// flushes that the three calls make, for any batch.
TEST_F(Data, persist_counts_the_same_lines_fused_and_in_three_calls) {
  FakeBackend fused(kPages * kPage);
  FakeBackend composed(kPages * kPage);
  composed.operations.persist_from_iter = nullptr;
  const auto one = fused.device();
  const auto two = composed.device();
  DaxReader reader_one = one->make_reader();
  DaxReader reader_two = two->make_reader();
  const ReadSection section_one(reader_one);
  const ReadSection section_two(reader_two);
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Random random(seed);
    dax_iter iter{};
    iter.state = random();
    iter.multiplier = random.below(2) == 0 ? 1 : 6364136223846793005ULL;
    iter.increment = random() | 1;
    iter.slots = 1 + random.below(20);
    iter.granule_bytes =
        random.below(2) == 0 ? std::uint64_t{1} << random.below(10) : 1 + random.below(600);
    iter.size_bytes = random.below(2) == 0 ? iter.granule_bytes : 1 + random.below(700);
    iter.offset_bytes = random.below(2) == 0 ? 0 : random.below(2048);
    iter.count = random.below(30);
    iter.buffer = buffer_.data();
    dax_iter other = iter;
    ASSERT_EQ(one->persist_from_iter(section_one, iter),
              two->persist_from_iter(section_two, other));
    ASSERT_EQ(one->counters(), two->counters()) << "seed " << seed;
    ASSERT_EQ(iter.state, other.state);
  }
}

// ---- zeroing ----

TEST_F(Data, zero_page_range_zeroes_and_counts_pages) {
  std::fill_n(fake_.bytes(), 4 * kPage, static_cast<unsigned char>(9));
  EXPECT_EQ(device().zero_page_range(section(), 1, 2), 0);
  EXPECT_EQ(fake_.bytes()[kPage - 1], 9);
  EXPECT_EQ(fake_.bytes()[kPage], 0);
  EXPECT_EQ(fake_.bytes()[3 * kPage - 1], 0);
  EXPECT_EQ(fake_.bytes()[3 * kPage], 9);
  EXPECT_EQ(device().counters(), (DeviceCounters{.pages_zeroed = 2}));
}

// Row 24: poison is an I/O error here, an EHWPOISON only to those who map.
TEST_F(Data, zero_page_range_follows_the_return_rules) {
  EXPECT_EQ(device().zero_page_range(section(), 0, 0), -EINVAL);
  EXPECT_EQ(device().zero_page_range(section(), kPages, 1), -ERANGE);
  EXPECT_EQ(device().zero_page_range(section(), 1, kPages), -ERANGE);
  EXPECT_EQ(device().zero_page_range(section(), 1, UINT64_MAX), -ERANGE);
  bad(3 * kPage, 512);
  EXPECT_EQ(device().zero_page_range(section(), 2, 2), -EIO);
  EXPECT_EQ(access(2, 2), -EHWPOISON);
  EXPECT_EQ(fake_.calls.zero, 0);
  fake_.fail_with = -EHWPOISON;
  EXPECT_EQ(device().zero_page_range(section(), 0, 1), -EIO);
}

// ---- recovery ----

// Row 23.
TEST_F(Data, recovery_write_needs_whole_pages_where_a_block_is_bad) {
  bad(4 * kPage, 512);
  for (const auto& [offset, size] : {std::pair{4 * kPage - 512, kPage},
                                     {4 * kPage, kPage - 512},
                                     {4 * kPage + 1, std::uint64_t{64}}}) {
    dax_iter iter = one_range(offset, buffer_.data(), size);
    EXPECT_EQ(device().recovery_write(section(), iter), 0);
    EXPECT_EQ(iter.count, 1U);
  }
  EXPECT_EQ(fake_.calls.recovery, 0);
  EXPECT_FALSE(device().bad_blocks().empty());
  dax_iter good = one_range(100, buffer_.data(), 64);  // where nothing is bad, any range will do
  EXPECT_EQ(device().recovery_write(section(), good), 64);
}

TEST_F(Data, recovery_write_keeps_readers_out_until_the_data_is_there) {
  bad(4 * kPage + 512, 512);
  bad(8 * kPage, 512);
  bool seen = false;
  fake_.during = [&] {
    if (fake_.calls.recovery > 0 || seen) return;  // only at the entry of the recovery itself
    seen = true;
    EXPECT_FALSE(device().bad_blocks().empty());
    dax_iter inner = one_range(4 * kPage + 512, buffer_.data(), 64);
    EXPECT_EQ(read(inner), 0);
    EXPECT_EQ(access(4, 1), -EHWPOISON);
  };
  dax_iter iter = one_range(4 * kPage, buffer_.data(), kPage);
  EXPECT_EQ(device().recovery_write(section(), iter), static_cast<std::int64_t>(kPage));
  EXPECT_TRUE(seen);
  EXPECT_EQ(iter.count, 0U);
  EXPECT_EQ(fake_.bytes()[4 * kPage + 600], buffer_[600]);
  EXPECT_EQ(device().bad_blocks().list(), (std::vector<BadRange>{{8 * kPage, 512}}));
  EXPECT_EQ(device().counters().recovery_writes, 1U);
  EXPECT_EQ(access(4, 1), 1);
}

TEST_F(Data, recovery_write_that_fails_leaves_the_record) {
  bad(4 * kPage, 512);
  fake_.fail_with = -EIO;
  dax_iter iter = one_range(4 * kPage, buffer_.data(), kPage);
  EXPECT_EQ(device().recovery_write(section(), iter), -EIO);
  EXPECT_FALSE(device().bad_blocks().empty());
  fake_.fail_with = 0;
  fake_.ranges_before_stop = 0;
  EXPECT_EQ(device().recovery_write(section(), iter), 0);
  EXPECT_FALSE(device().bad_blocks().empty());
  EXPECT_EQ(device().counters().recovery_writes, 0U);
}

TEST_F(Data, recovery_write_is_nothing_where_the_backend_lacks_it) {
  fake_.operations.recovery_write = nullptr;
  bad(4 * kPage, 512);
  dax_iter iter = one_range(4 * kPage, buffer_.data(), kPage);
  EXPECT_EQ(device().recovery_write(section(), iter), 0);
  EXPECT_FALSE(device().bad_blocks().empty());
}

TEST_F(Data, recovery_write_goes_on_where_a_copy_stopped) {
  bad(2 * kPage, 512);
  dax_iter iter = ranges_in_a_row(0, buffer_.data(), kPage, 4);
  EXPECT_EQ(write(iter), static_cast<std::int64_t>(2 * kPage));
  EXPECT_EQ(device().recovery_write(section(), iter), static_cast<std::int64_t>(2 * kPage));
  EXPECT_EQ(iter.count, 0U);
  EXPECT_TRUE(device().bad_blocks().empty());
  for (std::uint64_t page = 0; page < 4; ++page) {
    EXPECT_TRUE(std::equal(buffer_.begin(), buffer_.begin() + kPage, fake_.bytes() + page * kPage));
  }
}

}  // namespace
}  // namespace pmembench
