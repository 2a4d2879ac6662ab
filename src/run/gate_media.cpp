#include "run/gate_media.hpp"

#include <filesystem>

#include "base/units.hpp"
#include "dax/media_spec.hpp"
#include "run/gate_arm.hpp"

namespace pmembench {

Result<std::string> media_of_arm(const std::string& media, Arm arm) {
  const auto spec = parse_media(media);
  if (!spec) return spec.error();
  if (spec->path.empty()) return media;
  std::error_code ignored;
  if (spec->kind == DAX_MEDIA_DEVDAX || std::filesystem::exists(spec->path, ignored)) {
    return environment_error(
        "a gate keeps three workers on media of their own, and {} is there only once: name a file "
        "that does not exist and its size, which the workers make, or dram",
        spec->path);
  }
  std::string own = media;
  const std::size_t end = own.find(spec->path) + spec->path.size();
  return own.insert(end, "." + std::string(name_of(arm)));
}

Status check_three_media(const std::array<std::string, kArms>& media,
                         std::optional<std::uint64_t> available_bytes) {
  std::uint64_t wanted_bytes = 0;
  for (const std::string& each : media) {
    const auto spec = parse_media(each);
    if (!spec) return spec.error();
    if (spec->kind == DAX_MEDIA_DRAM) wanted_bytes += spec->size_bytes;
  }
  if (!available_bytes || wanted_bytes <= *available_bytes) return {};
  return environment_error(
      "a gate keeps three workers' media in memory at once, which takes {}, and {} are available; "
      "ask for less, as in --media dram:{}",
      format_size(wanted_bytes), format_size(*available_bytes),
      format_size_short((*available_bytes / 4) >> 20 << 20));
}

}  // namespace pmembench
