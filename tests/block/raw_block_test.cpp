// raw: sectors are bytes of the slice, batches are batches of the device.
#include "block/raw_block.hpp"

#include "block_fixture.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kPages = 16;

class RawBlock : public testing::Test {
 protected:
  BlockDevice& start(const SliceOptions& options = {}, DeviceFacts facts = {}) {
    device_ = fake_.device(std::move(facts));
    block_ = std::move(make_raw_block(*device_, options)).value();
    session_ = block_->session();
    return *block_;
  }
  std::string refusal(const SliceOptions& options) {
    if (!device_) device_ = fake_.device();
    return message_of(make_raw_block(*device_, options));
  }
  void bad(std::uint64_t offset, std::uint64_t length) {
    device_->bad_blocks().add(offset, length);
  }

  FakeBackend fake_{kPages * kPage};
  std::unique_ptr<DaxDevice> device_;
  std::unique_ptr<BlockDevice> block_;
  std::unique_ptr<BlockSession> session_;
  std::vector<std::byte> buffer_ = sector_content(1, 1, kPage);
};

TEST_F(RawBlock, puts_sector_n_at_its_place_of_the_slice) {
  start({.offset_bytes = 2 * kPage, .size_bytes = 4 * kPage, .sector_bytes = 512});
  EXPECT_EQ(block_->size_bytes(), 4 * kPage);
  EXPECT_EQ(block_->sector_bytes(), 512U);
  EXPECT_FALSE(block_->atomic_sectors());
  const std::vector<std::byte> data = sector_content(3, 1, 512);
  EXPECT_EQ(session_->write_at(3 * 512, data), 0);
  EXPECT_EQ(std::memcmp(fake_.bytes() + 2 * kPage + 3 * 512, data.data(), 512), 0);
  std::vector<std::byte> found(512);
  EXPECT_EQ(session_->read_at(3 * 512, found), 0);
  EXPECT_EQ(found, data);
}

TEST_F(RawBlock, is_one_call_of_the_device_a_batch) {
  start();
  dax_iter batch = ranges_in_a_row(0, bytes_of(buffer_), kPage, 8);
  EXPECT_EQ(session_->write(batch), static_cast<std::int64_t>(8 * kPage));
  EXPECT_EQ(batch.count, 0U);
  EXPECT_EQ(fake_.calls.copy_from, 1);
  EXPECT_EQ(fake_.calls.flush, 1) << "lines in caches start on their way at once";
  EXPECT_EQ(fake_.calls.drain, 0);
  batch.count = 8;
  EXPECT_EQ(session_->read(batch), static_cast<std::int64_t>(8 * kPage));
  EXPECT_EQ(fake_.calls.copy_to, 1);
  batch.count = 8;
  EXPECT_EQ(session_->write_fua(batch), static_cast<std::int64_t>(8 * kPage));
  EXPECT_EQ(fake_.calls.persist, 1);
  EXPECT_EQ(session_->flush(), 0);
  EXPECT_EQ(fake_.calls.drain, 1);
  EXPECT_EQ(block_->counters(), (std::map<std::string, std::uint64_t>{
                                    {"sectors_read", 8}, {"sectors_written", 16}, {"flushes", 9}}));
}

TEST_F(RawBlock, asks_for_no_flush_of_copies_that_bypass_the_cache) {
  fake_.operations.capabilities &= ~std::uint64_t{DAX_CAP_NEEDS_FLUSH};
  start();
  EXPECT_EQ(session_->write_at(0, buffer_), 0);
  EXPECT_EQ(fake_.calls.flush, 0);
}

TEST_F(RawBlock, leaves_a_batch_where_the_next_goes_on) {
  start({.offset_bytes = kPage});
  dax_iter batch = ranges_in_a_row(0, bytes_of(buffer_), kPage, 8);
  batch.count = 3;
  EXPECT_EQ(session_->write(batch), static_cast<std::int64_t>(3 * kPage));
  batch.count = 1;
  EXPECT_EQ(session_->write(batch), static_cast<std::int64_t>(kPage));
  EXPECT_EQ(batch.offset_bytes, 0U);
  for (std::uint64_t page = 1; page <= 4; ++page) {
    EXPECT_EQ(std::memcmp(fake_.bytes() + page * kPage, buffer_.data(), kPage), 0) << page;
  }
  EXPECT_EQ(fake_.bytes()[5 * kPage], 0);
}

TEST_F(RawBlock, refuses_requests_that_are_not_whole_sectors) {
  start();
  for (const auto& [offset, size] :
       {std::pair<std::uint64_t, std::uint64_t>{512, 4096}, {0, 512}, {0, 4097}, {1, 4096}}) {
    dax_iter iter = one_range(offset, buffer_.data(), size);
    EXPECT_EQ(session_->write(iter), -EINVAL) << offset << " " << size;
    EXPECT_EQ(session_->read(iter), -EINVAL);
    EXPECT_EQ(session_->write_fua(iter), -EINVAL);
    EXPECT_EQ(iter.count, 1U);
  }
  dax_iter strided = ranges_in_a_row(0, bytes_of(buffer_), kPage, 2);
  strided.granule_bytes = kPage + 512;
  EXPECT_EQ(session_->read(strided), -EINVAL);
  EXPECT_EQ(fake_.calls.copy_from + fake_.calls.copy_to + fake_.calls.persist, 0);
}

TEST_F(RawBlock, refuses_sectors_beyond_its_end_with_eio) {
  start({.offset_bytes = 0, .size_bytes = 4 * kPage});
  EXPECT_EQ(session_->write_at(4 * kPage, buffer_), -EIO);
  EXPECT_EQ(session_->read_at(4 * kPage, buffer_), -EIO);
  EXPECT_EQ(session_->read_at(UINT64_MAX - kPage + 1, buffer_), -EIO);
  dax_iter batch = ranges_in_a_row(2 * kPage, bytes_of(buffer_), kPage, 4);
  EXPECT_EQ(session_->write(batch), static_cast<std::int64_t>(2 * kPage));
  EXPECT_EQ(batch.count, 2U) << "the third range is the first beyond";
  EXPECT_EQ(session_->write(batch), -EIO);
  EXPECT_EQ(batch.count, 2U);
  EXPECT_EQ(fake_.bytes()[4 * kPage], 0);
  EXPECT_EQ(block_->counters()["sectors_written"], 2U);
}

TEST_F(RawBlock, answers_a_read_of_a_bad_block_with_eio_and_never_speaks_of_poison) {
  start();
  bad(2 * kPage + 512, 1);
  EXPECT_EQ(session_->read_at(2 * kPage, buffer_), -EIO);
  dax_iter batch = ranges_in_a_row(0, bytes_of(buffer_), kPage, 4);
  EXPECT_EQ(session_->read(batch), static_cast<std::int64_t>(2 * kPage));
  EXPECT_EQ(batch.count, 2U);
  EXPECT_EQ(session_->read(batch), -EIO);
  fake_.fail_with = -EHWPOISON;
  EXPECT_EQ(session_->read_at(5 * kPage, buffer_), -EIO);
}

TEST_F(RawBlock, repairs_a_bad_block_that_is_written_whole) {
  for (const bool fua : {false, true}) {
    session_.reset();
    block_.reset();
    start();
    bad(kPage, 512);
    dax_iter batch = ranges_in_a_row(0, bytes_of(buffer_), kPage, 4);
    const std::int64_t done = fua ? session_->write_fua(batch) : session_->write(batch);
    EXPECT_EQ(done, static_cast<std::int64_t>(4 * kPage));
    EXPECT_EQ(batch.count, 0U);
    EXPECT_TRUE(device_->bad_blocks().empty());
    EXPECT_EQ(device_->counters().recovery_writes, 1U);
    for (std::uint64_t page = 0; page < 4; ++page) {
      EXPECT_EQ(std::memcmp(fake_.bytes() + page * kPage, buffer_.data(), kPage), 0) << page;
    }
    EXPECT_EQ(device_->counters().drains >= 1, fua);
  }
}

TEST_F(RawBlock, cannot_repair_a_part_of_a_page) {
  start({.sector_bytes = 512});
  bad(kPage, 512);
  EXPECT_EQ(session_->write_at(kPage, std::span(buffer_).first(512)), -EIO);
  EXPECT_EQ(session_->write_at(kPage + 512, std::span(buffer_).first(512)), 0);
  EXPECT_EQ(session_->write_at(kPage, buffer_), 0) << "a whole page can be";
  EXPECT_EQ(session_->read_at(kPage, std::span(buffer_).first(512)), 0);
}

TEST_F(RawBlock, fails_a_write_whose_repair_fails) {
  fake_.operations.recovery_write = nullptr;
  start();
  bad(kPage, 512);
  dax_iter batch = ranges_in_a_row(0, bytes_of(buffer_), kPage, 2);
  EXPECT_EQ(session_->write(batch), static_cast<std::int64_t>(kPage));
  EXPECT_EQ(session_->write(batch), -EIO);
  EXPECT_EQ(batch.count, 1U);
}

TEST_F(RawBlock, answers_enxio_once_the_device_is_dead) {
  start();
  device_->kill();
  EXPECT_EQ(session_->write_at(0, buffer_), -ENXIO);
  EXPECT_EQ(session_->read_at(0, buffer_), -ENXIO);
  dax_iter iter = one_range(0, buffer_.data(), kPage);
  EXPECT_EQ(session_->write_fua(iter), -ENXIO);
  EXPECT_EQ(session_->flush(), -ENXIO);
}

TEST_F(RawBlock, hands_on_what_the_backend_answers) {
  start();
  fake_.fail_with = -ENOSPC;
  EXPECT_EQ(session_->write_at(0, buffer_), -ENOSPC);
  EXPECT_EQ(session_->flush(), -ENOSPC);
  fake_.fail_with = 0;
  fake_.ranges_before_stop = 0;  // stops, and no bad block is known
  fake_.operations.recovery_write = nullptr;
  EXPECT_EQ(session_->read_at(0, buffer_), -EIO);
}

TEST_F(RawBlock, gives_the_dax_device_beneath_it) {
  start({.offset_bytes = 3 * kPage, .size_bytes = 2 * kPage});
  const auto beneath = block_->dax();
  ASSERT_TRUE(beneath);
  EXPECT_EQ(beneath->device, device_.get());
  EXPECT_EQ(beneath->offset_bytes, 3 * kPage);
}

TEST_F(RawBlock, gives_none_where_it_is_not_made_of_pages) {
  start({.offset_bytes = 512, .size_bytes = 2 * kPage, .sector_bytes = 512});
  EXPECT_EQ(
      message_of(block_->dax()),
      "the block device over 'fake0' gives no dax device: its 8192 bytes from byte 512 on are "
      "not whole pages of 4096 bytes; align both");
  session_.reset();
  block_.reset();
  start({.offset_bytes = 0, .size_bytes = kPage + 512, .sector_bytes = 512});
  EXPECT_FALSE(block_->dax());
}

TEST_F(RawBlock, refuses_a_slice_that_makes_no_sense) {
  EXPECT_EQ(refusal({.sector_bytes = 1024}),
            "a raw block device over 'fake0' cannot have sectors of 1024 bytes; use 512 or 4096");
  EXPECT_EQ(refusal({.offset_bytes = 100}),
            "a raw block device over 'fake0' cannot begin at byte 100: that is not a multiple of "
            "its sector of 4096 bytes; round it");
  EXPECT_EQ(refusal({.offset_bytes = kPage, .size_bytes = kPages * kPage}),
            "a raw block device over 'fake0' would reach to byte 4096 + 65536 of 65536; make it "
            "smaller");
  EXPECT_EQ(refusal({.offset_bytes = kPages * kPage}),
            "a raw block device over 'fake0' has 0 bytes, less than one sector of 4096 bytes; make "
            "it larger");
  EXPECT_EQ(refusal({.offset_bytes = 0, .size_bytes = 100}),
            "a raw block device over 'fake0' has 100 bytes, less than one sector of 4096 bytes; "
            "make it larger");
  device_.reset();
  fake_.operations.alignment_bytes = fake_.operations.minimum_io_bytes = 4096;
  EXPECT_EQ(refusal({.sector_bytes = 512}),
            "a raw block device over 'fake0' cannot have sectors of 512 bytes: backend fake writes "
            "multiples of 4096 bytes and at least 4096; use larger sectors");
  device_ = std::move(DaxDevice::allocate({.name = "bare", .size_bytes = kPage}, nullptr, nullptr,
                                          nullptr))
                .value();
  EXPECT_EQ(refusal({}),
            "a raw block device over 'bare' has nothing to write with: no operations are bound; "
            "bind some");
  EXPECT_EQ(make_raw_block(*device_).error().code, EINVAL);
}

}  // namespace
}  // namespace pmembench
