#include "sim/model_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace pmembench {
namespace {

SimModel read(std::string_view yaml) {
  auto model = parse_sim_model(yaml, "m.yaml");
  EXPECT_TRUE(model) << model.error().message;
  return model ? *std::move(model) : SimModel();
}

std::string sim_refusal(std::string_view yaml) {
  const auto model = parse_sim_model(yaml, "m.yaml");
  return model ? "" : model.error().message;
}

TEST(SimModelFile, reads_every_key) {
  const SimModel model = read(R"(
description: all of it
size: 1T
latency: 300ns
levels:
  - {name: buffer, capacity: 16K, line: 256, policy: fifo, latency: 100ns}
  - {name: cache, capacity: 8M, line: 256, latency: 180ns}
store: 40ns
flush: 11ns
fence: 12ns
turnaround: 13ns
parallelism: 14
prefetch: 3
cpus: 4
write_buffer: {capacity: 64K, line: 256, drain: 90ns}
interleave: {ways: 6, granule: 512, busy: 5ns}
banks: {number: 16, row: 4K, conflict: 21ns}
refresh: {period: 3.9us, stall: 300ns}
wear: {writes: 14000, block: 4K, stall: 50us}
tlb: {entries: 1536, page: 2M, walk: 30ns}
noise: {slice: 3%, burst: 0.1, process: 1%, spike: 2%, residuals: [0.01, -0.02]}
bad_pages: [3, 5]
fails_after: 1000
read_only: true
seed: 9
)");
  EXPECT_EQ(model.description, "all of it");
  EXPECT_EQ(model.size_bytes, std::uint64_t{1} << 40);
  EXPECT_EQ(model.load_ns, 100);
  ASSERT_EQ(model.caches.size(), 2U);
  EXPECT_EQ(model.caches[0].miss_ns, 80);
  EXPECT_EQ(model.caches[0].policy, SimPolicy::fifo);
  EXPECT_EQ(model.caches[1].miss_ns, 120);
  EXPECT_EQ(model.store_ns, 40);
  EXPECT_EQ(model.flush_ns, 11);
  EXPECT_EQ(model.fence_ns, 12);
  EXPECT_EQ(model.turnaround_ns, 13);
  EXPECT_EQ(model.parallelism, 14U);
  EXPECT_EQ(model.prefetch_lines, 3U);
  EXPECT_EQ(model.cpus, 4U);
  EXPECT_EQ(model.write_buffer_bytes, 65536U);
  EXPECT_EQ(model.drain_ns, 90);
  EXPECT_EQ(model.channels, 6U);
  EXPECT_EQ(model.granule_bytes, 512U);
  EXPECT_EQ(model.channel_ns, 5);
  EXPECT_EQ(model.banks, 16U);
  EXPECT_EQ(model.conflict_ns, 21);
  EXPECT_EQ(model.refresh_period_ns, 3900);
  EXPECT_EQ(model.refresh_stall_ns, 300);
  EXPECT_EQ(model.wear_writes, 14000U);
  EXPECT_EQ(model.wear_stall_ns, 50000);
  EXPECT_EQ(model.tlb_entries, 1536U);
  EXPECT_EQ(model.walk_ns, 30);
  EXPECT_DOUBLE_EQ(model.noise.slice, 0.03);
  EXPECT_DOUBLE_EQ(model.noise.burst_share, 0.1);
  EXPECT_EQ(model.noise.residuals, (std::vector<double>{0.01, -0.02}));
  EXPECT_EQ(model.bad_pages, (std::vector<std::uint64_t>{3, 5}));
  EXPECT_EQ(model.fails_after, 1000U);
  EXPECT_TRUE(model.read_only);
  EXPECT_EQ(model.seed, 9U);
}

TEST(SimModelFile, names_the_key_of_what_is_wrong) {
  const auto says = [](std::string_view rest, const std::string& part) {
    const std::string refusal = sim_refusal("size: 1M\nlatency: 300ns\n" + std::string(rest));
    EXPECT_NE(refusal.find(part), std::string::npos) << rest << " -> " << refusal;
    EXPECT_TRUE(refusal.starts_with("m.yaml:")) << refusal;
  };
  says("latncy: 3ns\n", "unknown key 'latncy'; did you mean 'latency'?");
  says("refresh: {perod: 3us, stall: 1ns}\n",
       "unknown key 'perod' of refresh; did you mean 'period'?");
  says("store: 3\n", "store: ");
  says("store: [1ns]\n", "store: it takes one value");
  says("store:\n", "store: it has no value");
  says("store: 1ns\nstore: 2ns\n", "'store' is here twice");
  says("refresh: {period: 3us}\n", "refresh.stall is missing");
  says("refresh: {period: 1us, stall: 2us}\n",
       "refresh.stall 2000 ns is not shorter than refresh.period");
  says("refresh: 3us\n", "'refresh' is a map of keys");
  says("wear: {writes: 10}\n", "wear.stall is missing");
  says("levels: {name: a}\n", "levels: it is a list");
  says("levels: [{name: a, capacity: 16K, latency: 300ns}]\n",
       "levels.latency: 300 ns of 'a' is not below");
  says("levels: [{name: a, capacity: 16K, latency: 9ns, policy: best}]\n",
       "levels.policy: 'best' is not a policy");
  says("levels: [{name: a, capacity: 100, latency: 9ns}]\n", "below eight lines");
  says(
      "levels: [{name: a, capacity: 16K, latency: 9ns}, {name: b, capacity: 16K, latency: 10ns}]\n",
      "levels.capacity: b: capacity 16384 is not above");
  says("parallelism: 0\n", "parallelism 0 is not from 1 to 256");
  says("parallelism: 99999999\n", "parallelism: '99999999' is above");
  says("cpus: 65\n", "cpus 65 is not from 1 to 64");
  says("interleave: {ways: 65}\n", "interleave.ways 65");
  says("noise: {slice: much}\n", "noise.slice: 'much' is not a share");
  says("noise: {residuals: [9]}\n", "noise.residuals: a residual is 9");
  says("noise: {residuals: [nan]}\n", "is not the logarithm of a factor");
  says("bad_pages: [256]\n", "bad_pages: page 256 is beyond the medium of 256 pages");
  says("read_only: perhaps\n", "read_only: 'perhaps' is neither true nor false");
  EXPECT_NE(sim_refusal("latency: 3ns\n").find("size is missing"), std::string::npos);
  EXPECT_NE(sim_refusal("size: 1M\n").find("latency is missing"), std::string::npos);
  EXPECT_NE(sim_refusal("size: 1M\nlatency: 0ns\n").find("a load takes time"), std::string::npos);
  EXPECT_NE(sim_refusal("size: 5000\nlatency: 3ns\n").find("size 5000"), std::string::npos);
  EXPECT_NE(sim_refusal("- a\n").find("is a map of keys"), std::string::npos);
  EXPECT_NE(sim_refusal("").find("is a map of keys"), std::string::npos);
}

TEST(SimModelFile, is_a_file_that_can_be_read) {
  const auto missing = read_sim_model("/nowhere/m.yaml");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("/nowhere/m.yaml cannot be read"), std::string::npos);
  const auto folder = read_sim_model("/tmp");
  ASSERT_FALSE(folder);
  EXPECT_NE(folder.error().message.find("not a regular file"), std::string::npos);
  const auto endless = read_sim_model("/dev/zero");
  ASSERT_FALSE(endless);
}

TEST(SimModelFile, reads_those_that_ship) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::string(PMEMBENCH_TEST_SOURCE_DIR) + "/../configs/sim")) {
    ++files;
    const auto model = read_sim_model(entry.path().string());
    EXPECT_TRUE(model) << model.error().message;
  }
  EXPECT_GE(files, 4);
}

}  // namespace
}  // namespace pmembench
