#include "results/run_warnings.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "results/make_row.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

RunConditions quiet() {
  RunConditions conditions;
  conditions.environment.governor = "performance";
  conditions.environment.turbo = "off";
  conditions.environment.thp_enabled = "madvise";
  conditions.environment.numa_balancing = "off";
  conditions.environment.prefetchers = "unknown";
  conditions.environment.smt = "off";
  conditions.nodes = 2;
  conditions.other_load = OtherLoad{0.1, 0.05, std::nullopt};
  return conditions;
}

// The sentence of the only warning, which must be of `type`.
std::string only(const std::string& type, const RunConditions& conditions) {
  const auto warnings = run_warnings(conditions);
  if (warnings.size() != 1) return fmt::format("{} warnings", warnings.size());
  EXPECT_EQ(warnings[0].type, type);
  return warnings[0].sentence;
}

TEST(RunWarnings, are_none_on_a_quiet_host) { EXPECT_THAT(run_warnings(quiet()), IsEmpty()); }

TEST(RunWarnings, are_none_where_the_host_does_not_tell) {
  RunConditions conditions = quiet();
  conditions.environment.governor = conditions.environment.turbo = "unknown";
  conditions.environment.thp_enabled = conditions.environment.numa_balancing = "unknown";
  conditions.other_load.reset();
  EXPECT_THAT(run_warnings(conditions), IsEmpty());
}

TEST(RunWarnings, tell_of_the_governor) {
  RunConditions conditions = quiet();
  conditions.environment.governor = "schedutil";
  EXPECT_EQ(only("governor", conditions),
            "the governor is schedutil: the frequency governor changes the CPUs' speed with their "
            "load; as root: cpupower frequency-set -g performance");
}

TEST(RunWarnings, tell_of_turbo) {
  RunConditions conditions = quiet();
  conditions.environment.turbo = "on";
  EXPECT_THAT(only("turbo", conditions),
              testing::StartsWith("turbo is on: turbo changes the CPUs' speed with heat"));
}

TEST(RunWarnings, tell_of_huge_pages_that_are_off) {
  RunConditions conditions = quiet();
  conditions.environment.thp_enabled = "never";
  EXPECT_THAT(only("thp", conditions), testing::StartsWith("THP is set to never: "));
}

TEST(RunWarnings, tell_of_numa_balancing_where_there_are_nodes_to_balance) {
  RunConditions conditions = quiet();
  conditions.environment.numa_balancing = "tiering";
  EXPECT_THAT(only("numa_balancing", conditions),
              testing::StartsWith("numa_balancing is tiering: the kernel moves pages"));
  conditions.nodes = 1;
  EXPECT_THAT(run_warnings(conditions), IsEmpty());
}

TEST(RunWarnings, tell_of_other_work_above_a_twentieth_of_the_host) {
  RunConditions conditions = quiet();
  conditions.other_load = OtherLoad{0.92, 0.46, 0.3};
  EXPECT_EQ(only("other_load", conditions),
            "others kept 0.9 CPUs busy, 46 % of the host's: other work used the CPUs during the "
            "run; stop it, or measure when the host is quiet");
}

TEST(RunWarnings, are_every_rows) {
  RowContext context;
  context.run_warnings = run_warnings([] {
    RunConditions conditions = quiet();
    conditions.environment.turbo = "on";
    return conditions;
  }());
  const Row row = make_row(sample::cell(), sample::replicates(), "", context);
  ASSERT_EQ(row.warnings.size(), 1U);
  EXPECT_EQ(row.warnings[0].type, "turbo");
}

TEST(RunConditionsJson, notes_what_is_known_and_what_is_not) {
  RunConditions conditions = quiet();
  auto json = to_json(conditions);
  EXPECT_EQ(json.at("schema"), "pmembench-conditions");
  EXPECT_EQ(json.at("prefetchers"), "unknown");
  EXPECT_EQ(json.at("governor"), "performance");
  EXPECT_EQ(json.at("other_load").at("share"), 0.05);
  EXPECT_TRUE(json.at("other_load").at("waiting_share").is_null());
  conditions.other_load.reset();
  EXPECT_TRUE(to_json(conditions).at("other_load").is_null());
}

}  // namespace
}  // namespace pmembench
