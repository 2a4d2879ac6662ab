// What `pmembench probe` found, as JSON for programs and as a page for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace pmembench {

// Reads everything below `root` ("/" on a live host). Keys: host, cpu, caches, nodes, dax, nd, cxl,
// block, settings. Lists are empty where the host has none; a number that is not known is null, a
// text "unknown". Sizes are in bytes, rated bandwidth in MiB/s and latency in ns. Its text is valid
// UTF-8 even if the host's files are not.
nlohmann::json probe_json(const std::string& root);

// The page for what probe_json gave, and for facts["timer"] where the caller added it: an object
// with ghz, step_ns, floor_issue_ns, floor_durable_ns and invariant, or a text why there is none.
// What is absent or null reads "unknown".
std::string probe_text(const nlohmann::json& facts);

}  // namespace pmembench
