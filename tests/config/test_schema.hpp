// A schema with a key of every kind, as a program would hand it to the reader.
#pragma once

#include <string>

#include "config/campaign_reader.hpp"

namespace pmembench {

inline CampaignSchema test_schema() {
  return {{"media", KeyKind::text, {}, true},
          {"backend", KeyKind::text, {}, false},
          {"path", KeyKind::text, {}, false},
          {"workload", KeyKind::text, {}, false},
          {"threads", KeyKind::count, {"all"}, false},
          {"placement", KeyKind::text, {}, true},
          {"timing", KeyKind::choice, {"slice", "operation"}, false},
          {"latency_mode", KeyKind::choice, {"issue", "durable", "dependent"}, false},
          {"access", KeyKind::choice, {"read", "write"}, false},
          {"operation_size", KeyKind::size, {}, false},
          {"burst", KeyKind::count, {}, false},
          {"zipf_theta", KeyKind::real, {}, false}};
}

// The message of the error that reading `yaml` as "c.yaml" gives; "no error" where it reads.
inline std::string error_of(const std::string& yaml) {
  const auto campaign = read_campaign_text(yaml, "c.yaml", test_schema());
  return campaign ? "no error" : campaign.error().message;
}

}  // namespace pmembench
