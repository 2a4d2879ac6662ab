// What users write: sizes, times, ranges, settings, campaigns, media.
#include <cmath>
#include <string>

#include "base/units.hpp"
#include "config/campaign_reader.hpp"
#include "config/settings.hpp"
#include "dax/media_spec.hpp"
#include "plan/plan.hpp"
#include "target.hpp"

namespace pmembench::fuzz {
namespace {

const CampaignSchema& fuzz_schema() {
  static const CampaignSchema schema = campaign_schema();
  return schema;
}

}  // namespace

void fuzz_units(Bytes input) {
  const std::string_view text = text_of(input);
  if (const auto size = parse_size(text)) {
    require(*size <= std::uint64_t{1} << 63, "a size is at most 2^63");
    const auto again = parse_size(format_size_short(*size));
    require(again && *again == *size, "a size that is written is read back");
  }
  if (const auto range = parse_range(text)) {
    require(!range->empty() && range->size() <= 4096, "a range has 1 to 4096 values");
  }
  if (const auto count = parse_count(text)) require(*count >> 63 == 0, "a count is below 2^63");
  static_cast<void>(parse_duration_ns(text));
  static_cast<void>(nearest(text.substr(0, 64), setting_names()));
}

void fuzz_settings(Bytes input) {
  const std::string_view text = text_of(input);
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  MeasureSettings settings;
  if (is_setting(name) && equals != std::string_view::npos) {
    const Status read = read_setting(settings, name, text.substr(equals + 1), {});
    if (read) {
      require(std::isfinite(settings.precision), "a precision is a number");
      require(settings.minimum_replicates > 0, "at least one replicate");
    }
  }
  Campaign campaign;
  campaign.groups.emplace_back();
  static_cast<void>(apply_set(campaign, Assignment(text), fuzz_schema()));
}

void fuzz_campaign(Bytes input) {
  const auto campaign = read_campaign_text(text_of(input), "fuzz.yaml", fuzz_schema());
  if (campaign) {
    require(!campaign->groups.empty(), "a campaign has cells");
  } else {
    require(campaign.error().kind == ErrorKind::usage, "a wrong campaign is the user's");
    require(campaign.error().message.starts_with("fuzz.yaml:"), "an error names its place");
  }
}

void fuzz_media(Bytes input) {
  const auto media = parse_media(text_of(input));
  if (!media) require(media.error().kind == ErrorKind::usage, "a wrong medium is the user's");
}

}  // namespace pmembench::fuzz
