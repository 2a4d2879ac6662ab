// audit: one backend on one CPU mask, traced and judged.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/case_sample.hpp"
#include "audit/rules.hpp"
#include "audit/tracer.hpp"
#include "base/result.hpp"

namespace pmembench {

struct AuditOptions {
  std::optional<AuditDomain> domain;  // none: that of the medium, or what the table records
  std::uint64_t cases = 400;
  std::uint64_t seed = 1;
  TraceLimits limits{};
};

enum class AuditVerdict : std::uint8_t {
  passed,
  failed,
  unaudited,  // it could not be watched: `reason`. Never a pass
  no_claim,   // it claims nothing: no work, or a domain that keeps nothing
  not_here    // the backend says that it cannot run with these CPU features
};
[[nodiscard]] std::string_view verdict_name(AuditVerdict verdict);

struct Finding {
  std::string rule;
  bool error = true;  // false: a cost
  std::string instruction, place;
  std::optional<std::uint64_t> word_offset_bytes;  // in the medium
  std::string detail;
  std::string smallest_case;
  std::uint64_t times = 0;
};

struct SheetLine {
  std::string operation;
  OperationSheet sheet;
};

struct AuditResult {
  AuditVerdict verdict = AuditVerdict::unaudited;
  std::string reason;
  AuditDomain domain = AuditDomain::none;
  std::string domain_from;  // "the medium", "the table", "--domain"
  std::uint64_t cases = 0;
  std::uint64_t steps = 0;
  std::vector<Finding> findings;  // errors first
  std::vector<SheetLine> sheet;
};

// Whether this build can audit: the sentence that names the missing package.
[[nodiscard]] Status audit_available();

// The child's body: opens the medium and calls serve_cases, or report_failure.
using ChildBody = std::function<void()>;

// Traces all cases in one child. Never fails: what went wrong is in the result.
[[nodiscard]] AuditResult run_audit(const ChildBody& body, const AuditOptions& options);

// ---- for the parts of an audit ----
[[nodiscard]] CaseSpace case_space(const Tracer& tracer);
[[nodiscard]] JudgeFacts judge_facts(const ChildFacts& facts, AuditDomain domain);
// What the medium's domain is, or what the table declares where the medium is a stand-in: a table
// without DAX_CAP_NEEDS_FLUSH whose copies do not pass the caches relies on caches that last.
[[nodiscard]] AuditDomain audit_domain(const ChildFacts& facts);
// The first calls of both threads, untraced.
[[nodiscard]] std::optional<TraceFault> warm_up(Tracer& tracer);
// Fills the window, runs one group and has `judge` look at it.
[[nodiscard]] std::optional<TraceFault> run_group(Tracer& tracer, const CaseGroup& group,
                                                  CaseJudge& judge);

}  // namespace pmembench
