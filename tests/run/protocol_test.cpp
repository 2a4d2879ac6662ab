#include "run/protocol.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

Cell example_cell() {
  Cell cell;
  cell.name = "dram:1M/movnt/direct/random/operation_size=64B/t2";
  cell.media = "dram:1M";
  cell.backend = "movnt";
  cell.backend_options = "a=b";
  cell.path = "direct";
  cell.workload = "random";
  cell.parameters = {{"operation_size", "64"}, {"access", "write"}};
  cell.threads = 2;
  cell.placement = {"near", {0, 1}, 0};
  cell.timing = Timing::operation;
  cell.latency_mode = "issue";
  cell.durable = true;
  cell.seed = 0xFFFFFFFFFFFFFFFFULL;
  cell.skip_reason = "none";
  return cell;
}

TEST(Protocol, carries_a_cell_unchanged) {
  const Cell cell = example_cell();
  const auto back = cell_from_json(nlohmann::json::parse(to_json(cell).dump()));
  ASSERT_TRUE(back);
  EXPECT_EQ(to_json(*back), to_json(cell));
  EXPECT_EQ(back->seed, cell.seed);
  EXPECT_TRUE(back->durable);
  EXPECT_EQ(back->placement.cpus, cell.placement.cpus);
}

TEST(Protocol, carries_every_message_unchanged) {
  OpenRequest open;
  open.media = "dram:1M";
  open.backend = "clwb";
  open.node = 1;
  open.destroy = true;
  open.plugins = {{"a.so"}, {"/folder"}};
  open.without_cpu = "avx2";
  EXPECT_EQ(to_json(*open_request_from_json(to_json(open))), to_json(open));
  const OpenedReply opened{{{"kind", "dram"}}, {0.4, 10, 27, 90, true}, 1e11};
  EXPECT_EQ(to_json(*opened_reply_from_json(to_json(opened))), to_json(opened));
  const CellRequest request{example_cell(), 500, 7};
  EXPECT_EQ(to_json(*cell_request_from_json(to_json(request))), to_json(request));
  SliceReply slice{1.5, 10, 640, 0.9, 1, 2};
  EXPECT_EQ(to_json(*slice_reply_from_json(to_json(slice))), to_json(slice));
  slice.core_probes_ns = {700, 712.5};
  EXPECT_EQ(slice_reply_from_json(to_json(slice))->core_probes_ns, slice.core_probes_ns);
  const CellDoneReply done{{{3, 5}}, {{"drains", 9}}, {{"share", 0.5}}, {0, 1}};
  EXPECT_EQ(to_json(*cell_done_reply_from_json(to_json(done))), to_json(done));
}

TEST(Protocol, turns_a_failure_into_the_error_that_it_carries) {
  const auto failed = slice_reply_from_json(to_json(environment_error("no such device")));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "no such device");
  EXPECT_EQ(failed.error().kind, ErrorKind::environment);
}

TEST(Protocol, refuses_another_version_by_name) {
  nlohmann::json open = to_json(OpenRequest{});
  open["version"] = 99;
  const auto refused = open_request_from_json(open);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "the coordinator speaks worker protocol 99, this worker speaks 1: use binaries of the "
            "same protocol");
}

TEST(Protocol, refuses_messages_that_are_incomplete_or_of_another_kind) {
  nlohmann::json slice = to_json(SliceReply{});
  slice.erase("bytes");
  EXPECT_FALSE(slice_reply_from_json(slice));
  EXPECT_FALSE(slice_reply_from_json(to_json(CellDoneReply{})));
  EXPECT_FALSE(slice_reply_from_json(nlohmann::json::array()));
  EXPECT_FALSE(cell_from_json({{"name", 3}}));
}

}  // namespace
}  // namespace pmembench
