// The operations of a simulated device: they do what the backend does, and take the model's time.
#include "dax/sim_device.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "backends/builtin_tables.h"

namespace pmembench {
namespace {

SimModel device_model() {
  SimModel model;
  model.size_bytes = 1 << 16;
  model.load_ns = 300;
  model.store_ns = 40;
  model.flush_ns = 9;
  model.fence_ns = 25;
  return model;
}

class SimDeviceTest : public testing::Test {
 protected:
  void use(const dax_operations& backend, const SimModel& model = device_model()) {
    const dax_mapping mapping{sizeof(dax_mapping),
                              16,
                              DAX_CPU_SSE2 | DAX_CPU_CLFLUSH,
                              bytes_.data(),
                              bytes_.size(),
                              0,
                              0};
    device_ = std::make_unique<SimDevice>(backend, mapping, model);
    device_->memory().sit(0);
  }
  dax_iter range(std::uint64_t offset_bytes, std::uint64_t size_bytes) {
    dax_iter iter{};
    iter.multiplier = 1;
    iter.slots = iter.count = 1;
    iter.offset_bytes = offset_bytes;
    iter.granule_bytes = iter.size_bytes = size_bytes;
    iter.buffer = buffer_.data();
    return iter;
  }
  const dax_operations& table() { return *device_->operations(); }
  // Since it was last asked.
  double took_ns() {
    const double now = static_cast<double>(device_->memory().now()) * SimMemory::kTick_ns;
    return now - std::exchange(before_ns_, now);
  }

  alignas(64) std::array<unsigned char, 1 << 16> bytes_{};
  alignas(64) std::array<unsigned char, 4096> buffer_{};
  std::unique_ptr<SimDevice> device_;
  double before_ns_ = 0;
};

TEST_F(SimDeviceTest, moves_the_bytes_and_takes_the_time) {
  use(kMovntOperations);
  std::memset(buffer_.data(), 7, 128);
  dax_iter iter = range(256, 128);
  EXPECT_EQ(table().copy_from_iter(device_->handle(), &iter), 128);
  EXPECT_EQ(iter.count, 0U);
  EXPECT_EQ(bytes_[256 + 127], 7);
  EXPECT_EQ(took_ns(), 80) << "two lines";
  EXPECT_EQ(table().drain(device_->handle()), 0);
  EXPECT_EQ(took_ns(), 25);
  std::memset(buffer_.data(), 0, 128);
  iter = range(256, 128);
  EXPECT_EQ(table().copy_to_iter(device_->handle(), &iter), 128);
  EXPECT_EQ(buffer_[127], 7);
  EXPECT_EQ(took_ns(), 300) << "two lines at once";
}

// A store past the caches needs no flush, a cached one a flush of each line.
TEST_F(SimDeviceTest, makes_durable_as_the_backend_does) {
  use(kMovntOperations);
  dax_iter iter = range(0, 128);
  EXPECT_EQ(table().persist_from_iter(device_->handle(), &iter), 128);
  EXPECT_EQ(took_ns(), 2 * 40 + 25);
  use(kClflushOperations);
  before_ns_ = 0;
  iter = range(0, 128);
  EXPECT_EQ(table().persist_from_iter(device_->handle(), &iter), 128);
  EXPECT_EQ(took_ns(), 2 * 40 + 2 * 9 + 25);
  iter = range(0, 128);
  iter.flags = DAX_ITER_SKIP_FLUSH;
  EXPECT_EQ(table().persist_from_iter(device_->handle(), &iter), 128);
  EXPECT_EQ(took_ns(), 2 * 40 + 25);
  iter = range(0, 128);
  EXPECT_EQ(table().flush(device_->handle(), &iter), 2);
  EXPECT_EQ(took_ns(), 2 * 9);
}

TEST_F(SimDeviceTest, zeroes_pages_in_time) {
  use(kMovntOperations);
  bytes_[4096] = 5;
  EXPECT_EQ(table().zero_page_range(device_->handle(), 1, 1), 0);
  EXPECT_EQ(bytes_[4096], 0);
  EXPECT_EQ(took_ns(), 64 * 40);
}

TEST_F(SimDeviceTest, refuses_what_is_gone) {
  SimModel model = device_model();
  model.fails_after = 1;
  use(kMovntOperations, model);
  dax_iter iter = range(0, 128);
  EXPECT_EQ(table().copy_from_iter(device_->handle(), &iter), 128);
  iter = range(0, 128);
  EXPECT_EQ(table().copy_from_iter(device_->handle(), &iter), -ENXIO);
  EXPECT_EQ(iter.count, 1U);
  EXPECT_EQ(table().zero_page_range(device_->handle(), 0, 1), -ENXIO);
}

TEST_F(SimDeviceTest, has_no_kernels_to_choose_from) {
  use(kMovntOperations);
  EXPECT_EQ(table().choose_read_kernel, nullptr);
  EXPECT_EQ(table().open, nullptr);
}

}  // namespace
}  // namespace pmembench
