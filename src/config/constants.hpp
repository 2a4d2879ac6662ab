// Constants: names in a campaign whose values another file has.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/yaml_tree.hpp"

namespace pmembench {

// Where the campaign's top level has `constants: FILE`, a map of names to values (as `pmembench
// characterize --constants` writes it), every `${NAME}` in a value of the campaign is replaced, and
// the key removed. A relative FILE is looked for next to the campaign. Errors (usage) name the
// place in the campaign: a file that cannot be read or is not such a map, a name that it does not
// have.
Status apply_constants(YamlNode& root, const std::string& campaign_file);

}  // namespace pmembench
