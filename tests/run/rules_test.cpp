#include "run/rules.hpp"

#include <gtest/gtest.h>

#include <set>

#include "backends/builtin_backends.h"
#include "run/host_info.hpp"

namespace pmembench {
namespace {

const Registry& registry_of_rules() {
  static const Result<Registry> registry = [] {
    std::size_t count = 0;
    const dax_operations* const* tables = pmembench_builtin_backends(&count);
    return Registry::build(*host_info(""), {tables, count}, {});
  }();
  return *registry;
}

TEST(Rules, hold_each_of_them) {
  const dax_host_info info = *host_info("");
  std::set<unsigned> numbers;
  for (const DesignRule& rule : design_rules()) {
    EXPECT_TRUE(numbers.insert(rule.number).second) << rule.number;
    EXPECT_FALSE(rule.claim.empty());
    RuleSeen seen;
    rule.run({registry_of_rules(), info}, seen);
    EXPECT_EQ(seen.broken(), "") << rule.number << ": " << rule.claim;
    EXPECT_NE(seen.text(), "") << rule.number << ": " << rule.claim;
  }
}

TEST(Rules, keep_the_first_expectation_that_does_not_hold) {
  RuleSeen seen;
  seen.must(true, "a");
  EXPECT_EQ(seen.broken(), "");
  seen.must(false, "b");
  seen.must(false, "c");
  EXPECT_EQ(seen.broken(), "b");
  EXPECT_EQ(seen.take(usage_error("no device")), nullptr);
}

}  // namespace
}  // namespace pmembench
