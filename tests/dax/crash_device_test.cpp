// The crash model: what is durable, what may be, and what is for ever gone.
#include "dax/crash_device.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <thread>

#include "tests/fakes/fake_backend.hpp"
#include "tests/fakes/page.hpp"

namespace pmembench {
namespace {

using fakes::one_range;
using fakes::ranges_in_a_row;

constexpr std::uint64_t kLine = DAX_LINE_BYTES;
constexpr std::uint64_t kManyImages = 1 << 20;

// A device of one page, and calls in one word.
class Crash : public testing::Test {
 protected:
  void start(bool needs_flush = true) {
    options_ = {kPage, needs_flush};
    device_.emplace(std::move(CrashDevice::make(options_)).value());
    reader_.emplace(device_->device().make_reader());
  }
  void store(std::uint64_t offset, std::vector<unsigned char> data) {
    dax_iter iter = one_range(offset, data.data(), data.size());
    const ReadSection section(*reader_);
    ASSERT_EQ(device_->device().copy_from_iter(section, iter),
              static_cast<std::int64_t>(data.size()));
  }
  void flush(std::uint64_t offset, std::uint64_t size) {
    dax_iter iter = one_range(offset, nullptr, size);
    ASSERT_GE(device_->device().flush(*reader_, iter), 0);
  }
  void drain() { ASSERT_EQ(device_->device().drain(*reader_), 0); }
  std::vector<unsigned char> load(std::uint64_t offset, std::uint64_t size) {
    std::vector<unsigned char> data(size);
    dax_iter iter = one_range(offset, data.data(), size);
    const ReadSection section(*reader_);
    EXPECT_EQ(device_->device().copy_to_iter(section, iter), static_cast<std::int64_t>(size));
    return data;
  }
  // Every image there may be, each as the bytes [0, bytes) in text.
  std::set<std::string> images(std::uint64_t bytes) const {
    std::set<std::string> found;
    EXPECT_TRUE(device_->for_each_image(kManyImages, [&](std::span<const std::byte> image) {
      EXPECT_EQ(image.size(), kPage);
      const auto* text = reinterpret_cast<const char*>(image.data());
      EXPECT_TRUE(found.emplace(text, bytes).second) << "an image came twice";
      return true;
    }));
    return found;
  }

  CrashDevice::Options options_;
  std::optional<CrashDevice> device_;
  std::optional<DaxReader> reader_;
};

std::vector<unsigned char> words(std::size_t count, unsigned char value) {
  return std::vector<unsigned char>(8 * count, value);
}

std::string text_of_words(std::initializer_list<char> values) {
  std::string text;
  for (const char value : values) text.append(8, value);
  return text;
}

TEST_F(Crash, shows_a_store_at_once_and_may_forget_it) {
  start();
  store(0, words(1, 7));
  EXPECT_EQ(load(0, 8), words(1, 7));
  EXPECT_EQ(images(8), (std::set<std::string>{text_of_words({0}), text_of_words({7})}));
}

TEST_F(Crash, keeps_of_the_stores_to_one_line_any_prefix) {
  start();
  store(0, words(2, 1));
  store(8, words(1, 2));
  EXPECT_EQ(images(16), (std::set<std::string>{text_of_words({0, 0}), text_of_words({1, 0}),
                                               text_of_words({1, 1}), text_of_words({1, 2})}));
}

TEST_F(Crash, keeps_two_lines_independently) {
  start();
  store(kLine - 8, words(2, 5));  // the last word of one line and the first of the next
  const std::set<std::string> all = images(2 * kLine);
  std::set<std::string> halves;
  for (const std::string& image : all) halves.insert(image.substr(kLine - 8, 16));
  EXPECT_EQ(all.size(), 4U);
  EXPECT_EQ(halves, (std::set<std::string>{text_of_words({0, 0}), text_of_words({5, 0}),
                                           text_of_words({0, 5}), text_of_words({5, 5})}));
}

TEST_F(Crash, never_tears_eight_aligned_bytes) {
  start();
  store(0, words(1, 1));
  flush(0, 8);
  drain();
  store(3, {9, 9});
  std::string old(8, 1), whole = old;
  whole[3] = whole[4] = 9;
  EXPECT_EQ(images(8), (std::set<std::string>{old, whole}));
}

TEST_F(Crash, makes_a_line_durable_by_flush_and_drain_together) {
  start();
  store(0, words(8, 1));
  flush(0, kLine);
  EXPECT_EQ(images(kLine).size(), 9U) << "a flush alone waits for nothing";
  drain();
  EXPECT_EQ(images(kLine), (std::set<std::string>{std::string(kLine, 1)}));
  store(0, words(8, 2));
  drain();
  EXPECT_EQ(images(kLine).size(), 9U) << "a drain without a flush writes nothing back";
}

TEST_F(Crash, writes_back_what_was_stored_before_the_flush_only) {
  start();
  store(0, words(1, 1));
  flush(0, 8);
  store(0, words(1, 2));
  drain();
  EXPECT_EQ(images(8), (std::set<std::string>{text_of_words({1}), text_of_words({2})}));
  drain();
  EXPECT_EQ(images(8).size(), 2U);
}

TEST_F(Crash, needs_only_a_drain_where_copies_bypass_the_cache) {
  start(false);
  store(0, words(8, 1));
  EXPECT_EQ(images(kLine).size(), 9U);
  drain();
  EXPECT_EQ(images(kLine).size(), 1U);
  EXPECT_EQ(device_->device().operations()->capabilities & DAX_CAP_NEEDS_FLUSH, 0U);
}

TEST_F(Crash, drains_what_another_thread_flushed) {
  start();
  store(0, words(1, 1));
  flush(0, 8);
  std::thread([&] {
    DaxReader reader = device_->device().make_reader();
    EXPECT_EQ(device_->device().drain(reader), 0);
  }).join();
  EXPECT_EQ(images(8).size(), 1U);
}

TEST_F(Crash, enumerates_the_product_of_two_lines) {
  start();
  store(0, words(3, 1));
  store(kLine, words(4, 1));
  EXPECT_EQ(images(2 * kLine).size(), 4U * 5U);
}

TEST_F(Crash, counts_an_image_that_two_prefixes_share_once) {
  start();
  store(0, words(4, 0));  // nothing changes
  EXPECT_EQ(images(kLine).size(), 1U);
  store(0, words(1, 1));
  store(0, words(1, 0));
  EXPECT_EQ(images(kLine).size(), 2U);
}

TEST_F(Crash, refuses_to_enumerate_more_than_the_limit) {
  start();
  store(0, words(8, 1));
  store(kLine, words(8, 1));
  int looked = 0;
  const auto look = [&](std::span<const std::byte>) { return ++looked > 0; };
  EXPECT_FALSE(device_->for_each_image(80, look));
  EXPECT_FALSE(device_->for_each_image(0, look));
  EXPECT_EQ(looked, 0);
  EXPECT_TRUE(device_->for_each_image(81, look));
  EXPECT_EQ(looked, 81);
}

TEST_F(Crash, stops_enumerating_when_told) {
  start();
  store(0, words(8, 1));
  int looked = 0;
  EXPECT_TRUE(device_->for_each_image(kManyImages,
                                      [&](std::span<const std::byte>) { return ++looked < 3; }));
  EXPECT_EQ(looked, 3);
}

TEST_F(Crash, counts_ranges_pages_and_drains_as_events) {
  start();
  std::array<unsigned char, 64> data{};
  dax_iter three = ranges_in_a_row(0, data.data(), 16, 3);
  {
    const ReadSection section(*reader_);
    device_->device().copy_from_iter(section, three);
    EXPECT_EQ(device_->events(), 3U);
    EXPECT_EQ(device_->device().zero_page_range(section, 0, 1), 0);
    EXPECT_EQ(device_->events(), 4U);
    dax_iter read = one_range(0, data.data(), 64);
    device_->device().copy_to_iter(section, read);
    EXPECT_EQ(device_->events(), 4U);
  }
  flush(0, kLine);
  drain();
  EXPECT_EQ(device_->events(), 6U);
}

TEST_F(Crash, reaches_nothing_from_the_cut_on) {
  start();
  device_->cut_power_at(3);
  store(0, words(1, 1));      // 0
  flush(0, 8);                // 1
  drain();                    // 2
  store(0, words(1, 2));      // 3: too late
  store(kLine, words(1, 2));  // 4
  flush(0, 2 * kLine);
  drain();
  EXPECT_EQ(images(8), (std::set<std::string>{text_of_words({1})}));
  EXPECT_EQ(images(2 * kLine).size(), 1U);
  EXPECT_EQ(load(0, 8), words(1, 2)) << "whoever still runs sees what it stored";
  EXPECT_EQ(device_->events(), 7U);
}

TEST_F(Crash, loses_a_drain_that_the_cut_came_before) {
  start();
  device_->cut_power_at(2);
  store(0, words(1, 1));
  flush(0, 8);
  drain();
  EXPECT_EQ(images(8).size(), 2U);
}

TEST_F(Crash, zeroes_pages_as_stores) {
  start();
  store(0, words(1, 1));
  flush(0, 8);
  drain();
  {
    const ReadSection section(*reader_);
    EXPECT_EQ(device_->device().zero_page_range(section, 0, 1), 0);
  }
  EXPECT_EQ(load(0, 8), words(1, 0));
  EXPECT_EQ(images(8).size(), 2U);
  flush(0, kPage);
  drain();
  EXPECT_EQ(images(8), (std::set<std::string>{text_of_words({0})}));
}

TEST_F(Crash, has_no_addresses) {
  start();
  const ReadSection section(*reader_);
  void* address = nullptr;
  EXPECT_EQ(device_->device().direct_access(section, 0, 1, DAX_ACCESS, &address), -EOPNOTSUPP);
}

TEST_F(Crash, starts_again_from_an_image) {
  start();
  store(0, words(1, 1));
  Random random(1);
  std::vector<std::byte> image = device_->image(random);
  image[9] = std::byte{3};
  auto after = CrashDevice::reboot(options_, image);
  ASSERT_TRUE(after);
  reader_.reset();
  device_.emplace(*std::move(after));
  reader_.emplace(device_->device().make_reader());
  EXPECT_EQ(load(9, 1), std::vector<unsigned char>{3});
  EXPECT_EQ(images(kPage).size(), 1U);
  EXPECT_EQ(device_->events(), 0U);
}

TEST_F(Crash, repeats_its_images_for_the_same_seed) {
  start();
  for (std::uint64_t line = 0; line < 16; ++line) store(line * kLine, words(8, 1));
  Random one(7), same(7), other(8);
  const auto first = device_->image(one);
  EXPECT_EQ(first, device_->image(same));
  EXPECT_NE(first, device_->image(other));
}

TEST(CrashDevice, refuses_an_image_of_another_size) {
  const auto device = CrashDevice::reboot({2 * kPage, true}, std::vector<std::byte>(kPage));
  ASSERT_FALSE(device);
  EXPECT_EQ(device.error().code, EINVAL);
  EXPECT_EQ(device.error().message,
            "a crash device of 8192 bytes cannot start from an image of 4096 bytes; give it one of "
            "its size");
  EXPECT_FALSE(CrashDevice::make({100, true}));
}

// A slow model that says the same with whole histories: what a line may hold is its durable content
// or any later content since.
class CrashModel {
 public:
  explicit CrashModel(bool needs_flush) : needs_flush_(needs_flush) {
    for (auto& line : history_) line.push_back(std::string(kLine, 0));
  }
  void store(std::uint64_t offset, const std::vector<unsigned char>& data) {
    for (std::size_t i = 0; i < data.size(); ++i) {
      auto& line = history_[(offset + i) / kLine];
      std::string next = line.back();
      next[(offset + i) % kLine] = static_cast<char>(data[i]);
      // Bytes of one word arrive together.
      const bool first_of_word = i == 0 || (offset + i) % 8 == 0;
      if (first_of_word) line.push_back(next);
      line.back() = next;
      if (!needs_flush_) flushed_[(offset + i) / kLine] = line.size() - 1;
    }
  }
  void flush(std::uint64_t line) {
    if (needs_flush_) flushed_[line] = history_[line].size() - 1;
  }
  void drain() {
    for (std::size_t line = 0; line < history_.size(); ++line) {
      auto& states = history_[line];
      states.erase(states.begin(), states.begin() + static_cast<std::ptrdiff_t>(flushed_[line]));
      flushed_[line] = 0;
    }
  }
  bool allows(std::size_t line, const std::string& content) const {
    const auto& states = history_[line];
    return std::find(states.begin(), states.end(), content) != states.end();
  }
  std::size_t images() const {
    std::size_t count = 1;
    for (const auto& states : history_) {
      count *= std::set<std::string>(states.begin(), states.end()).size();
    }
    return count;
  }

 private:
  bool needs_flush_;
  std::array<std::vector<std::string>, kPage / kLine> history_;
  std::array<std::size_t, kPage / kLine> flushed_{};
};

TEST_F(Crash, agrees_with_a_model_of_whole_histories) {
  const std::uint64_t seed = testing::UnitTest::GetInstance()->random_seed() + 1;
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (int round = 0; round < 200; ++round) {
    const bool needs_flush = random.below(2) == 0;
    reader_.reset();
    start(needs_flush);
    CrashModel model(needs_flush);
    for (int step = 0; step < 12; ++step) {
      const std::uint64_t offset = random.below(3 * kLine);
      const std::uint64_t size = 1 + random.below(24);
      const auto fill = static_cast<unsigned char>(1 + random.below(200));
      const std::uint64_t dice = random.below(4);
      if (dice < 2) {
        store(offset, std::vector<unsigned char>(size, fill));
        model.store(offset, std::vector<unsigned char>(size, fill));
      } else if (dice == 2) {
        flush(offset, 1);
        model.flush(offset / kLine);
      } else {
        drain();
        model.drain();
      }
    }
    for (int sample = 0; sample < 8; ++sample) {
      const std::vector<std::byte> image = device_->image(random);
      const auto* text = reinterpret_cast<const char*>(image.data());
      for (std::size_t line = 0; line < kPage / kLine; ++line) {
        ASSERT_TRUE(model.allows(line, std::string(text + line * kLine, kLine))) << line;
      }
    }
    if (model.images() <= 4096) {
      ASSERT_EQ(images(kPage).size(), model.images());
    }
  }
}

}  // namespace
}  // namespace pmembench
