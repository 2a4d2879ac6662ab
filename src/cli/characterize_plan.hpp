// What characterize measures: its shipped campaigns on the media that were named, without what does
// not fit them or was not asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/host.hpp"
#include "plan/plan.hpp"
#include "record/row.hpp"

namespace pmembench {

struct CharacterizeWishes {
  std::string media, against;     // the second is empty where there is none
  std::string backend, budget;    // empty: as the campaign says
  std::vector<std::string> only;  // properties and "figures"; empty: all
  bool destroy = false, wear = false;
};

struct CharacterizePlan {
  Plan plan;
  std::vector<Row> absent;  // what does not fit a medium, each with the reason
};

// Of a campaign that ships, by name. A plan without cells: nothing of it was asked for, or fits.
// Errors: as make_plan's.
Result<CharacterizePlan> plan_characterize(const std::string& campaign,
                                           const CharacterizeWishes& wishes, const Host& host);

// The bytes of a medium; 0: not known before it is opened.
[[nodiscard]] std::uint64_t known_medium_bytes(const std::string& media, const Host& host);

}  // namespace pmembench
