#include "dax/logwrites.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "base/checksum.hpp"
#include "base/random.hpp"
#include "dax/one_range.hpp"
#include "tests/fakes/fake_backend.hpp"

namespace pmembench {
namespace {

using pmembench::one_range;

constexpr std::uint64_t kLoggedBytes = 64 * 1024;
constexpr std::uint64_t kLogOf = 1 << 20;

class LogWritesTest : public testing::Test {
 protected:
  DaxDevice& make(std::uint64_t log_bytes = kLogOf) {
    log_fake_.emplace(log_bytes);
    auto device = device_fake_.device();
    auto log = log_fake_->device({.name = "log"});
    log_ = log.get();
    below_ = device.get();
    auto top = make_logwrites("logged", std::move(device), std::move(log));
    EXPECT_TRUE(top) << top.error().message;
    top_ = *std::move(top);
    reader_.emplace(top_->make_reader());
    return *top_;
  }
  std::int64_t write(std::uint64_t offset, std::vector<unsigned char> data) {
    dax_iter iter = one_range(offset, data.data(), data.size());
    const ReadSection section(*reader_);
    return top_->copy_from_iter(section, iter);
  }
  static std::vector<unsigned char> read(DaxDevice& device, std::uint64_t offset,
                                         std::uint64_t size) {
    std::vector<unsigned char> data(size);
    DaxReader reader = device.make_reader();
    dax_iter iter = one_range(offset, data.data(), size);
    const ReadSection section(reader);
    EXPECT_EQ(device.copy_to_iter(section, iter), static_cast<std::int64_t>(size));
    return data;
  }
  void TearDown() override {
    reader_.reset();
    top_.reset();
  }

  fakes::FakeBackend device_fake_{kLoggedBytes};
  std::optional<fakes::FakeBackend> log_fake_;
  std::unique_ptr<DaxDevice> top_;
  DaxDevice* below_ = nullptr;
  DaxDevice* log_ = nullptr;
  std::optional<DaxReader> reader_;
};

TEST_F(LogWritesTest, replays_to_any_mark_what_the_device_held_there) {
  DaxDevice& top = make();
  std::vector<std::vector<unsigned char>> states{std::vector<unsigned char>(kLoggedBytes, 0)};
  Random random(7);
  for (int mark = 0; mark < 20; ++mark) {
    for (std::uint64_t i = random.below(4); i > 0; --i) {
      const std::uint64_t size = 1 + random.below(5000);
      std::vector<unsigned char> data(size);
      for (auto& byte : data) byte = static_cast<unsigned char>(random());
      ASSERT_EQ(write(random.below(kLoggedBytes - size), data), static_cast<std::int64_t>(size));
    }
    if (random.below(3) == 0) {
      const ReadSection section(*reader_);
      ASSERT_EQ(top.zero_page_range(section, random.below(14), 1 + random.below(2)), 0);
    }
    ASSERT_EQ(top.drain(*reader_), 0);
    states.push_back(read(*below_, 0, kLoggedBytes));
  }
  auto log = WriteLog::read(*log_);
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_EQ(log->marks(), 20U);
  EXPECT_EQ(log->device_bytes(), kLoggedBytes);
  for (std::uint64_t mark = 0; mark <= 20; ++mark) {
    auto again = WriteLog::read(*log_);
    fakes::FakeBackend fresh(kLoggedBytes);
    const auto empty = fresh.device();
    ASSERT_TRUE(again->replay(mark, *empty));
    ASSERT_EQ(read(*empty, 0, kLoggedBytes), states[mark]) << "mark " << mark;
  }
}

TEST_F(LogWritesTest, goes_on_from_mark_to_mark_and_begins_again_for_an_earlier_one) {
  DaxDevice& top = make();
  for (unsigned char value = 1; value <= 3; ++value) {
    ASSERT_EQ(write(0, {value}), 1);
    ASSERT_EQ(top.drain(*reader_), 0);
  }
  auto log = WriteLog::read(*log_);
  ASSERT_TRUE(log);
  fakes::FakeBackend onto(kLoggedBytes);
  const auto device = onto.device();
  for (const std::uint64_t mark : {1, 2, 3, 1}) {
    ASSERT_TRUE(log->replay(mark, *device));
    EXPECT_EQ(read(*device, 0, 1)[0], mark);
  }
  const Status beyond = log->replay(4, *device);
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().kind, ErrorKind::usage);
}

TEST_F(LogWritesTest, ends_at_an_entry_that_is_damaged) {
  DaxDevice& top = make();
  ASSERT_EQ(write(0, std::vector<unsigned char>(64, 1)), 64);
  ASSERT_EQ(write(64, std::vector<unsigned char>(64, 2)), 64);
  ASSERT_EQ(top.drain(*reader_), 0);
  ASSERT_EQ(WriteLog::read(*log_)->entries().size(), 3U);
  // The data of the second entry: behind the page of the head, a line and its data.
  unsigned char wrong = 99;
  DaxReader reader = log_->make_reader();
  dax_iter iter = one_range(4096 + 2 * 64 + 64 + 7, &wrong, 1);
  {
    const ReadSection section(reader);
    ASSERT_EQ(log_->copy_from_iter(section, iter), 1);
  }
  EXPECT_EQ(WriteLog::read(*log_)->entries().size(), 1U);
  EXPECT_EQ(WriteLog::read(*log_)->marks(), 0U);
}

TEST_F(LogWritesTest, ends_at_an_entry_that_cannot_be_applied) {
  using Kind = WriteLog::Kind;
  const auto number = [](Kind kind) { return static_cast<std::uint64_t>(kind); };
  struct Case {
    std::uint64_t kind, offset_bytes, size_bytes;
    std::size_t entries;  // that are read
  };
  for (const Case& one : std::initializer_list<Case>{
           {number(Kind::zero), 0, kLoggedBytes, 2},
           {number(Kind::zero), DAX_PAGE_BYTES, kLoggedBytes, 1},
           {number(Kind::zero), kLoggedBytes + 1, 0, 1},
           {number(Kind::write), kLoggedBytes, 0, 2},
           {number(Kind::write), kLoggedBytes, 8, 1},
           {number(Kind::write), 0, UINT64_MAX, 1},
           {0, 0, 0, 1},
           {4, 0, 0, 1},
       }) {
    TearDown();
    DaxDevice& top = make();
    ASSERT_EQ(top.drain(*reader_), 0);
    // As the layout is: the nonce is the head's second number; the first entry is behind the head's
    // page; an entry is its sequence, kind, offset, size, the data's checksum, two unused, its own.
    std::uint64_t nonce = 0;
    std::memcpy(&nonce, log_fake_->bytes() + 8, sizeof nonce);
    std::array<std::uint64_t, 8> line{
        2, one.kind, one.offset_bytes, one.size_bytes, checksum({}, nonce), 0, 0, 0};
    line[7] = checksum(std::as_bytes(std::span(line).first(7)), nonce);
    std::memcpy(log_fake_->bytes() + DAX_PAGE_BYTES + DAX_LINE_BYTES, line.data(), sizeof line);
    EXPECT_EQ(WriteLog::read(*log_)->entries().size(), one.entries)
        << one.kind << " " << one.offset_bytes << " " << one.size_bytes;
  }
}

TEST(WriteLogTest, replays_a_write_that_is_larger_than_a_piece) {
  constexpr std::uint64_t kDeviceBytes = 4 << 20;
  fakes::FakeBackend device_fake(kDeviceBytes), log_fake(2 * kDeviceBytes), onto(kDeviceBytes);
  auto log = log_fake.device({.name = "log"});
  DaxDevice& below = *log;
  const auto made = make_logwrites("logged", device_fake.device(), std::move(log));
  ASSERT_TRUE(made) << made.error().message;
  DaxDevice& top = **made;
  std::vector<unsigned char> data((3 << 20) + 13);
  Random random(3);
  for (auto& byte : data) byte = static_cast<unsigned char>(random());
  DaxReader reader = top.make_reader();
  dax_iter iter = one_range(100, data.data(), data.size());
  {
    const ReadSection section(reader);
    ASSERT_EQ(top.copy_from_iter(section, iter), static_cast<std::int64_t>(data.size()));
  }
  ASSERT_EQ(top.drain(reader), 0);
  const auto device = onto.device();
  auto written = WriteLog::read(below);
  ASSERT_TRUE(written);
  ASSERT_EQ(written->marks(), 1U);
  ASSERT_TRUE(written->replay(1, *device));
  EXPECT_EQ(std::memcmp(onto.bytes(), device_fake.bytes(), kDeviceBytes), 0);
  log_fake.bytes()[DAX_PAGE_BYTES + DAX_LINE_BYTES + (2 << 20)] ^= 1;  // in its third piece
  EXPECT_EQ(WriteLog::read(below)->entries().size(), 0U);
}

TEST_F(LogWritesTest, fails_a_write_for_which_the_log_has_no_room) {
  make(2 * DAX_PAGE_BYTES);
  EXPECT_EQ(write(0, std::vector<unsigned char>(4000, 1)), 4000);
  EXPECT_EQ(write(0, std::vector<unsigned char>(4000, 2)), -ENOSPC);
  EXPECT_EQ(read(*below_, 0, 1)[0], 1) << "what is not in the log is not on the device";
}

TEST_F(LogWritesTest, gives_no_addresses_and_dies_with_its_log) {
  DaxDevice& top = make();
  void* address = nullptr;
  {
    const ReadSection section(*reader_);
    EXPECT_EQ(top.direct_access(section, 0, 1, DAX_ACCESS, &address), -EOPNOTSUPP);
  }
  log_->kill();
  EXPECT_FALSE(top.alive());
}

TEST(WriteLogTest, is_not_found_on_a_device_without_one) {
  fakes::FakeBackend fake(kLogOf);
  const auto device = fake.device();
  const auto log = WriteLog::read(*device);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().kind, ErrorKind::usage);
}

}  // namespace
}  // namespace pmembench
