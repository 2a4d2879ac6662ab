// The part of `audit` that follows a whole program: its options, its document, its text.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "audit/model.hpp"
#include "base/result.hpp"

namespace pmembench {

class ProgramAudit {
 public:
  void add_to(CLI::App& command);
  // Any of its options was used.
  [[nodiscard]] bool wanted() const;
  // An entry of the document's "backends": "backend" is the program, "media" its files. Errors
  // (usage): an option that cannot be.
  [[nodiscard]] Result<nlohmann::json> run(const std::vector<std::string>& words,
                                           std::optional<AuditDomain> domain) const;

 private:
  std::vector<std::string> ranges_, unclaimed_;
  std::uint64_t most_steps_ = 100'000'000;
};

// The entry as text.
[[nodiscard]] std::string program_text(const nlohmann::json& entry);

}  // namespace pmembench
