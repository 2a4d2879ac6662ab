// One audit from start to end: which backends on which media and CPU masks, in which processes.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "audit/audit.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "dax/cpu_mask.hpp"
#include "dax/media_spec.hpp"

namespace pmembench {

struct AuditRequest {
  std::string media;  // empty: DRAM, or a scratch file
  std::string backend_options;
  bool destroy = false;
  std::optional<AuditDomain> domain;
  std::string cpu = "all";
  std::uint64_t cases = 1000;  // of one backend, shared out among its masks
  std::uint64_t seed = 1;
  std::size_t lanes = 0;   // 0: one a CPU
  bool self_test = false;  // mutants of the backend in place of the backend
  std::uint64_t power_cuts =
      0;                // not 0: the number of its instructions to cut at, instead of cases
  std::string subject;  // of the child: what it works at, for power cuts
};

// An array, one entry a backend: "backend", "media", "object_hash", "verdict", "masks". `progress`
// is called with a sentence now and then. Errors: no such medium, backend or mask; audit not built.
Result<nlohmann::json> run_audits(const std::vector<const BackendEntry*>& entries, const Host& host,
                                  const GlobalOptions& global, const AuditRequest& request,
                                  const std::function<void(const std::string&)>& progress);

// What a traced child does: opens the medium with the one mask of `request.cpu` and serves cases.
void serve_audit_child(const BackendEntry& entry, const Host& host, const AuditRequest& request);

// The word of --domain. Errors (usage): an unknown one.
Result<AuditDomain> parse_audit_domain(const std::string& text);

}  // namespace pmembench
