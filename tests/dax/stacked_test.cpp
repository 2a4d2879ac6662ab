// What every stack does, whatever its layout; shown on stripes of two.
#include "dax/stacked.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <thread>

#include "dax/char_view.hpp"
#include "dax/linear.hpp"
#include "dax/stripe.hpp"
#include "tests/fakes/fake_backend.hpp"
#include "tests/fakes/page.hpp"
#include "tests/fakes/stack_model.hpp"

namespace pmembench {
namespace {

using fakes::FakeBackend;
using fakes::one_range;
using fakes::ranges_in_a_row;

class Stacked : public testing::Test {
 protected:
  // Chunks of one page on two devices of eight.
  DaxDevice& top(DeviceFacts first = {.name = "left"}, DeviceFacts second = {.name = "right"}) {
    std::vector<std::unique_ptr<DaxDevice>> devices;
    devices.push_back(left_.device(first));
    devices.push_back(right_.device(second));
    below_ = {devices[0].get(), devices[1].get()};
    top_ = std::move(make_stripe("s", std::move(devices), kPage)).value();
    return *top_;
  }
  Error refused(std::vector<std::unique_ptr<DaxDevice>> devices) {
    const auto made = make_stripe("s", std::move(devices), kPage);
    EXPECT_FALSE(made.has_value());
    return made.has_value() ? Error{} : made.error();
  }

  FakeBackend left_{8 * kPage};
  FakeBackend right_{8 * kPage};
  std::array<DaxDevice*, 2> below_{};
  std::unique_ptr<DaxDevice> top_;
  std::vector<unsigned char> buffer_ = std::vector<unsigned char>(16 * kPage, 0x77);
};

TEST_F(Stacked, has_the_facts_that_all_its_devices_can_keep) {
  const DeviceFacts& same = top({.name = "left",
                                 .persistence_domain = DAX_DOMAIN_MEMORY_CONTROLLER,
                                 .write_cache = false,
                                 .node = 1},
                                {.name = "right",
                                 .persistence_domain = DAX_DOMAIN_MEMORY_CONTROLLER,
                                 .write_cache = false,
                                 .node = 1})
                                .facts();
  EXPECT_EQ(same.name, "s");
  EXPECT_EQ(same.size_bytes, 16 * kPage);
  EXPECT_EQ(same.persistence_domain, DAX_DOMAIN_MEMORY_CONTROLLER);
  EXPECT_FALSE(same.write_cache);
  EXPECT_TRUE(same.synchronous);
  EXPECT_EQ(same.node, 1);
  const DeviceFacts& mixed = top({.name = "left",
                                  .alignment_bytes = 4 * kPage,
                                  .persistence_domain = DAX_DOMAIN_CPU_CACHE,
                                  .write_cache = false},
                                 {.name = "right",
                                  .persistence_domain = DAX_DOMAIN_NONE,
                                  .write_cache = true,
                                  .synchronous = false,
                                  .node = 1})
                                 .facts();
  EXPECT_EQ(mixed.alignment_bytes, 4 * kPage);
  EXPECT_EQ(mixed.persistence_domain, DAX_DOMAIN_UNKNOWN);
  EXPECT_TRUE(mixed.write_cache);
  EXPECT_FALSE(mixed.synchronous);
  EXPECT_EQ(mixed.node, -1);
}

TEST_F(Stacked, has_the_capabilities_that_all_its_devices_can_keep) {
  left_.operations.capabilities = DAX_CAP_DIRECT_ACCESS | DAX_CAP_SYNCHRONOUS | DAX_CAP_NEEDS_FLUSH;
  right_.operations.capabilities = DAX_CAP_SYNCHRONOUS | DAX_CAP_EMULATED;
  left_.operations.alignment_bytes = 512;
  right_.operations.minimum_io_bytes = 1024;
  const dax_operations& operations = *top().operations();
  EXPECT_EQ(operations.capabilities, DAX_CAP_SYNCHRONOUS | DAX_CAP_NEEDS_FLUSH | DAX_CAP_EMULATED);
  EXPECT_EQ(operations.alignment_bytes, 512U);
  EXPECT_EQ(operations.minimum_io_bytes, 1024U);
  EXPECT_EQ(operations.probe(nullptr, nullptr, 0), 0);
  DaxReader reader = top_->make_reader();
  const ReadSection section(reader);
  void* address = nullptr;
  EXPECT_EQ(top_->direct_access(section, 0, 1, DAX_ACCESS, &address), -EOPNOTSUPP);
}

TEST_F(Stacked, refuses_devices_that_cannot_be_part_of_it) {
  std::vector<std::unique_ptr<DaxDevice>> devices;
  devices.push_back(left_.device({.name = "left"}));
  devices.push_back(std::move(DaxDevice::allocate({.name = "bare", .size_bytes = kPage}, nullptr,
                                                  nullptr, nullptr))
                        .value());
  const Error bare = refused(std::move(devices));
  EXPECT_EQ(bare.code, EINVAL);
  EXPECT_EQ(bare.message,
            "dax device 'bare' cannot be part of 's': it has no operations; bind a backend to it "
            "first");
  devices.clear();
  right_.operations.minimum_io_bytes = 3 * 512;
  devices.push_back(left_.device({.name = "left"}));
  devices.push_back(right_.device({.name = "right"}));
  const Error odd = refused(std::move(devices));
  EXPECT_EQ(odd.code, EINVAL);
  EXPECT_EQ(odd.message,
            "dax device 'right' cannot be part of 's': its backend copies in units of 1536 bytes, "
            "which do not divide a page; take another backend");
}

TEST_F(Stacked, holds_its_devices_and_lets_all_go_when_one_cannot_be_held) {
  fakes::FailureLog other;
  for (const bool dead : {false, true}) {
    std::vector<std::unique_ptr<DaxDevice>> devices;
    devices.push_back(left_.device({.name = "left"}));
    devices.push_back(right_.device({.name = "right"}));
    if (dead) {
      devices[1]->kill();
    } else {
      ASSERT_EQ(devices[1]->hold(&other), 0);
    }
    const Error error = refused(std::move(devices));
    EXPECT_EQ(error.code, dead ? ENXIO : EBUSY);
    EXPECT_EQ(error.message, std::string("dax device 'right' cannot be part of 's': it is ") +
                                 (dead ? "dead" : "held") + "; take another one");
  }
  top();
  EXPECT_EQ(below_[0]->hold(&other), -EBUSY);
}

// Row 1, and the gates below: each device counts what it did itself.
TEST_F(Stacked, forwards_to_each_device_what_lies_there) {
  top({.name = "left"}, {.name = "right", .write_cache = false});
  DaxReader reader = top_->make_reader();
  const ReadSection section(reader);
  dax_iter iter = one_range(kPage / 2, buffer_.data(), 2 * kPage);  // half left, right, half left
  EXPECT_EQ(top_->persist_from_iter(section, iter), static_cast<std::int64_t>(2 * kPage));
  EXPECT_EQ(below_[0]->counters(),
            (DeviceCounters{.bytes_copied_from = kPage, .lines_flushed = 64, .drains = 1}));
  EXPECT_EQ(below_[1]->counters(), (DeviceCounters{.bytes_copied_from = kPage, .drains = 1}));
  EXPECT_EQ(top_->counters(),
            (DeviceCounters{.bytes_copied_from = 2 * kPage, .lines_flushed = 64, .drains = 1}));
}

TEST_F(Stacked, drains_only_the_devices_that_this_thread_wrote_to) {
  top();
  DaxReader reader = top_->make_reader();
  const ReadSection section(reader);
  dax_iter iter = one_range(kPage, buffer_.data(), 64);
  EXPECT_EQ(top_->drain(reader), 0);
  EXPECT_EQ(top_->copy_from_iter(section, iter), 64);
  iter = one_range(0, buffer_.data(), 64);
  EXPECT_EQ(top_->copy_to_iter(section, iter), 64);
  std::thread([this] {
    DaxReader other = top_->make_reader();
    EXPECT_EQ(top_->drain(other), 0);
  }).join();
  EXPECT_EQ(left_.calls.drain + right_.calls.drain, 0);
  right_.fail_with = -EIO;
  EXPECT_EQ(top_->drain(reader), -EIO);
  right_.fail_with = 0;
  EXPECT_EQ(top_->drain(reader), 0);  // still to be done
  EXPECT_EQ(top_->drain(reader), 0);
  EXPECT_EQ(left_.calls.drain, 0);
  EXPECT_EQ(right_.calls.drain, 2);
  EXPECT_EQ(top_->zero_page_range(section, 0, 1), 0);
  EXPECT_EQ(top_->drain(reader), 0);
  EXPECT_EQ(left_.calls.drain, 1);
}

// Stores through an address are seen by nobody, and with the write cache off no flush tells of
// them.
TEST_F(Stacked, always_drains_devices_that_it_gave_an_address_of) {
  top({.name = "left", .write_cache = false}, {.name = "right", .write_cache = false});
  DaxReader reader = top_->make_reader();
  const ReadSection section(reader);
  void* address = nullptr;
  EXPECT_EQ(top_->direct_access(section, 1, 1, DAX_ACCESS, &address), 1);
  EXPECT_EQ(top_->drain(reader), 0);
  EXPECT_EQ(top_->drain(reader), 0);
  EXPECT_EQ(right_.calls.drain, 2);
  EXPECT_EQ(left_.calls.drain, 0);
}

TEST_F(Stacked, stops_where_a_device_below_stops) {
  top();
  DaxReader reader = top_->make_reader();
  const ReadSection section(reader);
  right_.ranges_before_stop = 0;
  dax_iter iter = ranges_in_a_row(0, buffer_.data(), kPage / 2, 8);
  EXPECT_EQ(top_->copy_from_iter(section, iter), static_cast<std::int64_t>(kPage));
  EXPECT_EQ(iter.count, 6U);
  EXPECT_EQ(dax_iter_next(&iter), kPage);
  right_.fail_with = -EIO;
  iter = ranges_in_a_row(kPage, buffer_.data(), kPage, 1);
  EXPECT_EQ(top_->copy_from_iter(section, iter), -EIO);
  EXPECT_EQ(top_->zero_page_range(section, 0, 2), -EIO);
}

TEST_F(Stacked, passes_the_flags_of_a_batch_down) {
  top();
  DaxReader reader = top_->make_reader();
  dax_iter iter = one_range(0, nullptr, 64);
  iter.flags = 1U << 7;
  EXPECT_EQ(top_->flush(reader, iter), 1);
  EXPECT_EQ(left_.last_flags, 1U << 7);
}

// Rows 22 to 24, across the border between two devices.
TEST_F(Stacked, meets_and_repairs_the_bad_blocks_of_its_devices) {
  top();
  DaxReader reader = top_->make_reader();
  const ReadSection section(reader);
  below_[1]->bad_blocks().add(512, 512);  // page 1 on top
  void* address = nullptr;
  EXPECT_EQ(top_->direct_access(section, 1, 1, DAX_ACCESS, &address), -EHWPOISON);
  EXPECT_EQ(top_->direct_access(section, 1, 1, DAX_RECOVERY_WRITE, &address), 1);
  EXPECT_EQ(top_->zero_page_range(section, 0, 4), -EIO);
  dax_iter iter = one_range(0, buffer_.data(), 4 * kPage);
  EXPECT_EQ(top_->copy_from_iter(section, iter), static_cast<std::int64_t>(kPage + 512));
  EXPECT_EQ(top_->recovery_write(section, iter), static_cast<std::int64_t>(4 * kPage));
  EXPECT_EQ(iter.count, 0U);
  EXPECT_TRUE(below_[1]->bad_blocks().empty());
  EXPECT_EQ(top_->direct_access(section, 1, 1, DAX_ACCESS, &address), 1);
}

TEST_F(Stacked, gives_a_char_mapping_only_where_the_bytes_lie_together) {
  top();
  DaxReader reader = top_->make_reader();
  const ReadSection section(reader);
  EXPECT_TRUE(CharView(*top_).map(section, {.length_bytes = kPage}).has_value());
  const auto mapped = CharView(*top_).map(section, {.length_bytes = 2 * kPage});
  ASSERT_FALSE(mapped.has_value());
  EXPECT_EQ(mapped.error().code, ERANGE);
  EXPECT_EQ(mapped.error().message,
            "[0, +8192) of dax device 's' is in several pieces, the first of 4096 bytes; map "
            "them one by one");
}

// Rows 25 and 26: the death of one device is the death of the stack, told from the top down, and
// waits for sections of the top, since their addresses lie in the device below.
TEST_F(Stacked, dies_with_the_first_of_its_devices) {
  top();
  struct Holder : fakes::FailureLog {
    Holder(DaxDevice& above, DaxDevice& under) : top(above), below(under) {}
    int notify_failure(std::uint64_t offset, std::uint64_t length, int flags) override {
      all_lived = top.alive() && below.alive();
      return FailureLog::notify_failure(offset, length, flags);
    }
    DaxDevice& top;
    DaxDevice& below;
    bool all_lived = false;
  } holder(*top_, *below_[1]);
  ASSERT_EQ(top_->hold(&holder), 0);
  DaxReader reader = top_->make_reader();
  std::atomic<bool> killed{false};
  std::thread killer;
  {
    const ReadSection section(reader);
    void* address = nullptr;
    ASSERT_EQ(top_->direct_access(section, 1, 1, DAX_ACCESS, &address), 1);
    killer = std::thread([&] {
      below_[1]->kill();
      killed.store(true);
    });
    while (top_->alive()) std::this_thread::yield();
    for (int i = 0; i < 300; ++i) {
      std::this_thread::yield();
      ASSERT_FALSE(killed.load());
      ASSERT_TRUE(below_[1]->alive());
    }
    static_cast<unsigned char*>(address)[0] = 1;
  }
  killer.join();
  EXPECT_TRUE(holder.all_lived);
  EXPECT_EQ(holder.last_flags, DaxHolder::kPreRemove);
  EXPECT_EQ(holder.ranges, (std::vector<BadRange>{{0, UINT64_MAX}}));
  EXPECT_FALSE(below_[1]->alive());
  EXPECT_TRUE(below_[0]->alive());
}

// Row 25 under load, through a stack.
TEST_F(Stacked, runs_nothing_below_after_a_kill_below_under_load) {
  for (int round = 0; round < 15; ++round) {
    left_.record = right_.record = false;
    top();
    std::atomic<int> copied{0};
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < 3; ++t) {
      threads.emplace_back([&, t] {
        DaxReader reader = top_->make_reader();
        std::vector<unsigned char> mine(kPage);
        for (;;) {
          const ReadSection section(reader);
          dax_iter iter = one_range(t * 4 * kPage + 100, mine.data(), kPage);
          if (top_->copy_from_iter(section, iter) == 0) return;
          copied.fetch_add(1);
        }
      });
    }
    while (copied.load() < 50) std::this_thread::yield();
    below_[0]->kill();
    ASSERT_EQ(left_.calls.running + right_.calls.running, 0);
    for (std::uint64_t i = 0; i < 8 * kPage; ++i) left_.bytes()[i] = right_.bytes()[i] = 0;
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(top_->counters().bytes_copied_from,
              below_[0]->counters().bytes_copied_from + below_[1]->counters().bytes_copied_from);
  }
}

// Stacks stack.
TEST_F(Stacked, is_a_device_like_any_other) {
  top();
  FakeBackend third(4 * kPage);
  std::vector<std::unique_ptr<DaxDevice>> devices;
  devices.push_back(std::move(top_));
  devices.push_back(third.device());
  const auto higher = std::move(make_linear("l", std::move(devices))).value();
  EXPECT_EQ(higher->size_bytes(), 20 * kPage);
  DaxReader reader = higher->make_reader();
  {
    const ReadSection section(reader);
    dax_iter iter = one_range(15 * kPage, buffer_.data(), 2 * kPage);
    EXPECT_EQ(higher->copy_from_iter(section, iter), static_cast<std::int64_t>(2 * kPage));
  }
  EXPECT_EQ(right_.bytes()[7 * kPage], 0x77);
  EXPECT_EQ(third.bytes()[kPage - 1], 0x77);
  below_[0]->kill();
  EXPECT_FALSE(higher->alive());
}

}  // namespace
}  // namespace pmembench
