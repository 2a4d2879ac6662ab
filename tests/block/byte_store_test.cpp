// Bytes on a dax device and on sectors: any range, of any alignment, and -EIO for what fails.
#include "block/byte_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "base/random.hpp"
#include "block/raw_block.hpp"
#include "tests/fakes/fake_backend.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kSize = 64 * 1024;

class Bytes : public testing::TestWithParam<std::uint32_t> {
 protected:
  Bytes() : fake_(kSize), device_(fake_.device()) {
    fake_.record = false;
    if (GetParam() == 0) {
      auto store = make_dax_store(*device_);
      EXPECT_TRUE(store);
      store_ = *std::move(store);
      return;
    }
    auto block = make_raw_block(*device_, {.sector_bytes = GetParam()});
    EXPECT_TRUE(block);
    block_ = *std::move(block);
    store_ = make_sector_store(*block_);
  }
  fakes::FakeBackend fake_;
  std::unique_ptr<DaxDevice> device_;
  std::unique_ptr<BlockDevice> block_;
  std::unique_ptr<ByteStore> store_;
};

TEST_P(Bytes, are_read_as_they_were_written) {
  const auto seed = static_cast<std::uint64_t>(testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  std::vector<std::byte> model(kSize);
  store_->keep(std::vector<std::byte>(kSize / 2));
  const auto session = store_->session();
  for (int step = 0; step < 2000; ++step) {
    const std::uint64_t at = random.below(kSize);
    std::vector<std::byte> part(random.below(std::min<std::uint64_t>(kSize - at, 9000)) + 1);
    if (random.below(2) == 0) {
      ASSERT_EQ(session->read(at, part), 0);
      ASSERT_TRUE(std::equal(part.begin(), part.end(), model.begin() + static_cast<long>(at)));
      continue;
    }
    for (std::byte& byte : part) byte = static_cast<std::byte>(random());
    // Metadata lie in front and go through the copy; data lie behind and do not.
    const bool front = at + part.size() <= kSize / 2;
    if (!front && at < kSize / 2) continue;
    ASSERT_EQ(front ? session->write(at, part) : session->persist(at, part), 0);
    std::copy(part.begin(), part.end(), model.begin() + static_cast<long>(at));
  }
  ASSERT_EQ(session->barrier(), 0);
  ASSERT_EQ(session->data_barrier(), 0);
  EXPECT_TRUE(
      std::equal(model.begin(), model.end(), reinterpret_cast<const std::byte*>(fake_.bytes())));
}

TEST_P(Bytes, say_EIO_whatever_happened) {
  const auto session = store_->session();
  std::vector<std::byte> part(100);
  EXPECT_EQ(session->read(kSize - 50, part), -EIO);
  EXPECT_EQ(session->write(kSize - 50, part), -EIO);
  EXPECT_EQ(session->persist(UINT64_MAX - 200, part), -EIO);
  device_->bad_blocks().add(8192, 512);
  EXPECT_EQ(session->read(8200, part), -EIO);
  EXPECT_EQ(session->persist(8200, part), -EIO);
  device_->kill();
  EXPECT_EQ(session->read(0, part), -EIO);
  EXPECT_EQ(session->write(0, part), -EIO);
  // A flush of a dead dax device finds nothing to do, as in the kernel; a block device refuses it.
  EXPECT_EQ(session->barrier(), GetParam() == 0 ? 0 : -EIO);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Bytes, testing::Values(0U, 512U, 4096U));

TEST(DaxStore, refuses_a_backend_that_copies_whole_units_only) {
  fakes::FakeBackend coarse(kSize);
  coarse.operations.alignment_bytes = coarse.operations.minimum_io_bytes = 4096;
  const auto device = coarse.device({.name = "coarse"});
  const auto store = make_dax_store(*device);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().message,
            "coarse cannot be written byte by byte (its backend copies whole units); mount a block "
            "device over it");
}

}  // namespace
}  // namespace pmembench
