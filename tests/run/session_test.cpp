#include "run/cell_session.hpp"

#include <gtest/gtest.h>

#include "../fakes/fake_backend.hpp"
#include "live_worker.hpp"

namespace pmembench {
namespace {

OpenedDevice opened(fakes::FakeBackend& fake) { return {{}, fake.device()}; }

CellSession::Host host_of(OpenedDevice& device) {
  static const TimerFacts timer = *calibrate_timer(true);
  return {&device, timer, 1e12, true};
}

TEST(CellSession, does_the_operations_it_was_told_on_all_threads) {
  fakes::FakeBackend fake(1 << 20);
  OpenedDevice device = opened(fake);
  fake.record = false;
  const auto threads = static_cast<unsigned>(read_topology("/").usable_cpus.size());
  auto session =
      CellSession::start(host_of(device), live_cell("random", {{"operation_size", "64"}}, threads));
  ASSERT_TRUE(session) << session.error().message;
  (*session)->set_operations(500);
  const auto slice = (*session)->slice();
  ASSERT_TRUE(slice);
  EXPECT_EQ(slice->operations, 500u * threads);
  EXPECT_EQ(slice->bytes, 64u * 500 * threads);
  ASSERT_EQ(slice->core_probes_ns.size(), threads);
  for (const double probe_ns : slice->core_probes_ns) EXPECT_GT(probe_ns, 0);
  const auto done = (*session)->finish();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->counters.at("bytes_copied_to"), 64u * 500 * threads);
}

TEST(CellSession, fails_a_cell_whose_bytes_are_wrong) {
  fakes::FakeBackend fake(1 << 20);
  fake.operations.persist_from_iter = [](void*, dax_iter* iter) {
    const auto bytes = static_cast<std::int64_t>(iter->count * iter->size_bytes);
    iter->count = 0;
    return bytes;
  };
  OpenedDevice device = opened(fake);
  auto session = CellSession::start(host_of(device), live_cell("random", {{"access", "write"}}, 1));
  ASSERT_TRUE(session);
  (*session)->set_operations(100);
  ASSERT_TRUE((*session)->slice());
  const auto done = (*session)->finish();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("wrong byte at device offset"), std::string::npos);
}

TEST(CellSession, fails_a_cell_above_the_ceiling) {
  fakes::FakeBackend fake(1 << 20);
  OpenedDevice device = opened(fake);
  CellSession::Host host = host_of(device);
  host.ceiling_bytes_per_s = 1;
  auto session = CellSession::start(host, live_cell("random", {}, 1));
  ASSERT_TRUE(session);
  (*session)->set_operations(10);
  ASSERT_TRUE((*session)->slice());
  const auto done = (*session)->finish();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("above the physical ceiling"), std::string::npos);
}

// A first operation that sets things up once made slices of a single operation.
TEST(CellSession, does_an_operation_of_each_thread_first_and_counts_none_of_them) {
  fakes::FakeBackend fake(1 << 20);
  OpenedDevice device = opened(fake);
  auto session = CellSession::start(host_of(device), live_cell("random", {{"batch", "1"}}, 1));
  ASSERT_TRUE(session);
  EXPECT_EQ(fake.calls.copy_to, 1);
  (*session)->set_operations(10);
  ASSERT_TRUE((*session)->slice());
  const auto done = (*session)->finish();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->counters.at("operations"), 10u);
  EXPECT_EQ(done->counters.at("bytes_copied_to"), 10 * 4096u);
}

TEST(CellSession, says_how_far_a_failing_path_came) {
  fakes::FakeBackend fake(1 << 20);
  OpenedDevice device = opened(fake);
  auto session = CellSession::start(host_of(device), live_cell("random", {}, 1));
  ASSERT_TRUE(session);
  fake.fail_with = -EIO;
  (*session)->set_operations(10);
  const auto slice = (*session)->slice();
  ASSERT_FALSE(slice);
  EXPECT_EQ(slice.error().message,
            "only 0 of 10 operations were done: reading failed: Input/output error");
}

TEST(CellSession, refuses_parameters_that_do_not_fit_the_opened_device) {
  fakes::FakeBackend fake(1 << 20);
  OpenedDevice device = opened(fake);
  EXPECT_FALSE(
      CellSession::start(host_of(device), live_cell("random", {{"range_size", "2097152"}}, 1)));
  Cell cell = live_cell("random", {}, 1);
  cell.workload = "unheard-of";
  EXPECT_EQ(CellSession::start(host_of(device), cell).error().message,
            "this worker knows no workload 'unheard-of' on path 'direct'");
}

}  // namespace
}  // namespace pmembench
