// Measures what characterize planned, and makes the datasheet of it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/characterize_plan.hpp"
#include "datasheet/datasheet.hpp"
#include "results/store.hpp"

namespace pmembench {

struct CharacterizePlans {
  CharacterizePlan probes, stalls, banks, wear;
};

struct SheetSelfTest {
  unsigned devices = 0;       // at most; 0: none
  std::uint64_t most_ns = 0;  // for each medium; 0: as long as it takes
  std::uint64_t seed = 1;
};

struct CharacterizeOutcome {
  Datasheet sheet;
  bool interrupted = false;
  std::size_t failed = 0, unmeasured = 0, begun = 0, measured = 0;  // cells
};

// What is planned, one campaign after the other, in the store; then what they say.
Result<CharacterizeOutcome> characterize_media(
    const CharacterizePlans& plans, const CharacterizeWishes& wishes,
    const SheetSelfTest& self_test, const Host& host, const GlobalOptions& global,
    const std::string& database, const std::map<std::string, std::string>& identities);

}  // namespace pmembench
