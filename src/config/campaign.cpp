// Places, axes and the checks that need the whole campaign.
#include "config/campaign.hpp"

#include <algorithm>

namespace pmembench {

std::string SourcePosition::text() const {
  if (line == 0) return file.empty() ? "--set" : file;
  return fmt::format("{}:{}:{}", file, line, column);
}

Error error_at(const SourcePosition& at, std::string_view sentence) {
  if (at.line == 0 && at.file.starts_with("--")) {
    std::string key = at.file.substr(2) + ": ";
    std::replace(key.begin(), key.end(), '-', '_');
    if (sentence.starts_with(key)) sentence.remove_prefix(key.size());
  }
  return usage_error("{}: {}", at.text(), sentence);
}

const CampaignAxis* CellGroup::axis(const std::string& key) const {
  const auto found = std::find_if(axes.begin(), axes.end(),
                                  [&](const CampaignAxis& one) { return one.key == key; });
  return found == axes.end() ? nullptr : &*found;
}

Status check_settings(const Campaign& campaign) {
  const MeasureSettings& settings = campaign.settings;
  if (settings.minimum_replicates <= settings.maximum_replicates) return {};
  // Both may be defaults of the program only if those are wrong, so one of the two was written.
  const auto& written = campaign.setting_positions;
  const bool maximum_written = written.contains("maximum_replicates");
  const auto at = written.find(maximum_written ? "maximum_replicates" : "minimum_replicates");
  PMB_CHECK(at != written.end(), "the default replicates contradict each other");
  return error_at(at->second,
                  fmt::format("minimum_replicates ({}) is above maximum_replicates ({}): set both",
                              settings.minimum_replicates, settings.maximum_replicates));
}

}  // namespace pmembench
