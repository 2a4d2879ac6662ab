// Conformance: does a backend do what dax_operations.h promises? One suite for built-ins and
// plugins.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dax/dax_device.hpp"

namespace pmembench {

struct ConformanceCheck {
  std::string name;     // a sentence: "a written range reads back byte for byte"
  std::string verdict;  // "pass", "fail", "skipped"
  std::string detail;   // why it failed (offset, expected, found) or was skipped
};

// The least that a device to be checked must have.
inline constexpr std::uint64_t kConformanceBytes = 1 << 20;

// Runs every check on an opened device of at least kConformanceBytes, whose contents are
// overwritten. The order and number of checks is the same for every backend. `seed` decides the
// random ranges. `begins` is called with the name of each check before it runs, so that a caller
// knows in which one a backend crashed. `host`: what is passed to the backend about the host; null:
// the check that needs it is skipped.
std::vector<ConformanceCheck> check_conformance(
    DaxDevice& device, std::uint64_t seed,
    const std::function<void(const std::string&)>& begins = {},
    const dax_host_info* host = nullptr);

}  // namespace pmembench
