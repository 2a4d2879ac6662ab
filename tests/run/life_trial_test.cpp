#include "run/life_trial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "backends/builtin_backends.h"
#include "dax/registry.hpp"
#include "run/host_info.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

OpenedDevice memory_of(const std::string& backend, const std::string& medium = "dram:16M") {
  static const Result<Registry> registry = [] {
    std::size_t count = 0;
    const dax_operations* const* tables = pmembench_builtin_backends(&count);
    return Registry::build(*host_info(""), {tables, count}, {});
  }();
  auto opened = open_device(**registry->find(backend), *parse_media(medium), *host_info(""), {});
  EXPECT_TRUE(opened) << opened.error().message;
  return *std::move(opened);
}

Parameters life_parameters(const PathType& path, const Parameters& changed) {
  Parameters parameters;
  for (const ParameterSpec& spec : find_workload("lifetime")->parameters) {
    parameters[spec.name] = spec.default_value;
  }
  for (const ParameterSpec& spec : path.parameters) parameters[spec.name] = spec.default_value;
  for (const auto& [key, value] : changed) parameters[key] = value;
  return parameters;
}

// So many lives by two users; the trial afterwards.
std::unique_ptr<LifeTrial> lived(OpenedDevice& opened, const PathType& path,
                                 const Parameters& changed, unsigned lives) {
  constexpr unsigned kThreads = 3;
  auto trial = LifeTrial::make(opened, path, life_parameters(path, changed), kThreads, 7);
  EXPECT_TRUE(trial) << trial.error().message;
  if (!trial) return nullptr;
  std::vector<std::thread> threads;
  for (unsigned index = 0; index < kThreads; ++index) {
    threads.emplace_back([&, index] {
      for (unsigned life = 0; life < lives; ++life) {
        (*trial)->arrange(index);
        (*trial)->act(index);
        (*trial)->settle(index);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return *std::move(trial);
}

class EveryPathOfLife : public testing::TestWithParam<const char*> {};

TEST_P(EveryPathOfLife, does_nothing_after_the_kill_and_loses_nothing_before_it) {
  OpenedDevice opened = memory_of("clflush");
  const PathType& path = *find_path(GetParam());
  const auto trial = lived(opened, path, {{"life_size", "16777216"}}, 8);
  ASSERT_NE(trial, nullptr);
  EXPECT_TRUE(trial->status()) << trial->status().error().message;
  auto figures = trial->figures();
  EXPECT_EQ(figures["lives"], 8);
  EXPECT_EQ(figures["done_late"], 0);
  if (!path.harms_neighbours) {
    EXPECT_EQ(figures["lost"], 0);
  }
  EXPECT_GE(figures["acknowledged"], 8 * 2 * 16);
  EXPECT_GE(figures["refused"], 8 * 2 * 5) << "the one that was under way or next, and four late";
  if (path.name != "fs-mixed") {
    EXPECT_GT(figures["lines_flushed_on"], 0) << "of fs-mixed its data's device counts them";
  }
  EXPECT_EQ(figures["lines_flushed_off"], 0);
  EXPECT_TRUE(opened.device->alive()) << "the medium's own device is not the one that dies";
}

INSTANTIATE_TEST_SUITE_P(Paths, EveryPathOfLife,
                         testing::Values("direct", "flags", "mapped", "char", "guarded",
                                         "block-raw", "block-partition", "block-btt", "block-rmw",
                                         "fs-dax", "fs-block", "fs-mixed"));

TEST(LifeTrial, tells_the_holder_and_reads_and_mounts) {
  OpenedDevice opened = memory_of("movnt");
  const PathType& direct = *find_path("direct");
  for (const char* use : {"read", "mount"}) {
    const auto trial = lived(opened, direct, {{"use", use}}, 4);
    ASSERT_NE(trial, nullptr);
    EXPECT_TRUE(trial->status()) << use << ": " << trial->status().error().message;
    EXPECT_EQ(trial->figures()["lives"], 4);
    if (std::string(use) == "read") {
      EXPECT_EQ(trial->figures()["holders_told"], 4);
    }
  }
}

// Acknowledges every second write without doing it.
class ForgetfulPath final : public Path {
 public:
  explicit ForgetfulPath(DaxDevice& device) : inner_(*find_path("direct")->make(device, nullptr)) {}
  std::uint64_t size_bytes() const override { return inner_->size_bytes(); }
  std::int64_t read(dax_iter& iter) override { return inner_->read(iter); }
  std::int64_t write(dax_iter& iter) override { return inner_->write(iter); }
  std::int64_t persist(dax_iter& iter) override {
    if (++writes_ % 2 != 0) return inner_->persist(iter);
    iter.count = 0;
    return static_cast<std::int64_t>(iter.size_bytes);
  }
  std::int64_t flush(dax_iter& iter) override { return inner_->flush(iter); }
  int drain() override { return inner_->drain(); }
  std::span<std::byte> mapping() override { return inner_->mapping(); }

 private:
  std::unique_ptr<Path> inner_;
  unsigned writes_ = 0;
};

TEST(LifeTrial, finds_a_write_that_was_acknowledged_and_is_lost) {
  OpenedDevice opened = memory_of("clflush");
  PathType forgetful = *find_path("direct");
  forgetful.make = [](DaxDevice& device, PathFixture*) {
    return Result<std::unique_ptr<Path>>(std::make_unique<ForgetfulPath>(device));
  };
  const auto trial =
      lived(opened, forgetful, {{"write_cache", "on"}, {"operations_before", "200"}}, 2);
  ASSERT_NE(trial, nullptr);
  ASSERT_FALSE(trial->status());
}

TEST(LifeTrial, refuses_what_it_cannot_make_again) {
  const PathType& direct = *find_path("direct");
  OpenedDevice whole = memory_of("movnt", "linear:dram:1M+dram:1M");
  const auto stack = LifeTrial::make(whole, direct, life_parameters(direct, {}), 2, 1);
  ASSERT_FALSE(stack);
  EXPECT_THAT(stack.error().message, HasSubstr("one mapping of the host"));
  OpenedDevice opened = memory_of("movnt");
  const PathType& raw = *find_path("block-raw");
  EXPECT_FALSE(LifeTrial::make(opened, raw, life_parameters(raw, {{"use", "mount"}}), 2, 1));
}

}  // namespace
}  // namespace pmembench
