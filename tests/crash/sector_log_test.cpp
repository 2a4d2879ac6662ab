// What may be found in a sector after a crash, and what it says.
#include "crash/sector_log.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

using Verdict = SectorLog::Verdict;

class Log : public testing::Test {
 protected:
  std::vector<std::byte> version(std::uint32_t number, std::uint64_t sector = 0) {
    std::vector<std::byte> bytes(512);
    log_.content().fill(sector, number, bytes);
    return bytes;
  }
  std::vector<std::byte> mixed(std::uint32_t one, std::uint32_t other) {
    std::vector<std::byte> bytes = version(one);
    const std::vector<std::byte> tail = version(other);
    std::copy(tail.begin() + 256, tail.end(), bytes.begin() + 256);
    return bytes;
  }
  SectorLog log_{2, {512, false}};
};

TEST_F(Log, takes_the_acknowledged_version_and_those_in_flight) {
  for (std::uint32_t found = 0; found <= 4; ++found) {
    log_ = SectorLog(2, {512, false});
    for (int i = 0; i < 2; ++i) log_.begin_write(0);
    log_.acknowledge(0);
    for (int i = 0; i < 2; ++i) log_.begin_write(0);
    EXPECT_EQ(log_.judge(0, version(found)), found < 2 ? Verdict::lost : Verdict::intact) << found;
  }
  EXPECT_EQ(log_.judge(1, version(0, 1)), Verdict::intact);
}

TEST_F(Log, calls_a_mixture_torn_where_a_write_was_in_flight) {
  log_.begin_write(0);
  EXPECT_EQ(log_.judge(0, mixed(1, 0)), Verdict::torn);
  EXPECT_EQ(log_.judge(0, mixed(0, 1)), Verdict::intact) << "it may hold anything now";
  log_.begin_write(0);
  log_.acknowledge(0);
  EXPECT_EQ(log_.judge(0, mixed(0, 1)), Verdict::damaged);
}

TEST_F(Log, calls_a_mixture_damage_where_none_was) {
  log_.begin_write(0);
  log_.acknowledge_all();
  EXPECT_EQ(log_.judge(0, mixed(0, 1)), Verdict::damaged);
  EXPECT_EQ(log_.judge(1, version(1, 1)), Verdict::damaged);
}

TEST_F(Log, does_not_take_a_version_that_an_earlier_crash_undid) {
  EXPECT_EQ(log_.begin_write(0), 1U);
  EXPECT_EQ(log_.judge(0, version(0)), Verdict::intact);
  EXPECT_EQ(log_.begin_write(0), 2U);
  EXPECT_EQ(log_.judge(0, version(1)), Verdict::lost);
}

TEST_F(Log, differs_between_versions_in_three_words_only_where_it_is_sparse) {
  const SectorContent sparse{512, true};
  std::vector<std::byte> one(512), other(512);
  sparse.fill(3, 1, one);
  sparse.fill(3, 2, other);
  int words = 0;
  for (std::size_t at = 0; at < 512; at += 8) {
    if (!std::equal(one.begin() + static_cast<std::ptrdiff_t>(at),
                    one.begin() + static_cast<std::ptrdiff_t>(at) + 8,
                    other.begin() + static_cast<std::ptrdiff_t>(at))) {
      ++words;
    }
  }
  EXPECT_EQ(words, 3);
  EXPECT_TRUE(sparse.matches(3, 1, one));
  EXPECT_FALSE(sparse.matches(3, 1, other));
  EXPECT_FALSE(sparse.matches(4, 1, one));
}

}  // namespace
}  // namespace pmembench
