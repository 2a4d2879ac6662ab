// Memory errors that raise a real SIGBUS: copies end short, the page becomes a bad block, and a
// recovery write brings it back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <vector>

#include "dax/dax_device.hpp"
#include "dax/media.hpp"
#include "tests/dax/plain_table.hpp"
#include "tests/fakes/page.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kPages = 8;

// Copies by the host's mapping, byte for byte.
std::int64_t copy_by_mapping(void* handle, dax_iter* iter, bool store) {
  const auto* mapping = static_cast<const dax_mapping*>(handle);
  std::int64_t bytes = 0;
  for (; iter->count > 0; --iter->count) {
    unsigned char* const at = mapping->address + dax_iter_next(iter);
    std::memcpy(store ? at : iter->buffer, store ? iter->buffer : at, iter->size_bytes);
    bytes += static_cast<std::int64_t>(iter->size_bytes);
  }
  return bytes;
}

dax_operations copying_table() {
  dax_operations table = plain_table("copying");
  table.copy_from_iter = [](void* handle, dax_iter* iter) {
    return copy_by_mapping(handle, iter, true);
  };
  table.copy_to_iter = [](void* handle, dax_iter* iter) {
    return copy_by_mapping(handle, iter, false);
  };
  table.flush = [](void*, dax_iter* iter) {
    for (; iter->count > 0; --iter->count) dax_iter_next(iter);
    return std::int64_t{0};
  };
  table.recovery_write = table.copy_from_iter;
  return table;
}

class PoisonedDevice : public testing::Test {
 protected:
  void SetUp() override {
    void* const address =
        mmap(nullptr, kPages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(address, MAP_FAILED);
    memory_ = Mapping(address, kPages * kPage);
    std::memset(address, 0x11, kPages * kPage);
    mapping_ = {sizeof(dax_mapping), 16, 0, memory_.address(), kPages * kPage, 0, 0};
    device_ = std::move(DaxDevice::allocate({.name = "d", .size_bytes = kPages * kPage}, &table_,
                                            &mapping_, nullptr))
                  .value();
    reader_.emplace(device_->make_reader());
    const Status poisoned = device_->poison_page(3);
    if (!poisoned) GTEST_SKIP() << poisoned.error().message;
  }
  // Ranges of one page each, from the device's first page on.
  dax_iter pages(std::uint64_t first, std::uint64_t count) {
    buffer_.assign(kPage, 0x22);
    dax_iter iter{};
    iter.multiplier = 1;
    iter.increment = ~std::uint64_t{0} / kPages + 1;
    iter.state = iter.increment * first;
    iter.slots = kPages;
    iter.granule_bytes = iter.size_bytes = kPage;
    iter.count = count;
    iter.buffer = buffer_.data();
    return iter;
  }
  std::int64_t read(dax_iter& iter) {
    const ReadSection section(*reader_);
    return device_->copy_to_iter(section, iter);
  }
  std::int64_t persist(dax_iter& iter) {
    const ReadSection section(*reader_);
    return device_->persist_from_iter(section, iter);
  }

  dax_operations table_ = copying_table();
  Mapping memory_;
  dax_mapping mapping_{};
  std::vector<unsigned char> buffer_;
  std::unique_ptr<DaxDevice> device_;
  std::optional<DaxReader> reader_;
};

TEST_F(PoisonedDevice, a_read_survives_and_ends_before_the_page) {
  EXPECT_TRUE(device_->bad_blocks().empty());  // nobody knows of it yet
  dax_iter iter = pages(0, kPages);
  EXPECT_EQ(read(iter), static_cast<std::int64_t>(3 * kPage));
  EXPECT_EQ(iter.count, kPages - 3);
  EXPECT_THAT(device_->bad_blocks().list(), testing::ElementsAre(BadRange{3 * kPage, kPage}));
  dax_iter behind = pages(4, kPages - 4);
  EXPECT_EQ(read(behind), static_cast<std::int64_t>((kPages - 4) * kPage));
  EXPECT_EQ(buffer_[0], 0x11);
}

TEST_F(PoisonedDevice, a_read_that_begins_in_the_page_brings_nothing) {
  dax_iter iter = pages(3, 1);
  EXPECT_EQ(read(iter), 0);
  EXPECT_EQ(iter.count, 1U);
}

TEST_F(PoisonedDevice, a_write_survives_and_ends_before_the_page) {
  dax_iter iter = pages(2, 2);
  EXPECT_EQ(persist(iter), static_cast<std::int64_t>(kPage));
  EXPECT_EQ(iter.count, 1U);
  EXPECT_EQ(memory_.address()[2 * kPage], 0x22);
}

TEST_F(PoisonedDevice, a_recovery_write_clears_it) {
  dax_iter met = pages(3, 1);
  EXPECT_EQ(read(met), 0);
  dax_iter mended = pages(3, 1);
  {
    const ReadSection section(*reader_);
    EXPECT_EQ(device_->recovery_write(section, mended), static_cast<std::int64_t>(kPage));
  }
  EXPECT_TRUE(device_->bad_blocks().empty());
  dax_iter again = pages(0, kPages);
  EXPECT_EQ(read(again), static_cast<std::int64_t>(kPages * kPage));
  EXPECT_EQ(memory_.address()[3 * kPage], 0x22);
  EXPECT_EQ(memory_.address()[4 * kPage], 0x11);
}

TEST_F(PoisonedDevice, ends_with_pages_that_may_be_touched) {
  device_->end_poison();
  dax_iter iter = pages(0, kPages);
  EXPECT_EQ(read(iter), static_cast<std::int64_t>(kPages * kPage));
  EXPECT_EQ(memory_.address()[3 * kPage], 0);
  EXPECT_EQ(memory_.address()[4 * kPage], 0x11);
}

class Listener final : public DaxHolder {
 public:
  int notify_failure(std::uint64_t offset_bytes, std::uint64_t length_bytes, int) override {
    told_.push_back({offset_bytes, length_bytes});
    return 0;
  }
  std::vector<BadRange> told_;
};

TEST_F(PoisonedDevice, tells_the_holder_what_was_met) {
  Listener listener;
  ASSERT_EQ(device_->hold(&listener), 0);
  dax_iter iter = pages(0, kPages);
  read(iter);
  EXPECT_THAT(listener.told_, testing::ElementsAre(BadRange{3 * kPage, kPage}));
  EXPECT_EQ(device_->release(&listener), 0);
}

TEST_F(PoisonedDevice, two_pages_are_met_one_after_the_other) {
  ASSERT_TRUE(device_->poison_page(5));
  dax_iter first = pages(0, kPages);
  EXPECT_EQ(read(first), static_cast<std::int64_t>(3 * kPage));
  dax_iter second = pages(4, 4);
  EXPECT_EQ(read(second), static_cast<std::int64_t>(kPage));
  EXPECT_EQ(device_->bad_blocks().list().size(), 2U);
}

TEST(DaxDevicePoison, is_refused_where_there_are_no_addresses) {
  dax_operations table = plain_table("none");
  table.capabilities = 0;
  auto device =
      std::move(DaxDevice::allocate({.name = "d", .size_bytes = kPage}, &table, nullptr, nullptr))
          .value();
  const Status refused = device->survive_poison();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::environment);
  EXPECT_EQ(refused.error().message,
            "dax device 'd': memory errors can only be survived where the device is one mapping "
            "without known bad blocks; use another backend");
}

}  // namespace
}  // namespace pmembench
