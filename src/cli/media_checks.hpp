// Looks at every medium of a plan before anything is measured.
#pragma once

#include <set>
#include <string>

#include "base/result.hpp"
#include "dax/registry.hpp"
#include "plan/plan.hpp"

namespace pmembench {

// Cells whose medium cannot be opened by their backend get the reason as their skip_reason; nothing
// is changed on the media. Where that leaves no cell to run, the first reason is the error.
Status skip_unusable_media(Plan& plan, const Registry& registry, bool destroy);

// Media, as cells write them, that are there already and not made for the run. Asked for before
// skip_unusable_media, it gives those that a run without --destroy may use because they are empty.
std::set<std::string> existing_media(const Plan& plan);

}  // namespace pmembench
