#include "run/session.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "../fakes/fake_backend.hpp"
#include "live_worker.hpp"
#include "measure/histogram.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kSlice_ns = 1'000'000;

OpenedDevice opened_fake(fakes::FakeBackend& fake) { return {{}, fake.device()}; }

SessionHost paced_host(OpenedDevice& device, OpenedDevice* probe = nullptr) {
  static const TimerFacts timer = *calibrate_timer(true);
  return {&device, probe, timer, 1e12, true};
}

Status begin_paced(Session& session, const Cell& cell,
                   std::optional<double> load_maximum = std::nullopt) {
  CellRequest request;
  request.cell = cell;
  request.slice_ns = kSlice_ns;
  request.load_maximum = load_maximum;
  const auto begun = session.begin(request);
  if (!begun) return begun.error();
  EXPECT_EQ(*begun, 0u) << "a slice is a time, not so many operations";
  return {};
}

bool has_two_cpus() { return cpus_at_start().size() >= 2; }

std::uint64_t chunks_in(const CellDoneReply& done) {
  std::uint64_t count = 0;
  for (const auto& [index, times] : done.histogram) count += times;
  return count;
}

TEST(SessionPaced, counts_the_bytes_that_its_device_saw) {
  if (!has_two_cpus()) GTEST_SKIP() << "one CPU";
  for (const char* share : {"100", "0", "30"}) {
    fakes::FakeBackend fake(1 << 20);
    fake.record = false;
    OpenedDevice device = opened_fake(fake);
    const Cell cell = live_cell("loaded", {{"read_share", share}}, 2);
    auto session = Session::start(paced_host(device), cell);
    ASSERT_TRUE(session) << session.error().message;
    ASSERT_TRUE(begin_paced(**session, cell));
    const DeviceCounters before = device.device->counters();
    const auto slice = (*session)->slice();
    ASSERT_TRUE(slice) << slice.error().message;
    const DeviceCounters after = device.device->counters();
    EXPECT_GT(slice->bytes, 0u);
    EXPECT_EQ(slice->bytes, after.bytes_copied_from - before.bytes_copied_from +
                                after.bytes_copied_to - before.bytes_copied_to);
    ASSERT_TRUE(slice->load_bytes_per_s);
    EXPECT_GT(*slice->load_bytes_per_s, 0);
    EXPECT_TRUE((*session)->finish());
  }
}

// A backend that says that it moved more than it was asked to.
TEST(SessionPaced, fails_where_device_and_threads_count_differently) {
  if (!has_two_cpus()) GTEST_SKIP() << "one CPU";
  fakes::FakeBackend fake(1 << 20);
  fake.record = false;
  OpenedDevice device = opened_fake(fake);
  const Cell cell = live_cell("loaded", {}, 2);
  auto session = Session::start(paced_host(device), cell);
  ASSERT_TRUE(session);
  ASSERT_TRUE(begin_paced(**session, cell));
  ASSERT_TRUE((*session)->slice());
  // Bytes that no load thread moved.
  auto path = find_path("direct")->make(*device.device, nullptr);
  auto stray =
      find_workload("random")->make(live_cell("random", {}, 1).parameters, **path, {0, 1, 1});
  ASSERT_TRUE(stray->prepare());
  stray->run(1);
  const auto done = (*session)->finish();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("the load threads counted"), std::string::npos);
}

TEST(SessionPaced, times_every_chunk_of_the_probe) {
  if (!has_two_cpus()) GTEST_SKIP() << "one CPU";
  fakes::FakeBackend fake(1 << 20);
  fake.record = false;
  OpenedDevice device = opened_fake(fake);
  const Cell cell = live_cell("loaded", {{"chunk", "16"}}, 2);
  auto session = Session::start(paced_host(device), cell);
  ASSERT_TRUE(session);
  ASSERT_TRUE(begin_paced(**session, cell));
  (*session)->forget_latencies();
  std::uint64_t loads = 0;
  for (int i = 0; i < 3; ++i) {
    const auto slice = (*session)->slice();
    ASSERT_TRUE(slice);
    loads += slice->operations;
  }
  const auto done = (*session)->finish();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(16 * chunks_in(*done), loads);
  ASSERT_TRUE(done->extra.loaded);
  EXPECT_EQ(done->extra.loaded->chunk, 16u);
  EXPECT_EQ(done->extra.loaded->load_threads, 1u);
  EXPECT_FALSE(done->extra.open_loop);
  EXPECT_FALSE(done->extra.slots);
}

TEST(SessionPaced, moves_nothing_without_a_load_and_less_at_a_lower_rate) {
  if (!has_two_cpus()) GTEST_SKIP() << "one CPU";
  fakes::FakeBackend fake(1 << 20);
  fake.record = false;
  OpenedDevice device = opened_fake(fake);
  Cell cell = live_cell("loaded", {{"load_share", "0"}}, 2);
  auto session = Session::start(paced_host(device), cell);
  ASSERT_TRUE(session);
  ASSERT_TRUE(begin_paced(**session, cell));
  const auto idle = (*session)->slice();
  ASSERT_TRUE(idle);
  EXPECT_EQ(idle->bytes, 0u);
  EXPECT_EQ(*idle->load_bytes_per_s, 0);
  EXPECT_GT(idle->operations, 0u);
  // 1 MB/s for 1 ms is one group of 16 lines; the bucket is never deeper than eight.
  cell.parameters["load_share"] = "100";
  cell.parameters["load_rate"] = "1000000";
  ASSERT_TRUE((*session)->retarget(cell));
  ASSERT_TRUE(begin_paced(**session, cell));
  const auto slow = (*session)->slice();
  ASSERT_TRUE(slow);
  EXPECT_GE(slow->bytes, 1024u);
  EXPECT_LE(slow->bytes, 10u * 1024);
  ASSERT_TRUE((*session)->finish());
}

TEST(SessionPaced, takes_a_share_of_the_maximum_that_it_is_told) {
  if (!has_two_cpus()) GTEST_SKIP() << "one CPU";
  fakes::FakeBackend fake(1 << 20);
  fake.record = false;
  OpenedDevice device = opened_fake(fake);
  const Cell cell = live_cell("loaded", {{"load_share", "50"}}, 2);
  auto session = Session::start(paced_host(device), cell);
  ASSERT_TRUE(session);
  ASSERT_TRUE(begin_paced(**session, cell, 4e6));
  const auto slice = (*session)->slice();
  ASSERT_TRUE(slice);
  const auto done = (*session)->finish();
  ASSERT_TRUE(done);
  ASSERT_TRUE(done->extra.loaded);
  EXPECT_EQ(done->extra.loaded->maximum_bytes_per_s, 4e6);
  EXPECT_EQ(done->extra.loaded->asked_bytes_per_s, 2e6);
  // Where it is told nothing, it measures.
  ASSERT_TRUE(begin_paced(**session, cell));
  const auto measured = (*session)->finish();
  ASSERT_TRUE(measured) << measured.error().message;
  ASSERT_TRUE(measured->extra.loaded);
  EXPECT_GT(measured->extra.loaded->maximum_bytes_per_s, 0);
  EXPECT_NE(measured->extra.loaded->maximum_bytes_per_s, 4e6);
}

TEST(SessionPaced, goes_on_only_where_nothing_but_the_pace_differs) {
  if (!has_two_cpus()) GTEST_SKIP() << "one CPU";
  fakes::FakeBackend fake(1 << 20);
  fake.record = false;
  OpenedDevice device = opened_fake(fake);
  Cell cell = live_cell("loaded", {}, 2);
  auto session = Session::start(paced_host(device), cell);
  ASSERT_TRUE(session);
  cell.parameters["pause"] = "100";
  EXPECT_TRUE((*session)->retarget(cell));
  cell.parameters["read_share"] = "50";
  EXPECT_FALSE((*session)->retarget(cell));
}

TEST(SessionPaced, probes_another_medium_than_it_loads) {
  if (!has_two_cpus()) GTEST_SKIP() << "one CPU";
  fakes::FakeBackend load(1 << 20), probe(1 << 20);
  load.record = probe.record = false;
  OpenedDevice loaded = opened_fake(load), probed = opened_fake(probe);
  const Cell cell = live_cell("loaded", {{"probe_media", "dram:1M"}}, 2);
  auto session = Session::start(paced_host(loaded, &probed), cell);
  ASSERT_TRUE(session) << session.error().message;
  ASSERT_TRUE(begin_paced(**session, cell));
  const auto slice = (*session)->slice();
  ASSERT_TRUE(slice);
  EXPECT_GT(slice->bytes, 0u);
  EXPECT_EQ(probed.device->counters().bytes_copied_to, 0u);
  ASSERT_TRUE((*session)->finish());
}

TEST(SessionPaced, finds_out_stores_that_do_not_arrive) {
  if (!has_two_cpus()) GTEST_SKIP() << "one CPU";
  fakes::FakeBackend fake(1 << 20);
  fake.record = false;
  fake.operations.copy_from_iter = [](void*, dax_iter* iter) {
    const auto bytes = static_cast<std::int64_t>(iter->count * iter->size_bytes);
    iter->count = 0;
    return bytes;
  };
  OpenedDevice device = opened_fake(fake);
  const Cell cell = live_cell("loaded", {{"read_share", "0"}}, 2);
  auto session = Session::start(paced_host(device), cell);
  ASSERT_TRUE(session);
  ASSERT_TRUE(begin_paced(**session, cell));
  ASSERT_TRUE((*session)->slice());
  const auto done = (*session)->finish();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("wrong byte at device offset"), std::string::npos);
}

TEST(SessionPaced, needs_two_cpus) {
  fakes::FakeBackend fake(1 << 20);
  OpenedDevice device = opened_fake(fake);
  const Cell cell = live_cell("loaded", {}, 1);
  const auto session = Session::start(paced_host(device), cell);
  ASSERT_FALSE(session);
  EXPECT_EQ(
      session.error().message,
      "a load cannot be measured with 1 CPU: one probes and the others load; give the cell two "
      "or more threads on a host that has the CPUs");
}

}  // namespace
}  // namespace pmembench
