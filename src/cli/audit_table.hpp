// What an audit found, as text: verdicts, findings, the sheet of each backend.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace pmembench {

// `document` as audit_json.hpp says.
[[nodiscard]] std::string audit_text(const nlohmann::json& document);
// Of a self-test: the mutation score of each backend, and the mutants that were misjudged.
[[nodiscard]] std::string self_test_text(const nlohmann::json& document);
// The "cpu" of a program, which runs as this CPU is.
inline constexpr const char* kNoMask = "this CPU";

// Of power cuts: what was left after them, of each backend under each kind of work.
[[nodiscard]] std::string power_cuts_text(const nlohmann::json& document);
// One finding a string, errors first.
[[nodiscard]] std::vector<std::string> finding_lines(const nlohmann::json& backend);
// One backend's findings and verdict; for `check` too.
[[nodiscard]] std::string audit_findings_text(const nlohmann::json& backend);

}  // namespace pmembench
