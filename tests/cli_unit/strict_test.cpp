#include "cli/strict.hpp"

#include <gtest/gtest.h>

#include "tests/results/sample.hpp"

namespace pmembench {
namespace {

Row warned(const std::string& name, const std::vector<std::string>& types) {
  Row row = sample::row(name);
  for (const std::string& type : types) row.warnings.push_back({type, "why"});
  return row;
}

TEST(Strict, passes_rows_without_a_warning) {
  Row skipped = warned("s", {"steal"});
  skipped.status = "skipped";
  const auto verdict = strict_verdict({sample::row(), skipped});
  ASSERT_TRUE(verdict);
  EXPECT_EQ(*verdict, 0);
}

TEST(Strict, names_each_type_and_a_row_that_has_it) {
  const auto verdict = strict_verdict(
      {sample::row("quiet"), warned("a", {"steal", "turbo"}), warned("b", {"turbo"})});
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().kind, ErrorKind::runtime);
  EXPECT_EQ(verdict.error().message,
            "--strict: 2 rows with warnings: steal in 1 row (a), turbo in 2 rows (first: a); "
            "`pmembench show --warnings` says what to do about each");
}

}  // namespace
}  // namespace pmembench
