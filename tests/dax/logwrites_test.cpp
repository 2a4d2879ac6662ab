#include "dax/logwrites.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <optional>
#include <vector>

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
