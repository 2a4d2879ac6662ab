#include "record/older_rows.hpp"

#include <array>

namespace pmembench {
namespace {

struct OlderBackend {
  std::string_view name;
  BackendCapabilities capabilities;
};

// Closed: a backend that was added later writes its capabilities into its rows.
constexpr std::array<OlderBackend, 9> kOlderBackends{{
    {"movnt", {true, false, 1}},
    {"libpmem2", {true, false, 1}},
    {"clwb", {true, true, 0}},
    {"clflushopt", {true, true, 0}},
    {"clflush", {true, true, 0}},
    {"devdax", {true, true, 0}},
    {"eadr", {true, false, 0}},
    {"block", {true, false, 0}},
    {"null", {false, false, 0}},
}};

}  // namespace

BackendCapabilities older_capabilities(const std::string& backend) {
  for (const OlderBackend& each : kOlderBackends) {
    if (each.name == backend) return each.capabilities;
  }
  return {};
}

void complete_older_rating(Row& row) {
  if (row.numa && row.numa->rated && !row.numa->rated_by) row.numa->rated_by = "HMAT";
}

}  // namespace pmembench
