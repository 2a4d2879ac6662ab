// The facts of an open medium as the record keeps them.
#pragma once

#include "dax/audit_book.hpp"
#include "dax/open_device.hpp"
#include "record/medium.hpp"

namespace pmembench {

[[nodiscard]] MediumFacts medium_facts(const MediaFacts& facts, const MediaSpec& spec);

// A claim of `durable` follows the audits: without one for this backend, on this host and domain,
// it becomes kUnauditedClaim, and medium->audit the command to run.
// Of a medium that is made of others each part's backend must have one.
void follow_audit(const AuditBook& book, const OpenedDevice& opened, const OpenOptions& options,
                  const dax_host_info& host, const MediaSpec& spec, MediumFacts* medium);

}  // namespace pmembench
