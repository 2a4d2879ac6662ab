// A schema with a key of every kind, as a program would hand it to the reader.
#pragma once

#include <string>

#include "config/campaign_reader.hpp"

namespace pmembench {

inline CampaignSchema test_schema() {
  return {{"media", ValueKind::text, {}, true},
          {"backend", ValueKind::text, {}, false},
          {"path", ValueKind::text, {}, false},
          {"workload", ValueKind::text, {}, false},
          {"threads", ValueKind::count, {"all"}, false},
          {"placement", ValueKind::text, {}, true},
          {"timing", ValueKind::choice, {"slice", "operation"}, false},
          {"latency_mode", ValueKind::choice, {"issue", "durable", "dependent"}, false},
          {"access", ValueKind::choice, {"read", "load", "write"}, false},
          {"durability", ValueKind::choice, {"each", "batch", "none"}, false},
          {"operation_size", ValueKind::size, {}, false},
          {"burst", ValueKind::count, {}, false},
          {"zipf_theta", ValueKind::real, {}, false}};
}

// The message of the error that reading `yaml` as "c.yaml" gives; "no error" where it reads.
inline std::string error_of(const std::string& yaml) {
  const auto campaign = read_campaign_text(yaml, "c.yaml", test_schema());
  return campaign ? "no error" : campaign.error().message;
}

}  // namespace pmembench
