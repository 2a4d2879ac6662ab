// Looks at every medium of a plan before anything is measured.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/output_file.hpp"
#include "dax/registry.hpp"
#include "plan/plan.hpp"

namespace pmembench {

// Cells whose medium cannot be opened by their backend get the reason as their skip_reason; nothing
// is changed on the media. Where that leaves no cell to run, the first reason is the error.
Status skip_unusable_media(Plan& plan, const Registry& registry, bool destroy);

// What the paths of a plan's media lead to (medium_identity()), by path. Asked for before
// skip_unusable_media, which finds those that are there empty, or refuses them.
std::map<std::string, std::string> media_identities(const Plan& plan);

// The locations of a plan's media, for keep_apart().
[[nodiscard]] std::vector<NamedPath> media_paths(const Plan& plan);

}  // namespace pmembench
