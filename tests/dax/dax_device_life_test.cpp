// The device's end, its holder, and what both mean to those who use it. Rows: as in
// dax_device_test.

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <thread>

#include "tests/fakes/fake_backend.hpp"
#include "tests/fakes/page.hpp"

namespace pmembench {
namespace {

using fakes::FakeBackend;
using fakes::one_range;
using fakes::ranges_in_a_row;

// What a holder was told, and what was true when it was.
struct RecordingHolder : DaxHolder {
  struct Call {
    std::uint64_t offset_bytes, length_bytes;
    int flags;
    bool alive;
  };
  explicit RecordingHolder(DaxDevice& of) : device(of) {}
  int notify_failure(std::uint64_t offset_bytes, std::uint64_t length_bytes, int flags) override {
    calls.push_back({offset_bytes, length_bytes, flags, device.alive()});
    if (let_go) released = device.release(this);
    return answer;
  }
  DaxDevice& device;
  std::vector<Call> calls;
  int answer = 0;
  bool let_go = false;
  int released = 1;
};

// ---- death ----

TEST(DaxDevice, releases_its_backing_only_after_it_is_dead) {
  struct Backing : DeviceBacking {
    explicit Backing(bool& to) : gone(to) {}
    ~Backing() override { gone = true; }
    bool& gone;
  };
  FakeBackend fake(kPage);
  bool gone = false;
  {
    auto device =
        std::move(DaxDevice::allocate({.name = "d", .size_bytes = kPage}, &fake.operations, &fake,
                                      std::make_unique<Backing>(gone)))
            .value();
    struct Watcher : RecordingHolder {
      Watcher(DaxDevice& of, bool& flag) : RecordingHolder(of), gone_flag(flag) {}
      int notify_failure(std::uint64_t offset, std::uint64_t length, int flags) override {
        EXPECT_FALSE(gone_flag);
        return RecordingHolder::notify_failure(offset, length, flags);
      }
      bool& gone_flag;
    } watcher(*device, gone);
    ASSERT_EQ(device->hold(&watcher), 0);
    device.reset();
    EXPECT_EQ(watcher.calls.size(), 1U);
  }
  EXPECT_TRUE(gone);
}

// Row 25, return values.
TEST(DaxDevice, says_enxio_or_zero_bytes_once_dead) {
  FakeBackend fake(kPage);
  const auto device = fake.device();
  DaxReader reader = device->make_reader();
  device->kill();
  EXPECT_FALSE(device->alive());
  const ReadSection section(reader);
  std::array<unsigned char, 64> buffer{};
  void* address = nullptr;
  dax_iter iter = one_range(0, buffer.data(), 64);
  EXPECT_EQ(device->direct_access(section, 0, 1, DAX_ACCESS, &address), -ENXIO);
  EXPECT_EQ(device->copy_from_iter(section, iter), 0);
  EXPECT_EQ(device->copy_to_iter(section, iter), 0);
  EXPECT_EQ(device->persist_from_iter(section, iter), 0);
  EXPECT_EQ(device->recovery_write(section, iter), 0);
  EXPECT_EQ(device->zero_page_range(section, 0, 1), -ENXIO);
  EXPECT_EQ(device->notify_failure(0, 1, 0), -ENXIO);
  EXPECT_EQ(iter.count, 1U);
  EXPECT_EQ(device->counters(), DeviceCounters{});
  // flush and drain need no liveness.
  EXPECT_EQ(device->flush(reader, iter), 1);
  EXPECT_EQ(device->drain(reader), 0);
}

// Row 26.
TEST(DaxDevice, tells_its_holder_of_its_end_while_it_still_lives) {
  FakeBackend fake(kPage);
  const auto device = fake.device();
  RecordingHolder holder(*device);
  ASSERT_EQ(device->hold(&holder), 0);
  device->kill();
  device->kill();
  ASSERT_EQ(holder.calls.size(), 1U);
  EXPECT_EQ(holder.calls[0].offset_bytes, 0U);
  EXPECT_EQ(holder.calls[0].length_bytes, UINT64_MAX);
  EXPECT_EQ(holder.calls[0].flags, DaxHolder::kPreRemove);
  EXPECT_TRUE(holder.calls[0].alive);
}

// Row 27.
TEST(DaxDevice, has_one_holder) {
  FakeBackend fake(kPage);
  const auto device = fake.device();
  RecordingHolder holder(*device);
  RecordingHolder other(*device);
  EXPECT_EQ(device->release(&holder), -EINVAL);  // nobody holds it
  EXPECT_EQ(device->hold(&holder), 0);
  EXPECT_EQ(device->hold(&other), -EBUSY);
  EXPECT_EQ(device->hold(&holder), -EBUSY);
  EXPECT_EQ(device->release(&other), -EINVAL);
  EXPECT_EQ(device->release(&holder), 0);
  EXPECT_EQ(device->hold(&other), 0);
  device->kill();
  EXPECT_EQ(device->release(&other), 0);  // killed in between
  EXPECT_EQ(device->hold(&holder), -ENXIO);
}

TEST(DaxDevice, lets_its_holder_go_from_inside_the_last_call) {
  FakeBackend fake(kPage);
  const auto device = fake.device();
  RecordingHolder holder(*device);
  holder.let_go = true;
  ASSERT_EQ(device->hold(&holder), 0);
  device->kill();
  EXPECT_EQ(holder.released, 0);
  EXPECT_EQ(holder.calls.size(), 1U);
}

TEST(DaxDevice, takes_no_holder_while_it_is_being_killed) {
  struct Late : RecordingHolder {
    using RecordingHolder::RecordingHolder;
    int notify_failure(std::uint64_t, std::uint64_t, int) override {
      EXPECT_EQ(device.release(this), 0);
      held_again = device.hold(this);
      return 0;
    }
    int held_again = 1;
  };
  FakeBackend fake(kPage);
  const auto device = fake.device();
  Late holder(*device);
  ASSERT_EQ(device->hold(&holder), 0);
  device->kill();
  EXPECT_EQ(holder.held_again, -ENXIO);
}

// Row 28, the device's part of it.
TEST(DaxDevice, passes_failures_on_to_its_holder) {
  FakeBackend fake(2 * kPage);
  const auto device = fake.device();
  EXPECT_EQ(device->notify_failure(0, kPage, 0), -EOPNOTSUPP);
  EXPECT_EQ(device->notify_failure(2 * kPage, 1, 0), -ENXIO);
  EXPECT_EQ(device->notify_failure(kPage, kPage + 1, 0), -ENXIO);
  RecordingHolder holder(*device);
  holder.answer = -EIO;
  ASSERT_EQ(device->hold(&holder), 0);
  EXPECT_EQ(device->notify_failure(kPage, 512, 4), -EIO);
  EXPECT_EQ(device->notify_failure(kPage, UINT64_MAX, 0), -EIO);
  EXPECT_EQ(device->notify_failure(kPage, kPage + 1, 0), -ENXIO);
  ASSERT_EQ(holder.calls.size(), 2U);
  EXPECT_EQ(holder.calls[0].offset_bytes, kPage);
  EXPECT_EQ(holder.calls[0].length_bytes, 512U);
  EXPECT_EQ(holder.calls[0].flags, 4);
  EXPECT_EQ(holder.calls[1].length_bytes, UINT64_MAX);
  EXPECT_EQ(device->release(&holder), 0);
}

// Row 25, under load: readers copy and map while another thread kills. The backend counts what is
// in flight; once kill returned there is nothing, and nothing begins.
TEST(DaxDevice, runs_no_operation_after_kill_under_load) {
  for (int round = 0; round < 25; ++round) {
    FakeBackend fake(64 * kPage);
    fake.record = false;
    const auto device = fake.device();
    std::atomic<int> copied{0};
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < 3; ++t) {
      threads.emplace_back([&, t] {
        DaxReader reader = device->make_reader();
        std::vector<unsigned char> buffer(kPage, static_cast<unsigned char>(t));
        for (;;) {
          const ReadSection section(reader);
          dax_iter in = ranges_in_a_row(t * 8 * kPage, buffer.data(), kPage, 4);
          const std::int64_t got = device->copy_from_iter(section, in);
          void* address = nullptr;
          const std::int64_t pages = device->direct_access(section, t * 8, 1, DAX_ACCESS, &address);
          if (got == 0 || pages == -ENXIO) return;
          // Good inside the section only, and the killer knows.
          static_cast<unsigned char*>(address)[100] = 7;
          copied.fetch_add(1);
        }
      });
    }
    while (copied.load() < 50) std::this_thread::yield();
    device->kill();
    ASSERT_EQ(fake.calls.running.load(), 0);
    const int calls = fake.calls.copy_from.load() + fake.calls.direct_access.load();
    // No atomic: a store that kill did not wait for is a race, which TSan tells.
    for (std::uint64_t t = 0; t < 3; ++t) fake.bytes()[t * 8 * kPage + 100] = 0;
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(fake.calls.copy_from.load() + fake.calls.direct_access.load(), calls);
    for (std::uint64_t t = 0; t < 3; ++t) ASSERT_EQ(fake.bytes()[t * 8 * kPage + 100], 0);
  }
}

TEST(DaxDevice, kills_once_when_several_threads_kill) {
  for (int round = 0; round < 50; ++round) {
    FakeBackend fake(kPage);
    const auto device = fake.device();
    RecordingHolder holder(*device);
    ASSERT_EQ(device->hold(&holder), 0);
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&] {
        device->kill();
        EXPECT_FALSE(device->alive());
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(holder.calls.size(), 1U);
  }
}

class DaxDeviceDeathTest : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

// Row 36: the section of one device opens no other.
TEST_F(DaxDeviceDeathTest, aborts_on_a_section_of_another_device) {
  FakeBackend fake(kPage);
  const auto one = fake.device();
  const auto two = fake.device();
  DaxReader reader = one->make_reader();
  const ReadSection section(reader);
  std::array<unsigned char, 64> buffer{};
  void* address = nullptr;
  dax_iter iter = one_range(0, buffer.data(), 64);
  constexpr const char* kSentence = "a ReadSection or DaxReader of another device";
  EXPECT_DEATH(two->direct_access(section, 0, 1, DAX_ACCESS, &address), kSentence);
  EXPECT_DEATH(two->copy_from_iter(section, iter), kSentence);
  EXPECT_DEATH(two->copy_to_iter(section, iter), kSentence);
  EXPECT_DEATH(two->persist_from_iter(section, iter), kSentence);
  EXPECT_DEATH(two->recovery_write(section, iter), kSentence);
  EXPECT_DEATH(two->zero_page_range(section, 0, 1), kSentence);
  EXPECT_DEATH(two->flush(reader, iter), kSentence);
  EXPECT_DEATH(two->drain(reader), kSentence);
}

TEST_F(DaxDeviceDeathTest, aborts_kill_inside_a_section_of_the_same_thread) {
  FakeBackend fake(kPage);
  const auto device = fake.device();
  DaxReader reader = device->make_reader();
  const ReadSection section(reader);
  EXPECT_DEATH(device->kill(), "kill inside a ReadSection of the same thread");
}

TEST_F(DaxDeviceDeathTest, aborts_kill_from_inside_the_call_that_tells_of_it) {
  struct Killer : RecordingHolder {
    using RecordingHolder::RecordingHolder;
    int notify_failure(std::uint64_t, std::uint64_t, int) override {
      device.kill();
      return 0;
    }
  };
  EXPECT_DEATH(
      {
        FakeBackend fake(kPage);
        const auto device = fake.device();
        Killer holder(*device);
        device->hold(&holder);
        device->kill();
      },
      "kill from inside the holder's notify_failure");
}

}  // namespace
}  // namespace pmembench
