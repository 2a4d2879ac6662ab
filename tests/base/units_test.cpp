#include "base/units.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace pmembench {
namespace {

TEST(Units, reads_sizes_with_powers_of_1024) {
  EXPECT_EQ(*parse_size("0"), 0u);
  EXPECT_EQ(*parse_size("64"), 64u);
  EXPECT_EQ(*parse_size("4K"), 4096u);
  EXPECT_EQ(*parse_size("4 KiB"), 4096u);
  EXPECT_EQ(*parse_size("1.5G"), 1610612736u);
  EXPECT_EQ(*parse_size("64 B"), 64u);
  EXPECT_EQ(*parse_size("9007199254740993"), 9007199254740993u);
}

TEST(Units, refuses_what_is_not_a_size) {
  for (const char* text : {"", "-1", "4X", "K", "1e3", "0x10", "4KK", "1.2.3", " "}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
  EXPECT_EQ(parse_size("12Q").error().message,
            "'12Q' is not a size: write bytes or a number with K, M, G or T");
  EXPECT_EQ(parse_size("0.3K").error().message, "size '0.3K' is not a whole number of bytes");
  EXPECT_EQ(parse_size("9999999T").error().message,
            "size '9999999T' is too large: the limit is 8 EiB");
}

TEST(Units, reads_durations_and_wants_a_unit) {
  EXPECT_EQ(*parse_duration_ns("500us"), 500'000u);
  EXPECT_EQ(*parse_duration_ns("60s"), 60'000'000'000u);
  EXPECT_EQ(*parse_duration_ns("0.5s"), 500'000'000u);
  EXPECT_EQ(*parse_duration_ns("2m"), 120'000'000'000u);
  EXPECT_FALSE(parse_duration_ns("60"));
  EXPECT_FALSE(parse_duration_ns("fast"));
  EXPECT_FALSE(parse_duration_ns("9999999999h"));
}

TEST(Units, expands_ranges_of_each_step) {
  using Values = std::vector<std::uint64_t>;
  EXPECT_EQ(*parse_range("1:*2:32"), (Values{1, 2, 4, 8, 16, 32}));
  EXPECT_EQ(*parse_range("0:+64:256"), (Values{0, 64, 128, 192, 256}));
  EXPECT_EQ(*parse_range("8:-2:2"), (Values{8, 6, 4, 2}));
  EXPECT_EQ(*parse_range("100:/10:1"), (Values{100, 10, 1}));
  EXPECT_EQ(*parse_range("64:*4:4K"), (Values{64, 256, 1024, 4096}));
  EXPECT_EQ(*parse_range("4K"), (Values{4096}));
  EXPECT_EQ(*parse_range("1:*3:20"), (Values{1, 3, 9}));
  EXPECT_EQ(*parse_range("5:-3:0"), (Values{5, 2}));
  EXPECT_EQ(*parse_range("7:*2:7"), (Values{7}));
}

TEST(Units, refuses_ranges_that_never_arrive) {
  for (const char* text : {"1:*1:4", "0:*2:4", "1:+0:4", "4:+1:1", "1:-1:4", "4:/1:1", "1:/2:4"}) {
    const auto values = parse_range(text);
    ASSERT_FALSE(values) << text;
    EXPECT_NE(values.error().message.find("never arrives"), std::string::npos) << text;
  }
  for (const char* text : {"1:2:4", "1:*2", ":*2:4", "1::4", "1:*:4", "1:*2:"}) {
    EXPECT_FALSE(parse_range(text)) << text;
  }
  EXPECT_FALSE(parse_range("0:+1:5000"));
}

TEST(Units, every_range_ends_and_stays_inside_its_bounds) {
  Random random(7);
  for (int round = 0; round < 5000; ++round) {
    const std::string text = fmt::format("{}:{}{}:{}", random.below(300), "+-*/"[random.below(4)],
                                         random.below(6), random.below(300));
    const auto values = parse_range(text);
    if (!values) continue;
    ASSERT_FALSE(values->empty()) << text;
    ASSERT_LE(values->size(), 4096u) << text;
  }
}

TEST(Units, writes_sizes_that_read_back) {
  EXPECT_EQ(format_size(64), "64 B");
  EXPECT_EQ(format_size(4096), "4 KiB");
  EXPECT_EQ(format_size(1536), "1.5 KiB");
  EXPECT_EQ(format_size_short(4096), "4K");
  EXPECT_EQ(format_size_short(0), "0B");
  Random random(11);
  for (int round = 0; round < 2000; ++round) {
    const std::uint64_t size = (random() >> 1) >> random.below(63);
    EXPECT_EQ(*parse_size(format_size_short(size)), size);
  }
}

TEST(Units, writes_durations_and_rates_with_three_digits) {
  EXPECT_EQ(format_duration_ns(812.4), "812 ns");
  EXPECT_EQ(format_duration_ns(1250), "1.25 us");
  EXPECT_EQ(format_duration_ns(999.9), "1 us");
  EXPECT_EQ(format_duration_ns(2e9), "2 s");
  EXPECT_EQ(format_duration_ns(0.42), "0.42 ns");
  EXPECT_EQ(format_bandwidth(8.96 * 0x1p30), "8.96 GiB/s");
  EXPECT_EQ(format_rate(9.1e6), "9.1 M/s");
}

TEST(Units, finds_the_key_that_was_meant) {
  const std::vector<std::string> known{"backend", "media", "threads", "operation_size"};
  EXPECT_EQ(nearest("backnd", known), "backend");
  EXPECT_EQ(nearest("operation-size", known), "operation_size");
  EXPECT_EQ(nearest("zzz", known), "");
  // Two letters that changed places are one mistake, and two wrong letters are two.
  EXPECT_EQ(nearest("shwo", {"slo", "show"}), "show");
}

}  // namespace
}  // namespace pmembench
