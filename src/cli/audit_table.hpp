// What an audit found, as text: verdicts, findings, the sheet of each backend.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace pmembench {

// `document` as audit_json.hpp says.
[[nodiscard]] std::string audit_text(const nlohmann::json& document);
// Of a self-test: the mutation score of each backend, and the mutants that were misjudged.
[[nodiscard]] std::string self_test_text(const nlohmann::json& document);
// One backend's findings and verdict; for `check` too.
[[nodiscard]] std::string audit_findings_text(const nlohmann::json& backend);

}  // namespace pmembench
