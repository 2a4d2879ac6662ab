#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "results/store_impl.hpp"

namespace pmembench {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(HistogramBlob, is_pairs_of_leb128_numbers) {
  Histogram histogram;
  histogram.record_many(3, 1);
  histogram.record_many(5, 300);  // 300 = 0b10'0101100
  EXPECT_THAT(encode_histogram(histogram), testing::ElementsAre(3, 1, 2, 0xAC, 0x02));
  EXPECT_TRUE(encode_histogram(Histogram()).empty());
}

TEST(HistogramBlob, comes_back_as_it_was) {
  constexpr std::uint64_t kSeed = 3;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  Random random(kSeed);
  for (int round = 0; round < 20; ++round) {
    Histogram histogram;
    for (int i = 0; i < 200; ++i) {
      histogram.record_many(random() >> random.below(64), random() >> random.below(64));
    }
    const auto back = decode_histogram(encode_histogram(histogram));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->sparse(), histogram.sparse());
  }
  EXPECT_EQ(decode_histogram({})->count(), 0U);
}

TEST(HistogramBlob, refuses_what_ends_in_the_middle_or_lies_outside) {
  Histogram histogram;
  histogram.record_many(70000, 1U << 20);
  const Bytes whole = encode_histogram(histogram);
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const auto cut =
        decode_histogram(Bytes(whole.begin(), whole.begin() + static_cast<long>(size)));
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error().message,
              "a stored histogram ends in the middle of a number: the file was changed by another "
              "program; restore a copy");
  }
  EXPECT_FALSE(decode_histogram(Bytes(20, 0xFF)));
  const auto outside = decode_histogram({0x81, 0x1E, 1});  // bucket 3841
  ASSERT_FALSE(outside);
  EXPECT_THAT(outside.error().message, testing::HasSubstr("bucket 3841 is out of range"));
  EXPECT_FALSE(decode_histogram({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 1, 0xFF, 0xFF, 0x7F, 1}));
}

}  // namespace
}  // namespace pmembench
