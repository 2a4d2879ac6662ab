#include "audit/audit_json.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/junit.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

json finding_json(const Finding& finding) {
  json out = {
      {"rule", finding.rule},   {"error", finding.error},   {"instruction", finding.instruction},
      {"place", finding.place}, {"detail", finding.detail}, {"case", finding.smallest_case},
      {"times", finding.times}};
  if (finding.word_offset_bytes) {
    out["word_offset_bytes"] = *finding.word_offset_bytes;
    out["line_offset_bytes"] = *finding.word_offset_bytes / DAX_LINE_BYTES * DAX_LINE_BYTES;
  }
  return out;
}

json sheet_json(const SheetLine& line) {
  const OperationSheet& sheet = line.sheet;
  return {{"operation", line.operation},
          {"operations", sheet.operations},
          {"bytes", sheet.bytes},
          {"stores", sheet.stores},
          {"stored_bytes", sheet.stored_bytes},
          {"past_cache_bytes", sheet.past_cache_bytes},
          {"flushes", sheet.flushes},
          {"fences", sheet.fences},
          {"system_calls", sheet.system_calls}};
}

// One message for all that was found: a case of JUnit has one.
JunitCase case_of(const std::string& backend, const json& mask) {
  JunitCase out;
  out.class_name = "audit." + backend;
  out.name = mask.at("cpu");
  const std::string verdict = mask.at("verdict"), reason = mask.at("reason");
  const auto add = [&](const std::string& text) {
    out.outcome = JunitOutcome::failure;
    out.message += (out.message.empty() ? "" : "; ") + text;
  };
  for (const json& finding : mask.value("findings", json::array())) {
    if (!finding.at("error").get<bool>()) continue;
    if (out.type.empty()) out.type = finding.at("rule");
    add(fmt::format("{}: {} at {}: {}", finding.at("rule").get<std::string>(),
                    finding.at("instruction").get<std::string>(),
                    finding.at("place").get<std::string>(), finding.at("case").get<std::string>()));
  }
  for (const json& mutant : mask.value("misjudged", json::array())) {  // of a self-test
    add("misjudged: " + mutant.get<std::string>());
  }
  for (const json& work : mask.value("power_cuts", json::array())) {
    const std::string example = work.at("example");
    if (!example.empty()) add(work.at("subject").get<std::string>() + ": " + example);
  }
  if (out.type.empty()) out.type = verdict;
  if (out.outcome == JunitOutcome::failure) return out;
  out.message = reason;
  if (verdict == "unaudited") out.outcome = JunitOutcome::error;
  if (verdict == "not_here" || verdict == "no_claim") out.outcome = JunitOutcome::skipped;
  return out;
}

}  // namespace

json audit_to_json(const AuditResult& result) {
  json out = {{"verdict", verdict_name(result.verdict)},
              {"reason", result.reason},
              {"domain", audit_domain_name(result.domain)},
              {"domain_from", result.domain_from},
              {"cases", result.cases},
              {"steps", result.steps},
              {"findings", json::array()},
              {"sheet", json::array()}};
  for (const Finding& finding : result.findings) out["findings"].push_back(finding_json(finding));
  for (const SheetLine& line : result.sheet) out["sheet"].push_back(sheet_json(line));
  return out;
}

std::string audit_to_junit(const json& document, const std::string& created_utc) {
  JunitSuite suite;
  suite.name = "pmembench.audit";
  suite.created_utc = created_utc;
  for (const json& backend : document.at("backends")) {
    for (const json& mask : backend.at("masks")) {
      suite.cases.push_back(case_of(backend.at("backend"), mask));
    }
  }
  return junit_xml(suite);
}

json power_cuts_to_json(const std::string& subject, const PowerCutResult& result) {
  const CrashOutcome& outcome = result.outcome;
  return {{"subject", subject},
          {"reason", result.reason},
          {"domain", audit_domain_name(result.domain)},
          {"events", result.events},
          {"cuts", result.cuts},
          {"images", outcome.crashes},
          {"torn", outcome.torn},
          {"acknowledged_lost", outcome.acknowledged_lost},
          {"neighbours_damaged", outcome.neighbours_damaged},
          {"broken_invariants", outcome.broken_invariants},
          {"holds", outcome.holds},
          {"example", outcome.example}};
}

std::string overall_verdict(const json& masks) {
  for (const char* verdict : {"failed", "unaudited", "passed", "no_claim"}) {
    for (const json& mask : masks) {
      if (mask.at("verdict") == verdict) return verdict;
    }
  }
  return "unaudited";
}

}  // namespace pmembench
