#include "sim/model.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace pmembench {
namespace {

SimModel plain_model() {
  SimModel model;
  model.size_bytes = std::uint64_t{1} << 40;
  model.caches = {{"buffer", 16384, 256, SimPolicy::lru, 150}};
  return model;
}

std::string refusal_of(const std::function<void(SimModel&)>& change) {
  SimModel model = plain_model();
  change(model);
  const Status status = check_model(model);
  return status ? "" : status.error().message;
}

TEST(SimModel, may_be_a_tebibyte_or_a_page) {
  EXPECT_TRUE(check_model(plain_model()));
  EXPECT_EQ(refusal_of([](SimModel& model) { model.size_bytes = 4096; }), "");
}

TEST(SimModel, cannot_be_absurd) {
  const auto says = [](const std::function<void(SimModel&)>& change, const char* part) {
    EXPECT_NE(refusal_of(change).find(part), std::string::npos) << part;
  };
  says([](SimModel& model) { model.size_bytes = 0; }, "size 0");
  says([](SimModel& model) { model.size_bytes = 5000; }, "size 5000");
  says([](SimModel& model) { model.load_ns = 0; }, "a load takes time");
  says([](SimModel& model) { model.load_ns = -1; }, "latency is -1");
  says([](SimModel& model) { model.store_ns = 1e300; }, "store is");
  says([](SimModel& model) { model.caches[0].line_bytes = 100; }, "line 100");
  says([](SimModel& model) { model.caches[0].capacity_bytes = 512; }, "below eight lines");
  says([](SimModel& model) { model.caches.push_back(model.caches[0]); }, "is not above");
  says([](SimModel& model) { model.caches[0].miss_ns = 0; }, "it takes time");
  says([](SimModel& model) { model.caches[0].capacity_bytes = std::uint64_t{1} << 39; },
       "the simulation keeps");
  says([](SimModel& model) { model.parallelism = 0; }, "parallelism 0");
  says([](SimModel& model) { model.channels = 65; }, "interleave.ways 65");
  says([](SimModel& model) { model.granule_bytes = 100; }, "interleave.granule 100");
  says([](SimModel& model) { model.noise.slice = 2; }, "noise.slice is 2");
  says([](SimModel& model) { model.noise.residuals = {9}; }, "a residual is 9");
  says([](SimModel& model) { model.prefetch_lines = 65; }, "prefetch 65");
  says([](SimModel& model) { model.bad_pages = {std::uint64_t{1} << 40}; }, "is beyond");
  says(
      [](SimModel& model) {
        model.refresh_period_ns = 100;
        model.refresh_stall_ns = 100;
      },
      "the memory would never answer");
}

}  // namespace
}  // namespace pmembench
