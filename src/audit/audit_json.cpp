#include "audit/audit_json.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

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

std::string escaped(const std::string& text) {
  std::string out;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(letter) < 0x20 && letter != '\n' ? ' ' : letter;
    }
  }
  return out;
}

std::string test_case(const std::string& backend, const json& mask) {
  const std::string verdict = mask.at("verdict");
  std::string inside;
  for (const json& finding : mask.value("findings", json::array())) {
    if (!finding.at("error").get<bool>()) continue;
    inside += fmt::format("    <failure message=\"{}\">{} at {}: {}</failure>\n",
                          escaped(finding.at("rule")), escaped(finding.at("instruction")),
                          escaped(finding.at("place")), escaped(finding.at("case")));
  }
  for (const json& mutant : mask.value("misjudged", json::array())) {  // of a self-test
    inside += fmt::format("    <failure message=\"{}\"/>\n", escaped(mutant));
  }
  for (const json& work : mask.value("power_cuts", json::array())) {
    const std::string example = work.at("example");
    if (example.empty()) continue;
    inside += fmt::format("    <failure message=\"{}\">{}</failure>\n", escaped(work.at("subject")),
                          escaped(example));
  }
  const std::string reason = escaped(mask.at("reason"));
  if (verdict == "unaudited") inside += fmt::format("    <error message=\"{}\"/>\n", reason);
  if (verdict == "not_here" || verdict == "no_claim") {
    inside += fmt::format("    <skipped message=\"{}\"/>\n", reason);
  }
  return fmt::format("  <testcase classname=\"audit.{}\" name=\"{}\">\n{}  </testcase>\n",
                     escaped(backend), escaped(mask.at("cpu")), inside);
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

std::string audit_to_junit(const json& document) {
  std::string cases;
  for (const json& backend : document.at("backends")) {
    for (const json& mask : backend.at("masks")) cases += test_case(backend.at("backend"), mask);
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"pmembench audit\">\n" +
         cases + "</testsuite>\n";
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
