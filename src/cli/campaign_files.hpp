// Campaigns by name: which ship with pmembench, and which file a word of the command line means.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

struct CampaignFile {
  std::string name;  // "quick"
  std::string path;
};

// Those of a folder, by name: its files that end in .yaml.
[[nodiscard]] std::vector<CampaignFile> campaigns_in(const std::string& folder);

// The folder of the campaigns that ship, for this binary. Environment error: there is none.
Result<std::string> campaign_folder();

// The file that `word` means: a file of that path, else the campaign of that name in `folder`
// ("quick", "quick.yaml"). Errors (usage): there is neither; it names those that there are.
Result<std::string> campaign_file(const std::string& word, const Result<std::string>& folder);

}  // namespace pmembench
