// Looks at every medium of a plan before anything is measured.
#pragma once

#include <map>
#include <string>

#include "base/result.hpp"
#include "dax/registry.hpp"
#include "plan/plan.hpp"

namespace pmembench {

// Cells whose medium cannot be opened by their backend get the reason as their skip_reason; nothing
// is changed on the media. Where that leaves no cell to run, the first reason is the error.
Status skip_unusable_media(Plan& plan, const Registry& registry, bool destroy);

}  // namespace pmembench
