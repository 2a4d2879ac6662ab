#include "run/protocol.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>
#include "tests/run/message_examples.hpp"

namespace pmembench {
namespace {

template <typename T, typename Read>
void expect_round_trip(const T& original, Read read, const std::string& what) {
  expect_all_set(original, what);
  const auto back = read(over_the_wire(to_json(original)));
  ASSERT_TRUE(back) << what << ": " << back.error().message;
  expect_same(*back, original, what);
  EXPECT_EQ(to_json(*back), to_json(original)) << what;
}

// Another type than the value has, and none that stands for a missing number.
nlohmann::json of_another_type(const nlohmann::json& value) {
  if (value.is_string() || value.is_array() || value.is_object()) return 7;
  return "seven";
}

// Each member in turn, down to the innermost, becomes of another type.
template <typename Read>
void expect_each_refused(const nlohmann::json& whole, const nlohmann::json::json_pointer& at,
                         Read read) {
  for (const auto& [key, value] : whole.at(at).items()) {
    if (key == "is" || key == "do") continue;
    nlohmann::json bad = whole;
    bad[at / key] = of_another_type(value);
    const auto refused = read(bad);
    EXPECT_FALSE(refused) << (at / key).to_string();
    if (!refused) {
      EXPECT_NE(refused.error().message.find(key), std::string::npos)
          << (at / key).to_string() << ": " << refused.error().message;
    }
    if (value.is_object()) expect_each_refused(whole, at / key, read);
  }
}

template <typename Read>
void expect_each_refused(const nlohmann::json& whole, Read read) {
  ASSERT_TRUE(read(whole));
  expect_each_refused(whole, nlohmann::json::json_pointer(), read);
}

TEST(Protocol, carries_a_cell_unchanged) {
  const Cell cell = example_cell();
  expect_round_trip(cell, cell_from_json, "Cell");
  const auto back = cell_from_json(over_the_wire(to_json(cell)));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->seed, cell.seed);
  EXPECT_TRUE(back->durable);
  EXPECT_EQ(back->placement.cpus, cell.placement.cpus);
}

TEST(Protocol, carries_every_member_of_every_message_unchanged) {
  expect_round_trip(example_open(), open_request_from_json, "OpenRequest");
  expect_round_trip(example_opened(), opened_reply_from_json, "OpenedReply");
  expect_round_trip(example_request(), cell_request_from_json, "CellRequest");
  expect_round_trip(HelloReply{7, "1.2.3"}, hello_reply_from_json, "HelloReply");
  expect_round_trip(example_slice(), slice_reply_from_json, "SliceReply");
  expect_round_trip(example_done(), cell_done_reply_from_json, "CellDoneReply");
  expect_round_trip(ReadyReply{12, KernelChoice{"plain", 0.25}}, ready_reply_from_json,
                    "ReadyReply");
}

TEST(Protocol, carries_messages_with_nothing_in_them_unchanged) {
  EXPECT_EQ(open_request_from_json(to_json(OpenRequest{}))->version, kProtocolVersion);
  expect_same(*open_request_from_json(to_json(OpenRequest{})), OpenRequest{}, "OpenRequest");
  expect_same(*opened_reply_from_json(to_json(OpenedReply{})), OpenedReply{}, "OpenedReply");
  expect_same(*cell_request_from_json(to_json(CellRequest{})), CellRequest{}, "CellRequest");
  expect_same(*slice_reply_from_json(to_json(SliceReply{})), SliceReply{}, "SliceReply");
  expect_same(*cell_done_reply_from_json(to_json(CellDoneReply{})), CellDoneReply{},
              "CellDoneReply");
}

TEST(Protocol, carries_an_open_loop_with_its_slots_and_core_probes) {
  const auto request = cell_request_from_json(over_the_wire(to_json(example_request())));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->cell.arrival, "poisson");
  EXPECT_EQ(request->cell.rate, "50%");
  EXPECT_EQ(request->cell.slots_ns, 1'000'000u);
  const auto slice = slice_reply_from_json(over_the_wire(to_json(example_slice())));
  ASSERT_TRUE(slice);
  EXPECT_EQ(slice->backlog_ns, 1234.5);
  EXPECT_EQ(slice->core_probes_ns, (std::vector<double>{700, 712.5}));
  CellDoneReply sent = example_done();
  sent.extra.loaded.reset();
  sent.extra.slots->p99_ns[1] = std::numeric_limits<double>::quiet_NaN();
  const auto done = cell_done_reply_from_json(over_the_wire(to_json(sent)));
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->extra.loaded);
  ASSERT_TRUE(done->extra.open_loop && done->extra.slots);
  EXPECT_EQ(done->extra.open_loop->service.count(), 7u);
  EXPECT_EQ(done->extra.slots->n, (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(done->extra.slots->p99_ns.at(0), 110);
  EXPECT_TRUE(std::isnan(done->extra.slots->p99_ns.at(1))) << "a slot too empty for a p99";
  ASSERT_TRUE(done->extra.slots->period_of_max);
  EXPECT_EQ(done->extra.slots->period_of_max->harmonics, 3u);
}

TEST(Protocol, turns_a_failure_into_the_error_that_it_carries) {
  for (const ErrorKind kind : {ErrorKind::usage, ErrorKind::environment, ErrorKind::runtime}) {
    const auto failed = slice_reply_from_json(to_json(Error{kind, "no such device", 0}));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, "no such device");
    EXPECT_EQ(failed.error().kind, kind);
  }
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
  const auto incomplete = slice_reply_from_json(slice);
  ASSERT_FALSE(incomplete);
  EXPECT_NE(incomplete.error().message.find("'bytes'"), std::string::npos);
  EXPECT_FALSE(slice_reply_from_json(to_json(CellDoneReply{})));
  EXPECT_FALSE(slice_reply_from_json(nlohmann::json::array()));
  EXPECT_FALSE(slice_reply_from_json({{"is", 7}}));
  EXPECT_FALSE(cell_from_json({{"name", 3}}));
  EXPECT_FALSE(cell_from_json(7));
}

TEST(Protocol, names_the_member_whose_value_is_of_a_wrong_type) {
  nlohmann::json slice = to_json(example_slice());
  slice["bytes"] = "many";
  const auto refused = slice_reply_from_json(slice);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::runtime);
  EXPECT_NE(refused.error().message.find("bad 'slice' message"), std::string::npos);
  EXPECT_NE(
      refused.error().message.find("bytes: type must be a whole number that fits, but is string"),
      std::string::npos)
      << refused.error().message;

  expect_each_refused(to_json(example_cell()), cell_from_json);
  expect_each_refused(to_json(example_open()), open_request_from_json);
  expect_each_refused(to_json(example_opened()), opened_reply_from_json);
  expect_each_refused(to_json(example_request()), cell_request_from_json);
  expect_each_refused(to_json(HelloReply{7, "1.2.3"}), hello_reply_from_json);
  expect_each_refused({{"is", "ready"}, {"operations", 12}}, ready_reply_from_json);
  expect_each_refused(to_json(example_slice()), slice_reply_from_json);
  expect_each_refused(to_json(example_done()), cell_done_reply_from_json);
  const auto failed = slice_reply_from_json({{"is", "failed"}, {"kind", 7}});
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("kind: type must be string"), std::string::npos)
      << failed.error().message;
}

TEST(Protocol, refuses_a_timing_that_it_does_not_know) {
  nlohmann::json cell = to_json(example_cell());
  cell["timing"] = "sometimes";
  const auto refused = cell_from_json(cell);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("'sometimes' is not a timing"), std::string::npos)
      << refused.error().message;
}

TEST(Protocol, refuses_a_node_that_is_no_number_and_a_bucket_that_is_none) {
  nlohmann::json opened = to_json(example_opened());
  opened["medium"]["node_share"] = {{"here", 1.0}};
  const auto no_node = opened_reply_from_json(opened);
  ASSERT_FALSE(no_node);
  EXPECT_NE(no_node.error().message.find("node_share: key 'here' must be a whole number"),
            std::string::npos)
      << no_node.error().message;
  nlohmann::json done = to_json(example_done());
  done["extra"]["open_loop"]["service"] = {{4'000'000, 1}};
  const auto no_bucket = cell_done_reply_from_json(done);
  ASSERT_FALSE(no_bucket);
  EXPECT_NE(no_bucket.error().message.find("service"), std::string::npos)
      << no_bucket.error().message;
}

}  // namespace
}  // namespace pmembench
