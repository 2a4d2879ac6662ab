// rmw: one cached erase block, and what it costs.
#include "block/rmw.hpp"

#include "block_fixture.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kBlock = 4 * kPage;
constexpr std::uint64_t kBlocks = 8;

class Rmw : public testing::Test {
 protected:
  Rmw() : device_(fake_.device()) { options_.erase_block_bytes = kBlock; }
  void start(bool erase = true) {
    session_.reset();
    block_.reset();
    options_.erase = erase;
    block_ = std::move(make_rmw(*device_, options_)).value();
    session_ = block_->session();
  }
  int write(std::uint64_t sector, std::uint64_t version) {
    return session_->write_at(sector * kPage, sector_content(sector, version, kPage));
  }
  bool reads(std::uint64_t sector, std::uint64_t version) {
    std::vector<std::byte> found(kPage);
    EXPECT_EQ(session_->read_at(sector * kPage, found), 0);
    return found == sector_content(sector, version, kPage);
  }
  bool medium_holds(std::uint64_t sector, std::uint64_t version) {
    const auto wanted = sector_content(sector, version, kPage);
    return std::memcmp(fake_.bytes() + sector * kPage, wanted.data(), kPage) == 0;
  }
  std::uint64_t count(const char* name) { return block_->counters()[name]; }

  FakeBackend fake_{kBlocks * kBlock + kPage};
  std::unique_ptr<DaxDevice> device_;
  RmwOptions options_;
  std::unique_ptr<BlockDevice> block_;
  std::unique_ptr<BlockSession> session_;
};

TEST_F(Rmw, keeps_a_part_of_a_block_in_its_cache_until_it_is_flushed) {
  start();
  EXPECT_EQ(block_->size_bytes(), kBlocks * kBlock);
  ASSERT_EQ(write(1, 1), 0);
  EXPECT_TRUE(reads(1, 1));
  EXPECT_FALSE(medium_holds(1, 1));
  ASSERT_EQ(session_->flush(), 0);
  EXPECT_TRUE(medium_holds(1, 1));
  EXPECT_TRUE(reads(1, 1));
  EXPECT_EQ(count("blocks_erased"), 1U);
  EXPECT_EQ(count("blocks_written"), 1U);
  EXPECT_EQ(count("blocks_read"), 1U);
  ASSERT_EQ(session_->flush(), 0);
  EXPECT_EQ(count("blocks_written"), 1U) << "nothing is dirty";
}

TEST_F(Rmw, writes_its_block_back_when_another_takes_its_place) {
  start();
  ASSERT_EQ(write(1, 1), 0);
  ASSERT_EQ(write(4, 1), 0);
  EXPECT_TRUE(medium_holds(1, 1));
  EXPECT_FALSE(medium_holds(4, 1));
  EXPECT_TRUE(reads(4, 1));
  EXPECT_TRUE(reads(1, 1));
}

TEST_F(Rmw, writes_its_block_back_when_it_ends) {
  start();
  ASSERT_EQ(write(1, 1), 0);
  session_.reset();
  block_.reset();
  EXPECT_TRUE(medium_holds(1, 1));
}

TEST_F(Rmw, writes_a_whole_block_past_the_cache) {
  start();
  ASSERT_EQ(write(1, 1), 0);
  const auto data = sector_content(77, 1, kBlock);
  ASSERT_EQ(session_->write_at(0, data), 0);
  EXPECT_EQ(std::memcmp(fake_.bytes(), data.data(), kBlock), 0);
  ASSERT_EQ(session_->flush(), 0);
  EXPECT_EQ(std::memcmp(fake_.bytes(), data.data(), kBlock), 0) << "the cached version is older";
  EXPECT_EQ(count("blocks_written"), 1U);
}

TEST_F(Rmw, cuts_a_request_at_the_ends_of_blocks) {
  start();
  const auto data = sector_content(77, 1, 2 * kBlock);
  ASSERT_EQ(session_->write_at(kBlock - kPage, data), 0);  // a tail, a whole block, a head
  std::vector<std::byte> found(2 * kBlock);
  ASSERT_EQ(session_->read_at(kBlock - kPage, found), 0);
  EXPECT_EQ(found, data);
  ASSERT_EQ(session_->flush(), 0);
  EXPECT_EQ(std::memcmp(fake_.bytes() + kBlock - kPage, data.data(), data.size()), 0);
}

TEST_F(Rmw, agrees_with_plain_memory) {
  start();
  std::vector<std::byte> model(kBlocks * kBlock);
  Random random(5);
  for (int round = 0; round < 1000; ++round) {
    const std::uint64_t sectors = 1 + random.below(6);
    const std::uint64_t offset = random.below(kBlocks * 4 - sectors + 1) * kPage;
    if (random.below(3) == 0) {
      std::vector<std::byte> found(sectors * kPage);
      ASSERT_EQ(session_->read_at(offset, found), 0);
      ASSERT_EQ(std::memcmp(found.data(), model.data() + offset, found.size()), 0) << round;
    } else {
      const auto data = sector_content(offset, random(), sectors * kPage);
      ASSERT_EQ(session_->write_at(offset, data), 0);
      std::memcpy(model.data() + offset, data.data(), data.size());
    }
    if (random.below(10) == 0) {
      ASSERT_EQ(session_->flush(), 0);
      ASSERT_EQ(std::memcmp(fake_.bytes(), model.data(), model.size()), 0) << round;
    }
  }
}

// 16 blocks of 64 KiB, as the field's table has them.
TEST(RmwAmplification, is_the_ratio_of_block_to_sector_where_each_write_is_flushed) {
  for (const bool erase : {false, true}) {
    FakeBackend fake(std::uint64_t{1} << 20);
    const auto device = fake.device();
    const auto block = std::move(make_rmw(*device, {.slice = {}, .erase = erase})).value();
    const auto session = block->session();
    Random random(3);
    const auto data = sector_content(1, 1, kPage);
    for (int i = 0; i < 200; ++i) {
      dax_iter iter =
          one_range(random.below(256) * kPage, const_cast<std::byte*>(data.data()), kPage);
      ASSERT_EQ(session->write_fua(iter), static_cast<std::int64_t>(kPage));
    }
    const std::uint64_t stored = device->counters().bytes_copied_from;
    EXPECT_EQ(stored, 200 * kPage * (erase ? 32 : 16));
    EXPECT_EQ(block->counters()["blocks_erased"], erase ? 200U : 0U);
    EXPECT_EQ(block->counters()["flushes"], 200U);
  }
}

TEST(RmwAmplification, is_one_where_sectors_come_in_order_and_nothing_is_flushed) {
  FakeBackend fake(std::uint64_t{1} << 20);
  const auto device = fake.device();
  const auto block = std::move(make_rmw(*device, {.slice = {}, .erase = false})).value();
  const auto session = block->session();
  const auto data = sector_content(1, 1, kPage);
  for (std::uint64_t sector = 0; sector < 256; ++sector) {
    ASSERT_EQ(session->write_at(sector * kPage, data), 0);
  }
  ASSERT_EQ(session->flush(), 0);
  EXPECT_EQ(device->counters().bytes_copied_from, 256 * kPage);
}

TEST_F(Rmw, drops_what_it_could_not_write_back) {
  start();
  ASSERT_EQ(write(1, 1), 0);
  fake_.fail_with = -EIO;
  EXPECT_EQ(session_->flush(), -EIO);
  fake_.fail_with = 0;
  EXPECT_EQ(session_->flush(), 0);
  EXPECT_FALSE(reads(1, 1));
}

TEST_F(Rmw, cannot_read_modify_a_block_with_a_bad_part_but_can_write_it_whole) {
  start();
  device_->bad_blocks().add(3 * kPage, 512);
  EXPECT_EQ(write(1, 1), -EIO);
  std::vector<std::byte> buffer(kPage);
  EXPECT_EQ(session_->read_at(3 * kPage, buffer), -EIO);
  EXPECT_EQ(session_->read_at(0, buffer), 0);
  EXPECT_EQ(session_->write_at(0, sector_content(7, 1, kBlock)), 0);
  EXPECT_TRUE(device_->bad_blocks().empty());
  EXPECT_EQ(write(1, 1), 0);
}

TEST_F(Rmw, refuses_wrong_requests_and_a_dead_device) {
  start();
  std::vector<std::byte> buffer(kPage);
  EXPECT_EQ(session_->write_at(512, buffer), -EINVAL);
  EXPECT_EQ(session_->read_at(0, std::span(buffer).first(512)), -EINVAL);
  EXPECT_EQ(session_->write_at(kBlocks * kBlock, buffer), -EIO) << "behind the last whole block";
  EXPECT_EQ(session_->read_at(kBlocks * kBlock, buffer), -EIO);
  ASSERT_EQ(write(1, 1), 0);
  device_->kill();
  EXPECT_EQ(write(1, 2), -ENXIO);
  EXPECT_EQ(session_->flush(), -ENXIO);
  std::vector<std::byte> other(kPage);
  EXPECT_EQ(session_->read_at(kBlock, other), -ENXIO);
}

TEST_F(Rmw, gives_no_dax_device) {
  start();
  EXPECT_EQ(message_of(block_->dax()),
            "the rmw block device on 'fake0' gives no dax device: written data may be in its "
            "cache only; use a raw block device, or the dax device itself");
}

TEST_F(Rmw, refuses_erase_blocks_that_make_no_sense) {
  for (const std::uint64_t bytes : {512U, 12288U, 128U << 20}) {
    options_.erase_block_bytes = bytes;
    EXPECT_EQ(message_of(make_rmw(*device_, options_)),
              fmt::format("an rmw block device over 'fake0': erase_block {} is not a power of two "
                          "from the sector of 4096 bytes to 67108864; give one",
                          bytes));
  }
  options_.erase_block_bytes = 1 << 20;
  EXPECT_EQ(
      message_of(make_rmw(*device_, options_)),
      "an rmw block device over 'fake0': erase_block 1048576 leaves no room for one in 135168 "
      "bytes; make the medium larger or the block smaller");
}

}  // namespace
}  // namespace pmembench
