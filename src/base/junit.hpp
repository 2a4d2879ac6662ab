// JUnit XML, which CI systems show next to the tests: what the schema of windyroad (that of Ant)
// and that of Jenkins' xunit plugin both accept.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace pmembench {

enum class JunitOutcome { passed, failure, skipped, error };

struct JunitCase {
  std::string class_name, name;
  JunitOutcome outcome = JunitOutcome::passed;
  std::string type;     // of a failure or an error: "regression"
  std::string message;  // of all but a passed case; one case has one
};

struct JunitSuite {
  std::string name;
  std::string created_utc;  // "2026-11-30T03:01:39Z"; "": unknown
  std::vector<std::pair<std::string, std::string>> properties;
  std::vector<JunitCase> cases;
  std::vector<std::string>
      lines;  // of standard output: neither schema has a place for them in a case
};

// Any text may have any bytes.
[[nodiscard]] std::string junit_xml(const JunitSuite& suite);

}  // namespace pmembench
