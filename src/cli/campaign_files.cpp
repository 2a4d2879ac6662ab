#include "cli/campaign_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/units.hpp"
#include "cli/data_folder.hpp"
#include "platform/executable.hpp"

namespace pmembench {
namespace {

namespace files = std::filesystem;

constexpr const char* kSuffix = ".yaml";

}  // namespace

std::vector<CampaignFile> campaigns_in(const std::string& folder) {
  std::vector<CampaignFile> found;
  std::error_code error;
  for (files::directory_iterator each(folder, error), end; !error && each != end;
       each.increment(error)) {
    if (each->path().extension() != kSuffix) continue;
    found.push_back({each->path().stem().string(), each->path().string()});
  }
  std::sort(found.begin(), found.end(),
            [](const CampaignFile& a, const CampaignFile& b) { return a.name < b.name; });
  return found;
}

Result<std::string> campaign_folder() {
  const auto binary = executable_path();
  if (!binary) return binary.error();
  return data_folder(*binary, "configs", "");
}

Result<std::string> campaign_file(const std::string& word, const Result<std::string>& folder) {
  std::error_code ignored;
  const files::file_status status = files::status(word, ignored);
  if (files::exists(status) && !files::is_directory(status)) return word;
  const bool is_path = word.find('/') != std::string::npos;
  std::vector<std::string> names;
  if (folder) {
    for (const CampaignFile& each : campaigns_in(*folder)) {
      const bool means_it =
          word == each.name || files::path(word).filename() == each.name + kSuffix;
      if (means_it && !is_path) return each.path;
      if (means_it) {
        return usage_error("there is no campaign file {}: `{}` alone names the campaign that ships",
                           word, each.name);
      }
      names.push_back(each.name);
    }
  }
  if (is_path || word.ends_with(kSuffix)) return word;  // the reader says what is wrong with it
  const std::string near = nearest(word, names);
  const std::string hint = near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near);
  if (names.empty()) {
    return usage_error("there is no campaign '{}': no file here has this name, and {}", word,
                       folder ? *folder + " has no campaign" : folder.error().message);
  }
  return usage_error(
      "there is no campaign '{}'{}: no file here has this name, and those that ship are: {}", word,
      hint, fmt::join(names, ", "));
}

}  // namespace pmembench
