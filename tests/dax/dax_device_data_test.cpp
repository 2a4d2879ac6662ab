// The device's data operations: return rules, bad blocks, gates, counters.
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <numeric>

#include "base/random.hpp"
#include "dax/dax_device.hpp"
#include "tests/fakes/fake_backend.hpp"

namespace pmembench {
namespace {

using fakes::FakeBackend;
using fakes::one_range;
using fakes::ranges_in_a_row;

constexpr std::uint64_t kPage = DAX_PAGE_BYTES;
constexpr std::uint64_t kPages = 16;

// One device over the fake, one reader, one section that is always open.
class Data : public testing::Test {
 protected:
  explicit Data() : buffer_(kPages * kPage) {
    std::iota(buffer_.begin(), buffer_.end(), static_cast<unsigned char>(1));
  }
  // The table may be changed until the first use.
  DaxDevice& device() {
    if (!device_) {
      device_ = fake_.device({.name = "d", .write_cache = true});
      reader_.emplace(device_->make_reader());
      section_.emplace(*reader_);
    }
    return *device_;
  }
  const ReadSection& section() {
    device();
    return *section_;
  }
  DaxReader& reader() {
    device();
    return *reader_;
  }
  std::int64_t access(std::uint64_t page, std::uint64_t pages, std::uint32_t mode = DAX_ACCESS) {
    address_ = nullptr;
    return device().direct_access(section(), page, pages, mode, &address_);
  }
  std::int64_t write(dax_iter& iter) { return device().copy_from_iter(section(), iter); }
  std::int64_t read(dax_iter& iter) { return device().copy_to_iter(section(), iter); }
  void bad(std::uint64_t offset, std::uint64_t length) {
    device().bad_blocks().add(offset, length);
  }

  FakeBackend fake_{kPages * kPage};
  std::vector<unsigned char> buffer_;
  void* address_ = nullptr;

 private:
  std::unique_ptr<DaxDevice> device_;
  std::optional<DaxReader> reader_;
  std::optional<ReadSection> section_;
};

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
  dax_mapping mapping{sizeof(dax_mapping), 16, 0, fake.bytes(), 4 * kPage};
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
