// Audit results as JSON, between processes and for users, and as JUnit XML for CI.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "audit/audit.hpp"
#include "audit/power_cuts.hpp"

namespace pmembench {

// One mask's result: verdict, reason, domain, findings, sheet.
[[nodiscard]] nlohmann::json audit_to_json(const AuditResult& result);

// The whole: `document` has "backends", each with "backend" and "masks", an array of the above with
// "cpu". One test case a backend and mask; an error fails it, "unaudited" is an error of it.
// `created_utc`: when the audit was made.
[[nodiscard]] std::string audit_to_junit(const nlohmann::json& document,
                                         const std::string& created_utc);

// The worst of the masks' verdicts: failed, unaudited, passed, no_claim; masks that the backend
// cannot run are left out.
[[nodiscard]] std::string overall_verdict(const nlohmann::json& masks);

// One kind of work: "subject", "reason", "events", "cuts", "images", and what was found.
[[nodiscard]] nlohmann::json power_cuts_to_json(const std::string& subject,
                                                const PowerCutResult& result);

}  // namespace pmembench
