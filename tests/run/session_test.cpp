#include "run/session.hpp"

#include <gtest/gtest.h>

#include "../fakes/fake_backend.hpp"
#include "live_worker.hpp"

namespace pmembench {
namespace {

OpenedDevice opened(fakes::FakeBackend& fake) { return {{}, fake.device()}; }

SessionHost host_of(OpenedDevice& device) {
  static const TimerFacts timer = *calibrate_timer(true);
  return {&device, nullptr, timer, 1e12, true};
}

// Returns whether the session goes by as many operations as it was told.
bool begins_with(Session& session, const Cell& cell, std::uint64_t operations) {
  CellRequest request;
  request.cell = cell;
  request.operations = operations;
  const auto begun = session.begin(request);
  EXPECT_TRUE(begun) << begun.error().message;
  return begun && *begun == operations;
}

TEST(Session, does_the_operations_it_was_told_on_all_threads) {
  fakes::FakeBackend fake(1 << 20);
  OpenedDevice device = opened(fake);
  fake.record = false;
  const auto threads = static_cast<unsigned>(read_topology("/").usable_cpus.size());
  const Cell cell = live_cell("random", {{"operation_size", "64"}}, threads);
  auto session = Session::start(host_of(device), cell);
  ASSERT_TRUE(session) << session.error().message;
  ASSERT_TRUE(begins_with(**session, cell, 500));
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

TEST(Session, fails_a_cell_whose_bytes_are_wrong) {
  fakes::FakeBackend fake(1 << 20);
  fake.operations.persist_from_iter = [](void*, dax_iter* iter) {
    const auto bytes = static_cast<std::int64_t>(iter->count * iter->size_bytes);
    iter->count = 0;
    return bytes;
  };
  OpenedDevice device = opened(fake);
  const Cell cell = live_cell("random", {{"access", "write"}}, 1);
  auto session = Session::start(host_of(device), cell);
  ASSERT_TRUE(session);
  ASSERT_TRUE(begins_with(**session, cell, 100));
  ASSERT_TRUE((*session)->slice());
  const auto done = (*session)->finish();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("wrong byte at device offset"), std::string::npos);
}

TEST(Session, fails_a_cell_above_the_ceiling) {
  fakes::FakeBackend fake(1 << 20);
  OpenedDevice device = opened(fake);
  SessionHost host = host_of(device);
  host.ceiling_bytes_per_s = 1;
  const Cell cell = live_cell("random", {}, 1);
  auto session = Session::start(host, cell);
  ASSERT_TRUE(session);
  ASSERT_TRUE(begins_with(**session, cell, 10));
  ASSERT_TRUE((*session)->slice());
  const auto done = (*session)->finish();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("above the physical ceiling"), std::string::npos);
}

// A first operation that sets things up once made slices of a single operation.
TEST(Session, does_an_operation_of_each_thread_first_and_counts_none_of_them) {
  fakes::FakeBackend fake(1 << 20);
  OpenedDevice device = opened(fake);
  const Cell cell = live_cell("random", {{"batch", "1"}}, 1);
  auto session = Session::start(host_of(device), cell);
  ASSERT_TRUE(session);
  EXPECT_EQ(fake.calls.copy_to, 1);
  ASSERT_TRUE(begins_with(**session, cell, 10));
  ASSERT_TRUE((*session)->slice());
  const auto done = (*session)->finish();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->counters.at("operations"), 10u);
  EXPECT_EQ(done->counters.at("bytes_copied_to"), 10 * 4096u);
}

TEST(Session, says_how_far_a_failing_path_came) {
  fakes::FakeBackend fake(1 << 20);
  OpenedDevice device = opened(fake);
  const Cell cell = live_cell("random", {}, 1);
  auto session = Session::start(host_of(device), cell);
  ASSERT_TRUE(session);
  fake.fail_with = -EIO;
  ASSERT_TRUE(begins_with(**session, cell, 10));
  const auto slice = (*session)->slice();
  ASSERT_FALSE(slice);
  EXPECT_EQ(slice.error().message,
            "only 0 of 10 operations were done: reading failed: Input/output error");
}

TEST(Session, finds_out_how_many_operations_a_slice_has_where_it_is_not_told) {
  fakes::FakeBackend fake(1 << 20);
  fake.record = false;
  OpenedDevice device = opened(fake);
  Cell cell = live_cell("random", {}, 1);
  auto session = Session::start(host_of(device), cell);
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_FALSE((*session)->paced());
  CellRequest request;
  request.cell = cell;
  request.slice_ns = 100'000;
  const auto operations = (*session)->begin(request);
  ASSERT_TRUE(operations) << operations.error().message;
  EXPECT_GT(*operations, 0u);
  const auto slice = (*session)->slice();
  ASSERT_TRUE(slice);
  EXPECT_EQ(slice->operations, *operations);
  EXPECT_FALSE(slice->backlog_ns);
  EXPECT_FALSE(slice->load_bytes_per_s);
  const auto done = (*session)->finish();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(done->extra.empty());
  EXPECT_FALSE((*session)->retarget(cell)) << "it has no pace";
}

TEST(Session, tells_of_an_open_loop_and_of_its_time_slots_at_the_end) {
  fakes::FakeBackend fake(1 << 20);
  fake.record = false;
  OpenedDevice device = opened(fake);
  Cell cell = live_cell("random", {}, 1);
  cell.timing = Timing::operation;
  cell.latency_mode = "issue";
  cell.arrival = "fixed";
  cell.rate = "20000";
  cell.slots_ns = 1'000'000;
  auto session = Session::start(host_of(device), cell);
  ASSERT_TRUE(session) << session.error().message;
  CellRequest request;
  request.cell = cell;
  request.slice_ns = 10'000'000;
  const auto operations = (*session)->begin(request);
  ASSERT_TRUE(operations) << operations.error().message;
  EXPECT_EQ(*operations, 200u) << "20,000 a second for 10 ms";
  (*session)->forget_latencies();
  const auto slice = (*session)->slice();
  ASSERT_TRUE(slice);
  EXPECT_EQ(slice->operations, 200u);
  EXPECT_TRUE(slice->backlog_ns);
  const auto done = (*session)->finish();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_FALSE(done->extra.loaded);
  ASSERT_TRUE(done->extra.open_loop);
  EXPECT_EQ(done->extra.open_loop->arrival, "fixed");
  EXPECT_EQ(done->extra.open_loop->asked_per_s, 20'000);
  EXPECT_GT(done->extra.open_loop->closed_loop_per_s, 0);
  EXPECT_EQ(done->extra.open_loop->service.count(), 200u);
  ASSERT_TRUE(done->extra.slots);
  EXPECT_NEAR(done->extra.slots->slot_ns, 1e6, 1);
  EXPECT_GT(done->extra.slots->n.size(), 0u);
}

TEST(Session, refuses_parameters_that_do_not_fit_the_opened_device) {
  fakes::FakeBackend fake(1 << 20);
  OpenedDevice device = opened(fake);
  EXPECT_FALSE(
      Session::start(host_of(device), live_cell("random", {{"range_size", "2097152"}}, 1)));
  Cell cell = live_cell("random", {}, 1);
  cell.workload = "unheard-of";
  EXPECT_EQ(Session::start(host_of(device), cell).error().message,
            "this worker knows no workload 'unheard-of' on path 'direct'");
}

}  // namespace
}  // namespace pmembench
