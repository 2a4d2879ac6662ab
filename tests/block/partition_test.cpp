// Partitions, and the lookup of the dax device through them.
#include "block/partition.hpp"

#include "block/btt.hpp"
#include "block_fixture.hpp"

namespace pmembench {
namespace {

class Partition : public testing::Test {
 protected:
  Partition() : device_(fake_.device()) {}
  BlockDevice& whole(const SliceOptions& options = {}) {
    whole_ = std::move(make_raw_block(*device_, options)).value();
    return *whole_;
  }
  FakeBackend fake_{16 * kPage};
  std::unique_ptr<DaxDevice> device_;
  std::unique_ptr<BlockDevice> whole_;
};

TEST_F(Partition, has_the_sectors_from_its_start_on) {
  const auto part = std::move(make_partition(whole(), 4, 2)).value();
  EXPECT_EQ(part->size_bytes(), 2 * kPage);
  EXPECT_EQ(part->sector_bytes(), 4096U);
  EXPECT_FALSE(part->atomic_sectors());
  const auto session = part->session();
  const auto data = sector_content(1, 1, kPage);
  ASSERT_EQ(session->write_at(kPage, data), 0);
  EXPECT_EQ(std::memcmp(fake_.bytes() + 5 * kPage, data.data(), kPage), 0);
  std::vector<std::byte> found(kPage);
  ASSERT_EQ(session->read_at(kPage, found), 0);
  EXPECT_EQ(found, data);
  dax_iter iter = one_range(0, found.data(), kPage);
  EXPECT_EQ(session->write_fua(iter), static_cast<std::int64_t>(kPage));
  EXPECT_EQ(session->flush(), 0);
  EXPECT_EQ(part->counters(), (std::map<std::string, std::uint64_t>{
                                  {"sectors_read", 1}, {"sectors_written", 2}, {"flushes", 2}}));
}

TEST_F(Partition, never_touches_its_neighbours) {
  const auto part = std::move(make_partition(whole(), 4, 2)).value();
  const auto session = part->session();
  std::vector<std::byte> data = sector_content(1, 1, kPage);
  EXPECT_EQ(session->write_at(2 * kPage, data), -EIO);
  EXPECT_EQ(session->read_at(2 * kPage, data), -EIO);
  EXPECT_EQ(session->write_at(512, data), -EINVAL);
  dax_iter batch = ranges_in_a_row(0, bytes_of(data), kPage, 4);
  EXPECT_EQ(session->write(batch), static_cast<std::int64_t>(2 * kPage));
  EXPECT_EQ(session->write(batch), -EIO);
  EXPECT_EQ(fake_.bytes()[6 * kPage], 0);
}

TEST_F(Partition, leads_to_the_dax_device_beneath_with_the_offset) {
  const auto part = std::move(make_partition(whole({.offset_bytes = 2 * kPage}), 4, 2)).value();
  const auto beneath = part->dax();
  ASSERT_TRUE(beneath);
  EXPECT_EQ(beneath->device, device_.get());
  EXPECT_EQ(beneath->offset_bytes, 6 * kPage);
  const auto inner = std::move(make_partition(*part, 1, 1)).value();
  EXPECT_EQ(inner->dax()->offset_bytes, 7 * kPage);
}

TEST_F(Partition, leads_nowhere_where_it_is_not_made_of_pages) {
  const SliceOptions small{.offset_bytes = 0, .size_bytes = 0, .sector_bytes = 512};
  BlockDevice& sectors = whole(small);
  EXPECT_EQ(message_of((*make_partition(sectors, 1, 8))->dax()),
            "the partition gives no dax device: its 4096 bytes from byte 512 on are not whole "
            "pages of 4096 bytes; align both");
  EXPECT_EQ(message_of((*make_partition(sectors, 8, 1))->dax()),
            "the partition gives no dax device: its 512 bytes from byte 4096 on are not whole "
            "pages of 4096 bytes; align both");
  EXPECT_TRUE((*make_partition(sectors, 8, 8))->dax());
}

TEST_F(Partition, of_a_btt_leads_nowhere) {
  ASSERT_TRUE(format_btt(*device_, {}));
  const auto btt = std::move(open_btt(*device_, {})).value();
  const auto part = std::move(make_partition(*btt, 0, 1)).value();
  EXPECT_TRUE(part->atomic_sectors());
  EXPECT_NE(message_of(part->dax()).find("its sectors move"), std::string::npos);
}

TEST_F(Partition, refuses_sectors_that_are_not_there) {
  BlockDevice& all = whole();
  EXPECT_EQ(message_of(make_partition(all, 10, 7)),
            "a partition of 7 sectors from sector 10 on is not inside a block device of 16; give "
            "others");
  EXPECT_FALSE(make_partition(all, 17, 1));
  EXPECT_FALSE(make_partition(all, 0, 0));
  EXPECT_FALSE(make_partition(all, 1, UINT64_MAX));
  EXPECT_TRUE(make_partition(all, 0, 16));
}

TEST_F(Partition, of_a_dead_device_answers_enxio) {
  const auto part = std::move(make_partition(whole(), 4, 2)).value();
  const auto session = part->session();
  device_->kill();
  std::vector<std::byte> data(kPage);
  EXPECT_EQ(session->read_at(0, data), -ENXIO);
  EXPECT_EQ(session->flush(), -ENXIO);
}

}  // namespace
}  // namespace pmembench
