#include "workloads/loaded.hpp"

#include <gtest/gtest.h>

#include "workbench.hpp"

namespace pmembench {
namespace {

Parameters with(const Parameters& changed) { return parameters_of("loaded", changed); }

std::string refusal(const Parameters& changed, std::uint64_t bytes = 1 << 20,
                    unsigned threads = 2) {
  const Status status = find_workload("loaded")->check(with(changed), bytes, threads);
  return status ? "" : status.error().message;
}

TEST(Loaded, gives_the_probe_and_the_load_bytes_of_their_own) {
  for (const char* asked : {"0", "4096", "100000"}) {
    const LoadedLayout layout = loaded_layout(with({{"probe_size", asked}}), 1 << 20, 0);
    EXPECT_EQ(layout.probe.offset_bytes, 0u);
    EXPECT_GT(layout.probe.size_bytes, 0u);
    EXPECT_LE(layout.probe.size_bytes, layout.load.offset_bytes);
    EXPECT_EQ(layout.load.offset_bytes % 4096, 0u);
    EXPECT_EQ(layout.load.offset_bytes + layout.load.size_bytes, 1u << 20);
  }
}

TEST(Loaded, gives_each_of_two_media_whole) {
  const LoadedLayout layout = loaded_layout(with({}), 1 << 20, 1 << 16);
  EXPECT_EQ(layout.probe.size_bytes, 1u << 16);
  EXPECT_EQ(layout.load.offset_bytes, 0u);
  EXPECT_EQ(layout.load.size_bytes, 1u << 20);
}

TEST(Loaded, moves_the_share_of_reads_that_was_asked_for) {
  for (const char* share : {"0", "25", "50", "100"}) {
    for (const char* order : {"sequential", "random", "strided"}) {
      const auto device = test_device(builtin("eadr"));
      auto path = find_path("direct")->make(*device, nullptr);
      const Parameters parameters =
          with({{"read_share", share}, {"order", order}, {"stride", "256"}});
      const LoadedLayout layout = loaded_layout(parameters, 1 << 20, 0);
      auto load = make_load(parameters, **path, layout.load, {0, 1, 42});
      ASSERT_TRUE(load->prepare());
      const DeviceCounters before = device->counters();
      const Work work = load->run(640);
      const DeviceCounters after = device->counters();
      const std::uint64_t reads = 640 * std::stoul(share) / 100;
      EXPECT_EQ(work.operations, 640u);
      EXPECT_EQ(work.bytes, 640u * 64);
      EXPECT_EQ(after.bytes_copied_to - before.bytes_copied_to, 64 * reads) << share << order;
      EXPECT_EQ(after.bytes_copied_from - before.bytes_copied_from, 64 * (640 - reads));
      EXPECT_TRUE(load->verify());
    }
  }
}

TEST(Loaded, never_touches_the_probes_chain) {
  const auto device = test_device(builtin("eadr"));
  auto path = find_path("direct")->make(*device, nullptr);
  const Parameters parameters = with({{"read_share", "0"}, {"order", "random"}});
  const LoadedLayout layout = loaded_layout(parameters, 1 << 20, 0);
  auto probe = make_loaded_probe(parameters, **path, layout.probe, {0, 1, 42});
  ASSERT_TRUE(probe->prepare());
  for (unsigned thread = 0; thread < 3; ++thread) {
    auto load = make_load(parameters, **path, layout.load, {thread, 3, 42});
    ASSERT_TRUE(load->prepare());
    load->run(20'000);
  }
  probe->run(20'000);
  const Status verified = probe->verify();
  EXPECT_TRUE(verified) << verified.error().message;
}

TEST(Loaded, refuses_paces_that_contradict) {
  const std::string one = "load_share, load_rate and pause each pace the load: give one of them";
  EXPECT_EQ(refusal({{"load_share", "50"}, {"pause", "10"}}), one);
  EXPECT_EQ(refusal({{"load_rate", "5000"}, {"pause", "10"}}), one);
  EXPECT_EQ(refusal({{"load_rate", "5000"}, {"load_share", "10"}}), one);
  EXPECT_EQ(refusal({{"load_share", "101"}}),
            "load_share 101 is outside 0 to 100 percent of the measured maximum");
  EXPECT_EQ(refusal({{"read_share", "101"}}), "read_share 101 is above 100 percent");
}

TEST(Loaded, refuses_sizes_that_do_not_fit) {
  EXPECT_EQ(refusal({}), "");
  EXPECT_EQ(refusal({{"chunk", "0"}}), "chunk 0 is outside 1 to 4096 loads");
  EXPECT_EQ(refusal({{"operation_size", "0"}}), "operation_size 0 is outside 1 B to 1 MiB");
  EXPECT_EQ(refusal({{"probe_stride", "12"}}), "probe_stride 12 is not a multiple of 8 bytes");
  EXPECT_EQ(refusal({{"probe_size", "64"}}), "probe_size holds fewer than two nodes of 64 bytes");
  EXPECT_EQ(refusal({{"order", "strided"}, {"stride", "32"}}),
            "stride 32 is smaller than operation_size 64: ranges would overlap");
  EXPECT_EQ(refusal({{"operation_size", "1048576"}}),
            "512 KiB next to the probe do not hold one slot for each of 1 load threads");
}

}  // namespace
}  // namespace pmembench
