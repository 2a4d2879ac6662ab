#include "base/junit.hpp"

#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "base/plain_text.hpp"
#include "base/result.hpp"

namespace pmembench {
namespace {

// "2026-11-30T03:01:39Z" without its zone, which one schema does not take; UTC.
std::string timestamp_of(const std::string& created_utc) {
  constexpr std::size_t kLength = std::string_view("2026-11-30T03:01:39").size();
  if (created_utc.size() < kLength) return "1970-01-01T00:00:00";
  return created_utc.substr(0, kLength);
}

std::string host_name() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

// GitLab drops the attribute and shows the body; others do the reverse.
std::string outcome_element(const JunitCase& each) {
  const std::string message = xml_text(each.message);
  switch (each.outcome) {
    case JunitOutcome::passed:
      break;
    case JunitOutcome::failure:
      return fmt::format("    <failure type=\"{}\" message=\"{}\">{}</failure>\n",
                         xml_text(each.type), message, message);
    case JunitOutcome::skipped:
      return fmt::format("    <skipped message=\"{}\">{}</skipped>\n", message, message);
    case JunitOutcome::error:
      return fmt::format("    <error type=\"{}\" message=\"{}\">{}</error>\n", xml_text(each.type),
                         message, message);
  }
  return {};
}

}  // namespace

std::string junit_xml(const JunitSuite& suite) {
  const auto count = [&](JunitOutcome outcome) {
    return std::count_if(suite.cases.begin(), suite.cases.end(),
                         [&](const JunitCase& each) { return each.outcome == outcome; });
  };
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
      "time=\"0\" hostname=\"{}\" timestamp=\"{}\">\n  <properties>\n",
      xml_text(suite.name), suite.cases.size(), count(JunitOutcome::failure),
      count(JunitOutcome::error), count(JunitOutcome::skipped), xml_text(host_name()),
      timestamp_of(suite.created_utc));
  for (const auto& [name, value] : suite.properties) {
    text +=
        fmt::format("    <property name=\"{}\" value=\"{}\"/>\n", xml_text(name), xml_text(value));
  }
  text += "  </properties>\n";
  for (const JunitCase& each : suite.cases) {
    text += fmt::format("  <testcase classname=\"{}\" name=\"{}\" time=\"0\">\n",
                        xml_text(each.class_name), xml_text(each.name)) +
            outcome_element(each) + "  </testcase>\n";
  }
  text += "  <system-out>";
  for (const std::string& line : suite.lines) text += xml_text(line) + "\n";
  return text + "</system-out>\n  <system-err></system-err>\n</testsuite>\n";
}

}  // namespace pmembench
