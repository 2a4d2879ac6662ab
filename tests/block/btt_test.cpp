// btt: sectors in place, its structure, what it does about media errors, and what it refuses.
#include "block/btt.hpp"

#include "block/btt_layout.hpp"
#include "btt_fixture.hpp"

namespace pmembench {
namespace {

TEST_F(Btt, keeps_the_last_version_of_every_sector_also_after_it_is_opened_again) {
  for (const std::uint32_t sector_bytes : {512U, 4096U}) {
    options_.slice = {.offset_bytes = kPage, .size_bytes = 0, .sector_bytes = sector_bytes};
    start();
    EXPECT_EQ(btt_->sector_bytes(), sector_bytes);
    EXPECT_TRUE(btt_->atomic_sectors());
    Random random(sector_bytes);
    std::map<std::uint64_t, int> last;
    for (int round = 0; round < 600; ++round) {
      const std::uint64_t sector = random.below(btt_->size_bytes() / sector_bytes);
      last[sector] = static_cast<int>(random.below(100));
      ASSERT_EQ(write(sector, static_cast<std::uint64_t>(last[sector])), 0);
      if (round % 97 == 0) open();
    }
    for (const auto& [sector, expected] : last) ASSERT_EQ(version(sector), expected) << sector;
    EXPECT_TRUE(btt_->check_structure());
  }
}

TEST_F(Btt, writes_a_sector_with_three_fences_and_little_more_than_its_bytes) {
  start();
  const DeviceCounters before = device_->counters();
  ASSERT_EQ(write(3, 1), 0);
  const DeviceCounters after = device_->counters();
  EXPECT_EQ(after.drains - before.drains, 3U);
  EXPECT_EQ(after.bytes_copied_from - before.bytes_copied_from, 4096U + 3 * 64);
  EXPECT_EQ(after.lines_flushed - before.lines_flushed, 64U + 3);
  EXPECT_EQ(btt_->counters()["sectors_written"], 1U);
  EXPECT_EQ(session_->flush(), 0);
  EXPECT_EQ(device_->counters().drains, after.drains) << "there is nothing left to flush";
}

TEST_F(Btt, writes_each_further_sector_of_a_request_with_two_fences) {
  start();
  const DeviceCounters before = device_->counters();
  ASSERT_EQ(session_->write_at(kPage, sector_content(9, 9, 5 * kPage)), 0);
  EXPECT_EQ(device_->counters().drains - before.drains, 2 * 5 + 1U);
}

TEST_F(Btt, never_overwrites_the_block_that_holds_the_sector) {
  start();
  ASSERT_EQ(write(0, 1), 0);
  const BttGeometry places = geometry();
  const std::vector<unsigned char> before(fake_.bytes(), fake_.bytes() + places.map_offset);
  ASSERT_EQ(write(0, 2), 0);
  const auto lies_at = [&](std::uint64_t sector_version) {
    const std::vector<std::byte> wanted = sector_content(0, sector_version, kPage);
    for (std::uint32_t block = 0; block < places.internal; ++block) {
      if (std::memcmp(fake_.bytes() + places.block_offset(block), wanted.data(), kPage) == 0) {
        return static_cast<int>(block);
      }
    }
    return -1;
  };
  EXPECT_GE(lies_at(1), 0) << "the old version is still there";
  EXPECT_GE(lies_at(2), 0);
  EXPECT_NE(lies_at(1), lies_at(2));
}

TEST_F(Btt, writes_a_longer_request_sector_by_sector) {
  start();
  const std::vector<std::byte> data = sector_content(9, 9, 3 * kPage);
  ASSERT_EQ(session_->write_at(kPage, data), 0);
  std::vector<std::byte> found(3 * kPage);
  ASSERT_EQ(session_->read_at(kPage, found), 0);
  EXPECT_EQ(found, data);
  EXPECT_EQ(btt_->counters()["sectors_written"], 3U);
  EXPECT_EQ(btt_->counters()["sectors_read"], 3U);
}

TEST_F(Btt, refuses_wrong_requests) {
  start();
  std::vector<std::byte> buffer(kPage);
  EXPECT_EQ(session_->write_at(512, buffer), -EINVAL);
  EXPECT_EQ(session_->read_at(0, std::span(buffer).first(512)), -EINVAL);
  EXPECT_EQ(session_->read_at(btt_->size_bytes(), buffer), -EIO);
  EXPECT_EQ(session_->write_at(btt_->size_bytes(), buffer), -EIO);
}

TEST_F(Btt, fails_reads_of_a_bad_block_until_the_sector_is_rewritten) {
  start();
  ASSERT_EQ(write(2, 1), 0);  // into the block of lane 0, the first behind the sectors'
  const std::uint64_t bad = geometry().block_offset(geometry().external);
  device_->bad_blocks().add(bad, 512);
  EXPECT_EQ(version(2), -EIO);
  device_->bad_blocks().clear(bad, 512);
  EXPECT_EQ(version(2), -EIO) << "the E flag outlives the bad block";
  open();
  EXPECT_EQ(version(2), -EIO) << "and the opening";
  EXPECT_TRUE(btt_->check_structure());
  ASSERT_EQ(write(2, 2), 0);
  EXPECT_EQ(version(2), 2);
  open();
  EXPECT_EQ(version(2), 2);
}

TEST_F(Btt, repairs_a_bad_block_when_it_writes_there_again) {
  start();
  ASSERT_EQ(write(2, 1), 0);
  device_->bad_blocks().add(geometry().block_offset(geometry().external), 512);
  EXPECT_EQ(version(2), -EIO);
  ASSERT_EQ(write(2, 2), 0);
  EXPECT_FALSE(device_->bad_blocks().empty()) << "it is the free block now";
  ASSERT_EQ(write(5, 1), 0);
  EXPECT_TRUE(device_->bad_blocks().empty());
  EXPECT_EQ(version(5), 1);
  EXPECT_EQ(version(2), 2);
}

TEST_F(Btt, stops_writing_once_its_structure_cannot_be_stored) {
  start();
  ASSERT_EQ(write(0, 1), 0);
  device_->bad_blocks().add(geometry().map_offset, 512);
  EXPECT_EQ(write(1, 1), -EIO);
  device_->bad_blocks().clear(geometry().map_offset, 512);
  EXPECT_EQ(write(40, 1), -EIO) << "what the medium holds is no longer known";
  EXPECT_EQ(version(0), 1);
  open();
  EXPECT_TRUE(btt_->check_structure());
  EXPECT_EQ(write(1, 2), 0);
}

TEST_F(Btt, answers_enxio_once_the_device_is_dead) {
  start();
  device_->kill();
  EXPECT_EQ(write(0, 1), -ENXIO);
  EXPECT_EQ(version(0), -ENXIO);
  EXPECT_EQ(session_->flush(), -ENXIO);
}

TEST_F(Btt, gives_no_dax_device) {
  start();
  EXPECT_EQ(message_of(btt_->dax()),
            "the btt on 'fake0' gives no dax device: its sectors move, so bytes have no fixed "
            "address; use a raw block device, or the dax device itself");
}

TEST_F(Btt, is_not_found_where_there_is_none) {
  EXPECT_EQ(refusal(),
            "there is no btt on 'fake0': its first bytes are not an info block; format one");
  start();
  poke(0, 'X');
  EXPECT_EQ(refusal(),
            "there is no btt on 'fake0': its first bytes are not an info block; format one")
      << "the copy does not bring back what somebody overwrote";
}

TEST_F(Btt, refuses_an_arena_of_a_newer_version) {
  format();
  BttInfoBlock info = encode_info(geometry());
  info[52] = std::byte{3};
  std::array<std::uint32_t, 1024> words{};
  std::memcpy(words.data(), info.data(), info.size() - 8);
  std::uint32_t low = 0;
  std::uint64_t high = 0;
  for (const std::uint32_t word : words) high += low += word;
  const std::uint64_t checksum = high << 32 | low;
  std::memcpy(info.data() + 4088, &checksum, 8);
  poke(0, info);
  EXPECT_EQ(refusal(),
            "the btt on 'fake0' has version 3, newer than 2; use a newer pmembench or format it "
            "again");
}

TEST_F(Btt, mends_a_torn_info_block_from_its_copy) {
  start();
  ASSERT_EQ(write(1, 1), 0);
  for (const std::uint64_t at : {60U, 2000U}) {
    poke(at, std::uint64_t{0x55});
    open();
    EXPECT_EQ(version(1), 1);
    EXPECT_EQ(std::memcmp(fake_.bytes(), encode_info(geometry()).data(), kPage), 0);
  }
  std::memset(fake_.bytes(), 0, kPage);
  open();
  EXPECT_EQ(version(1), 1);
  device_->bad_blocks().add(512, 512);
  open();
  EXPECT_EQ(version(1), 1);
  EXPECT_TRUE(device_->bad_blocks().empty());
}

TEST_F(Btt, refuses_an_arena_with_both_info_blocks_damaged) {
  format();
  poke(60, std::uint64_t{0x55});
  poke(geometry().copy_offset + 60, std::uint64_t{0x55});
  EXPECT_EQ(refusal(),
            "the btt on 'fake0' is damaged: neither its info block nor the copy has its checksum; "
            "format it again");
}

TEST_F(Btt, refuses_an_arena_that_does_not_fit_the_slice) {
  format();
  options_.slice.size_bytes = kBytes / 2;
  EXPECT_EQ(refusal(),
            "the btt on 'fake0' is not one that fits there: its info block names other places or "
            "sizes; give the slice that it was formatted with");
}

TEST_F(Btt, refuses_a_map_and_a_flog_that_make_no_sense) {
  format();
  const BttGeometry places = geometry();
  poke(places.entry_offset(5), BttEntry::written(places.internal));
  EXPECT_EQ(refusal(),
            fmt::format("the btt on 'fake0' is damaged: its map puts sector 5 into block "
                        "{0} of {0}; format it again",
                        places.internal));
  format();
  poke(places.half_offset(1, 1), BttFlogHalf{0, 1, 1, 1});
  EXPECT_EQ(refusal(),
            "the btt on 'fake0' is damaged: the flog of lane 1 has the sequence numbers 1 and 1; "
            "format it again");
  format();
  poke(places.half_offset(0, 1), BttFlogHalf{0, 1, 4000, 2});
  EXPECT_EQ(refusal(), fmt::format("the btt on 'fake0' is damaged: the flog of lane 0 names blocks "
                                   "1 and 4000 of {}; format it again",
                                   places.internal));
  format();
  poke(places.half_offset(0, 1), BttFlogHalf{4000, 1, 2, 2});
  EXPECT_EQ(refusal(), fmt::format("the btt on 'fake0' is damaged: the flog of lane 0 names sector "
                                   "4000 of {}; format it again",
                                   places.external));
}

TEST_F(Btt, finds_a_block_that_is_mapped_twice_or_not_free) {
  start();
  poke(geometry().entry_offset(5), BttEntry::written(6));
  open();
  EXPECT_EQ(message_of(btt_->check_structure()),
            "the btt on 'fake0' is damaged: block 6 is mapped twice; format it again");
  start();
  poke(geometry().half_offset(1, 0), BttFlogHalf{0, 6, 6, 1});
  open();
  EXPECT_EQ(message_of(btt_->check_structure()),
            "the btt on 'fake0' is damaged: block 6 of lane 1 is not free; format it again");
}

TEST_F(Btt, names_the_part_that_a_bad_block_hit) {
  format();
  const BttGeometry places = geometry();
  const auto refused_with_bad = [&](std::uint64_t at) {
    device_->bad_blocks().add(at, 1);
    const std::string message = refusal();
    device_->bad_blocks().clear(at / 512 * 512, 512);
    return message;
  };
  EXPECT_EQ(
      refused_with_bad(places.map_offset),
      "the map of the btt on 'fake0' cannot be read or repaired: Input/output error; format it "
      "again");
  EXPECT_EQ(refused_with_bad(places.flog_offset),
            "the flog of the btt on 'fake0' cannot be read or repaired: Input/output error; format "
            "it again");
  device_->bad_blocks().add(places.copy_offset, 1);
  EXPECT_EQ(refused_with_bad(0),
            "the info block of the btt on 'fake0' cannot be read or repaired: Input/output error; "
            "format it again");
}

TEST_F(Btt, completes_a_write_that_a_crash_interrupted_before_the_map) {
  start();
  ASSERT_EQ(write(7, 1), 0);
  const BttGeometry places = geometry();
  std::uint32_t old_entry = 0;
  std::memcpy(&old_entry, fake_.bytes() + places.entry_offset(7), 4);
  ASSERT_EQ(write(7, 2), 0);
  poke(places.entry_offset(7), old_entry);  // as if the last store had never arrived
  open();
  EXPECT_EQ(version(7), 2);
  EXPECT_TRUE(btt_->check_structure());
}

TEST_F(Btt, cannot_be_made_where_it_makes_no_sense) {
  options_.slice.offset_bytes = 512;
  options_.slice.sector_bytes = 512;
  EXPECT_EQ(message_of(format_btt(*device_, options_)),
            "a btt over 'fake0' cannot begin at byte 512: that is not a multiple of 4096; round "
            "it");
  options_.slice = {.offset_bytes = 0, .size_bytes = 2 * kPage};
  EXPECT_EQ(message_of(format_btt(*device_, options_)),
            "a btt with 2 lanes and sectors of 4096 bytes does not fit into 8192 bytes; make it "
            "larger");
  fake_.fail_with = -EIO;
  options_.slice = {};
  EXPECT_EQ(message_of(format_btt(*device_, options_)),
            "a btt cannot be written to 'fake0': Input/output error; use another medium");
  device_.reset();
  fake_.operations.minimum_io_bytes = fake_.operations.alignment_bytes = 512;
  device_ = fake_.device();
  EXPECT_EQ(message_of(format_btt(*device_, options_)),
            "a btt over 'fake0' needs a backend that writes 4 bytes, and backend fake writes 512; "
            "use another");
}

}  // namespace
}  // namespace pmembench
