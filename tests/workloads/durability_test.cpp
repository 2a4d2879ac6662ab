// What each step of a durable write does, counted by the device; the lines' states; and that a
// backend which leaves something out is found out.
#include "workloads/durability.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <thread>

#include "workbench.hpp"

namespace pmembench {
namespace {

// One thread's workload on its own way to a device.
struct DurabilityPosition {
  DurabilityPosition(DaxDevice& device, const Parameters& changed, unsigned index = 0,
                     unsigned count = 1) {
    const Parameters parameters = parameters_of("durability", changed);
    const WorkloadType& type = *find_workload("durability");
    const Status fits = type.check(parameters, device.size_bytes(), count);
    EXPECT_TRUE(fits) << fits.error().message;
    way = std::move(find_path("direct")->make(device, nullptr)).value();
    workload = type.make(parameters, *way, {index, count, 42});
  }
  std::unique_ptr<Path> way;
  std::unique_ptr<Workload> workload;
};

struct Counted {
  std::uint64_t stored_bytes = 0, loaded_bytes = 0, lines = 0, fences = 0;
};

// What the device counted of so many operations.
Counted count(const Parameters& changed, std::uint64_t operations) {
  const auto device = test_device(builtin("clflush"));
  DurabilityPosition position(*device, changed);
  EXPECT_TRUE(position.workload->prepare());
  const DeviceCounters before = device->counters();
  EXPECT_EQ(position.workload->run(operations).operations, operations);
  const DeviceCounters after = device->counters();
  return {after.bytes_copied_from - before.bytes_copied_from,
          after.bytes_copied_to - before.bytes_copied_to,
          after.lines_flushed - before.lines_flushed, after.drains - before.drains};
}

void expect_counted(const Parameters& changed, const Counted& expected) {
  const Counted found = count(changed, 8);
  EXPECT_EQ(found.stored_bytes, expected.stored_bytes);
  EXPECT_EQ(found.loaded_bytes, expected.loaded_bytes);
  EXPECT_EQ(found.lines, expected.lines);
  EXPECT_EQ(found.fences, expected.fences);
}

TEST(Durability, does_each_step_once_an_operation) {
  expect_counted({{"step", "store"}}, {8 * 64, 0, 0, 0});
  expect_counted({{"step", "store_flush"}}, {8 * 64, 0, 8, 0});
  expect_counted({{"step", "store_flush_fence"}}, {8 * 64, 0, 8, 8});
  expect_counted({{"step", "store_flush_barrier"}}, {8 * 64, 0, 8, 8});
  expect_counted({{"operation_size", "4096"}}, {8 * 4096, 0, 8 * 64, 8});
}

TEST(Durability, makes_the_lines_state_before_the_step) {
  expect_counted({{"line", "clean"}, {"step", "store"}}, {0, 8 * 64, 0, 0});
  expect_counted({{"line", "clean"}}, {0, 8 * 64, 8, 8});
  expect_counted({{"line", "flushed"}, {"step", "store"}}, {8 * 64, 0, 8, 8});
  expect_counted({{"line", "flushed"}}, {8 * 64, 0, 16, 16});
  expect_counted({{"read_after", "on"}}, {8 * 64, 8 * 64, 8, 8});
}

TEST(Durability, flushes_and_fences_at_the_cadence) {
  const Parameters cadence{{"flush_every", "4"}, {"fence_every", "8"}};
  EXPECT_EQ(count(cadence, 3).lines, 0U);
  EXPECT_EQ(count(cadence, 7).lines, 4U);
  EXPECT_EQ(count(cadence, 7).fences, 0U);
  EXPECT_EQ(count(cadence, 8).lines, 8U);
  EXPECT_EQ(count(cadence, 8).fences, 1U);
}

TEST(Durability, closes_what_the_cadence_left_open_before_the_next_interval) {
  const auto device = test_device(builtin("clflush"));
  DurabilityPosition position(
      *device, {{"flush_every", "4"}, {"fence_every", "8"}, {"order", "sequential"}});
  ASSERT_TRUE(position.workload->prepare());
  position.workload->run(6);
  position.workload->refresh();
  EXPECT_EQ(device->counters().lines_flushed, 6U);
  EXPECT_EQ(device->counters().drains, 1U);
  position.workload->run(4);
  EXPECT_EQ(device->counters().lines_flushed, 10U);
}

// Bytes that differ from the zeroes of a new medium.
std::set<std::uint64_t> written_lines(DurabilityPosition& position) {
  std::set<std::uint64_t> lines;
  const auto bytes = position.way->mapping();
  for (std::uint64_t at = 0; at < bytes.size(); ++at) {
    if (bytes[at] != std::byte{0}) lines.insert(at / 64);
  }
  return lines;
}

TEST(Durability, stays_on_a_range_for_as_many_operations_as_asked) {
  const auto device = test_device(builtin("clflush"));
  DurabilityPosition position(*device, {{"repeat", "2"}, {"order", "sequential"}});
  ASSERT_TRUE(position.workload->prepare());
  position.workload->run(10);
  EXPECT_EQ(written_lines(position), (std::set<std::uint64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(device->counters().lines_flushed, 10U);
}

TEST(Durability, stores_at_the_offset_and_nowhere_else) {
  for (const char* offset : {"0", "13", "63"}) {
    const auto device = test_device(builtin("movnt"));
    DurabilityPosition position(*device, {{"destination_offset", offset},
                                          {"source_offset", "7"},
                                          {"operation_size", "100"},
                                          {"order", "sequential"}});
    ASSERT_TRUE(position.workload->prepare());
    position.workload->run(3);
    const Status verified = position.workload->verify();
    EXPECT_TRUE(verified) << verified.error().message;
    const std::uint64_t skew = std::stoull(offset);
    const std::uint64_t granule = (skew + 100 + 63) / 64 * 64;
    const auto bytes = position.way->mapping();
    for (std::uint64_t at = 0; at < 4 * granule; ++at) {
      const std::uint64_t place = at % granule;
      if (at < 3 * granule && place >= skew && place < skew + 100) continue;
      ASSERT_EQ(bytes[at], std::byte{0}) << at;
    }
  }
}

// Threads that meet before and after each interval, as a cell's do.
std::vector<Status> run_together(DaxDevice& device, unsigned threads, std::uint64_t operations,
                                 const Parameters& changed = {{"line", "shared"}}) {
  std::vector<std::unique_ptr<DurabilityPosition>> positions;
  for (unsigned index = 0; index < threads; ++index) {
    positions.push_back(std::make_unique<DurabilityPosition>(device, changed, index, threads));
    EXPECT_TRUE(positions.back()->workload->prepare());
  }
  for (int interval = 0; interval < 3; ++interval) {
    for (auto& position : positions) position->workload->refresh();
    std::vector<std::thread> team;
    for (auto& position : positions)
      team.emplace_back([&] { position->workload->run(operations); });
    for (std::thread& thread : team) thread.join();
  }
  std::vector<Status> verified;
  for (auto& position : positions) verified.push_back(position->workload->verify());
  return verified;
}

TEST(Durability, has_each_line_loaded_by_another_thread_between_its_store_and_its_flush) {
  for (const unsigned threads : {2U, 3U}) {
    const auto device = test_device(builtin("clflush"));
    for (const Status& verified : run_together(*device, threads, 60)) {
      EXPECT_TRUE(verified) << verified.error().message;
    }
    const DeviceCounters counters = device->counters();
    EXPECT_EQ(counters.bytes_copied_to, threads * 180 * 64U);
    EXPECT_EQ(counters.lines_flushed, threads * 180U);
  }
}

TEST(Durability, lets_several_threads_store_to_one_line) {
  const auto device = test_device(builtin("clflush"));
  for (const Status& verified :
       run_together(*device, 3, 200, {{"range", "shared"}, {"range_size", "64"}})) {
    EXPECT_TRUE(verified) << verified.error().message;
  }
}

std::int64_t pretend(void*, dax_iter* iter) {
  const auto bytes = static_cast<std::int64_t>(iter->count * iter->size_bytes);
  for (; iter->count > 0; --iter->count) dax_iter_next(iter);
  return bytes;
}

TEST(Durability, finds_out_a_backend_that_does_not_store_or_not_load) {
  dax_operations no_stores = *builtin("eadr"), no_loads = *builtin("eadr");
  no_stores.copy_from_iter = pretend;
  no_loads.copy_to_iter = pretend;
  const auto refusal = [](const dax_operations& operations, const Parameters& changed) {
    const auto device = test_device(&operations);
    DurabilityPosition position(*device, changed);
    EXPECT_TRUE(position.workload->prepare());
    position.workload->run(100);
    const Status verified = position.workload->verify();
    return verified ? std::string() : verified.error().message;
  };
  for (const char* line : {"dirty", "clean", "flushed"}) {
    EXPECT_NE(refusal(no_stores, {{"line", line}}).find("wrong byte at device offset"),
              std::string::npos)
        << line;
  }
  for (const Parameters& loading : {Parameters{{"line", "clean"}}, {{"read_after", "on"}}}) {
    EXPECT_NE(refusal(no_loads, loading).find("wrong byte at device offset"), std::string::npos);
  }
  EXPECT_EQ(refusal(no_loads, {}), "") << "what it does not do cannot be wrong";
}

TEST(Durability, lets_the_others_go_when_a_thread_fails) {
  const auto device = test_device(builtin("clflush"));
  DurabilityPosition first(*device, {{"line", "shared"}}, 0, 2),
      second(*device, {{"line", "shared"}}, 1, 2);
  ASSERT_TRUE(first.workload->prepare());
  ASSERT_TRUE(second.workload->prepare());
  device->kill();
  EXPECT_EQ(first.workload->run(10).operations, 0U);
  EXPECT_EQ(second.workload->run(10).operations, 0U);
  EXPECT_EQ(first.workload->failure(), "making bytes durable failed: Input/output error");
  EXPECT_FALSE(first.workload->verify());
}

TEST(Durability, says_what_it_needs_addresses_for) {
  const auto device = test_device(builtin("null"));
  DurabilityPosition position(*device, {{"line", "shared"}}, 0, 2);
  const Status ready = position.workload->prepare();
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().message,
            "line: shared needs addresses, and this path gives none: use a backend and a path with "
            "direct access");
}

TEST(Durability, refuses_parameters_that_do_not_fit_together) {
  const auto refusal = [](const Parameters& changed, unsigned threads = 1) {
    const Status status =
        find_workload("durability")->check(parameters_of("durability", changed), 1 << 20, threads);
    return status ? std::string() : status.error().message;
  };
  EXPECT_EQ(refusal({}), "");
  EXPECT_EQ(refusal({{"source_offset", "64"}}),
            "source_offset 64 is outside 0 to 63: it is a place in a line");
  EXPECT_EQ(refusal({{"destination_offset", "100"}}),
            "destination_offset 100 is outside 0 to 63: it is a place in a line");
  EXPECT_EQ(refusal({{"flush_every", "0"}}), "flush_every 0 would do no work: give at least 1");
  EXPECT_EQ(refusal({{"repeat", "0"}}), "repeat 0 would do no work: give at least 1");
  EXPECT_EQ(refusal({{"flush_every", "4"}, {"fence_every", "6"}}),
            "fence_every 6 is not a multiple of flush_every 4: a fence would leave out ranges that "
            "are not flushed yet");
  EXPECT_EQ(refusal({{"flush_every", "2"}, {"fence_every", "2"}, {"repeat", "2"}}),
            "repeat 2 needs flush_every 1: a range is flushed each time it is stored");
  EXPECT_EQ(refusal({{"line", "shared"}}),
            "line shared needs another thread to load the line: add 'threads: 2'");
  EXPECT_EQ(refusal({{"line", "shared"}, {"range", "shared"}}, 2),
            "line shared has each thread load another's lines: leave range disjoint");
  EXPECT_EQ(refusal({{"line", "shared"}, {"range_size", "4096"}}, 2),
            "range_size is too small: 4096 bytes of it are for the threads to meet in");
  EXPECT_EQ(refusal({{"line", "shared"}, {"range_size", "4224"}}, 2), "");
  EXPECT_EQ(refusal({{"range_size", "64"}, {"destination_offset", "1"}}),
            "64 B of range hold not one slot of 128 B for each of 1 thread");
}

TEST(Durability, claims_a_durable_write_only_where_one_is_fenced) {
  const WorkloadType& type = *find_workload("durability");
  const auto durable = [&](const Parameters& changed) {
    const Parameters parameters = parameters_of("durability", changed);
    return type.writes(parameters) && type.durable(parameters);
  };
  EXPECT_FALSE(durable({{"step", "store"}}));
  EXPECT_FALSE(durable({{"step", "store_flush"}}));
  EXPECT_TRUE(durable({{"step", "store_flush_fence"}}));
  EXPECT_TRUE(durable({{"step", "store_flush_barrier"}}));
  EXPECT_TRUE(durable({{"step", "store"}, {"line", "flushed"}}));
  EXPECT_FALSE(durable({{"line", "clean"}}));
}

}  // namespace
}  // namespace pmembench
