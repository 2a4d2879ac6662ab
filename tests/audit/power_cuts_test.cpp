// A power cut at any instruction: a right backend loses nothing, and one that forgets does.
#include "audit/power_cuts.hpp"

#include <gmock/gmock.h>

#include "tests/audit/builtin.hpp"
#include "tests/audit/injected.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kTestSeed = 5;

// A injected table over anonymous memory, with a device around it for the subject.
ChildBody injected_body(const dax_operations& operations, const std::string& subject_name) {
  return [operations, subject_name] {
    const auto subject = make_cut_subject(subject_name, kTestSeed);
    static dax_operations table;
    table = operations;
    table.media = UINT64_C(1) << DAX_MEDIA_DRAM;
    table.open = [](const dax_host_info*, const dax_media_info* media, void** handle,
                    std::uint64_t* size, char*, std::uint64_t) {
      injected::base() = static_cast<unsigned char*>(mmap(
          nullptr, media->size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
      *handle = &table;
      *size = media->size_bytes;
      return 0;
    };
    table.close = [](void*) {};
    table.direct_access = [](void*, std::uint64_t page, std::uint64_t pages, std::uint32_t,
                             void** address) {
      *address = injected::base() + page * DAX_PAGE_BYTES;
      return static_cast<std::int64_t>(pages);
    };
    BackendEntry entry;
    entry.name = "injected";
    entry.operations = &table;
    const auto spec = parse_media(fmt::format("dram:{}K", subject->device_bytes() / 1024));
    auto opened = open_device(entry, *spec, builtin::host(), {});
    if (!opened) return report_failure(opened.error());
    AuditTarget target;
    target.operations = &table;
    target.handle = opened->device->handle();
    target.address = injected::base();
    target.size_bytes = subject->device_bytes();
    target.domain = DAX_DOMAIN_NONE;
    serve_subject(target, *opened->device, *subject);
  };
}

PowerCutResult cut(const dax_operations& operations, const std::string& subject_name,
                   std::uint64_t cuts) {
  const auto subject = make_cut_subject(subject_name, kTestSeed);
  PowerCutOptions options;
  options.domain = AuditDomain::memory_controller;
  options.cuts = cuts;
  options.images = 8;
  options.seed = kTestSeed;
  return run_power_cuts(injected_body(operations, subject_name), *subject, options);
}

class PowerCuts : public testing::TestWithParam<const char*> {};

TEST_P(PowerCuts, lose_nothing_of_a_backend_that_flushes_and_fences) {
  const PowerCutResult result = cut(injected::table(), GetParam(), 150);
  ASSERT_EQ(result.reason, "");
  EXPECT_TRUE(result.outcome.holds) << result.outcome.example;
  EXPECT_EQ(result.cuts, std::min<std::uint64_t>(150, result.events));
  EXPECT_GE(result.outcome.crashes, result.cuts);
  EXPECT_GT(result.steps, 1000U);
}

TEST_P(PowerCuts, show_that_a_drain_without_a_fence_loses_what_was_acknowledged) {
  dax_operations table = injected::table();
  table.drain = [](void*) { return 0; };
  const PowerCutResult result = cut(table, GetParam(), 150);
  ASSERT_EQ(result.reason, "");
  EXPECT_FALSE(result.outcome.holds);
  EXPECT_THAT(result.outcome.example, testing::HasSubstr("after event "));
}

INSTANTIATE_TEST_SUITE_P(Each, PowerCuts, testing::Values("fs-dax", "btt", "log"),
                         [](const auto& each) {
                           std::string name = each.param;
                           return name == "fs-dax" ? "fs" : name;
                         });

TEST(PowerCutErrors, of_a_backend_that_cannot_be_opened_say_why) {
  const auto subject = make_cut_subject("log", 1);
  const PowerCutResult result =
      run_power_cuts([] { report_failure(environment_error("there is no device")); }, *subject, {});
  EXPECT_EQ(result.reason, "there is no device");
}

}  // namespace
}  // namespace pmembench
