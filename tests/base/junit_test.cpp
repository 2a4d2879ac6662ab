#include "base/junit.hpp"

#include <gmock/gmock.h>

namespace pmembench {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Junit, counts_each_outcome_once) {
  JunitSuite suite;
  suite.name = "s";
  suite.created_utc = "2026-11-30T03:01:39Z";
  suite.cases = {{"c", "a", JunitOutcome::passed, "", "not shown"},
                 {"c", "b", JunitOutcome::failure, "regression", "slower"},
                 {"c", "d", JunitOutcome::skipped, "", "why"},
                 {"c", "e", JunitOutcome::error, "missing", "gone"},
                 {"c", "f", JunitOutcome::error, "missing", "gone"}};
  const std::string text = junit_xml(suite);
  EXPECT_THAT(text, HasSubstr("tests=\"5\" failures=\"1\" errors=\"2\" skipped=\"1\""));
  EXPECT_THAT(text, HasSubstr("timestamp=\"2026-11-30T03:01:39\""));
  EXPECT_THAT(text, HasSubstr("<failure type=\"regression\" message=\"slower\">slower</failure>"));
  EXPECT_THAT(text, HasSubstr("<error type=\"missing\" message=\"gone\">gone</error>"));
  EXPECT_THAT(text, HasSubstr("<skipped message=\"why\">why</skipped>"));
  EXPECT_THAT(text, Not(HasSubstr("not shown")));
}

TEST(Junit, takes_any_bytes_and_an_unknown_time) {
  JunitSuite suite;
  suite.name = "<\x01\xff>";
  suite.properties = {{"k", "\"'"}};
  suite.lines = {"a & b"};
  const std::string text = junit_xml(suite);
  EXPECT_THAT(text, HasSubstr("name=\"&lt; ?&gt;\""));
  EXPECT_THAT(text, HasSubstr("value=\"&quot;&apos;\""));
  EXPECT_THAT(text, HasSubstr("<system-out>a &amp; b\n</system-out>"));
  EXPECT_THAT(text, HasSubstr("timestamp=\"1970-01-01T00:00:00\""));
}

}  // namespace
}  // namespace pmembench
