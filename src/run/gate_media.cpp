#include "run/gate_media.hpp"

#include <algorithm>
#include <filesystem>

#include "base/units.hpp"
#include "dax/media_spec.hpp"
#include "platform/devices.hpp"
#include "run/gate_arm.hpp"

namespace pmembench {
namespace {

// What is there behind the medium's offset, and the unit in which it can be distributed.
struct Rest {
  std::uint64_t size_bytes = 0;
  std::uint64_t unit_bytes = DAX_PAGE_BYTES;
};

// "file:PATH" of "file:PATH,size=S".
std::string without_keys(const MediaSpec& spec) {
  return spec.text.substr(0, spec.text.find(spec.path) + spec.path.size());
}

std::uint64_t behind(std::uint64_t offset_bytes, std::uint64_t size_bytes) {
  return size_bytes - std::min(size_bytes, offset_bytes);
}

Result<Rest> rest_of(const MediaSpec& spec, const std::string& root) {
  if (spec.kind == DAX_MEDIA_DEVDAX) {
    const auto facts = dax_device_by_path(root, spec.path);
    if (!facts) return facts.error();
    const std::uint64_t alignment = facts->alignment_bytes.value_or(0);
    return Rest{behind(spec.offset_bytes, facts->size_bytes.value_or(0)),
                std::max(alignment, kHugePageBytes)};
  }
  std::error_code unknown;
  const std::uint64_t whole_bytes = std::filesystem::file_size(spec.path, unknown);
  if (unknown) {
    return environment_error("the size of {} cannot be asked for: {}", spec.path,
                             unknown.message());
  }
  const std::uint64_t size_bytes = behind(spec.offset_bytes, whole_bytes);
  return Rest{size_bytes, size_bytes >= kArms * kHugePageBytes ? kHugePageBytes : DAX_PAGE_BYTES};
}

// "file:PATH,size=S,offset=O": the arm's part of what is there once.
Result<std::string> part_of_arm(const MediaSpec& spec, Arm arm, const std::string& root) {
  const auto rest = rest_of(spec, root);
  if (!rest) return rest.error();
  const std::uint64_t third_bytes = rest->size_bytes / kArms / rest->unit_bytes * rest->unit_bytes;
  if (third_bytes == 0) {
    return usage_error(
        "a gate keeps three workers on parts of {}, and {} are too little for three of at least {}",
        spec.path, format_size(rest->size_bytes), format_size(rest->unit_bytes));
  }
  const std::uint64_t part_bytes = spec.size_bytes != 0 ? spec.size_bytes : third_bytes;
  if (part_bytes > rest->size_bytes / kArms) {
    return usage_error(
        "a gate keeps three workers on parts of {}, and {} are too little for three of {}; ask for "
        "less, as in size={}",
        spec.path, format_size(rest->size_bytes), format_size(part_bytes),
        format_size_short(third_bytes));
  }
  return fmt::format("{},size={},offset={}", without_keys(spec), part_bytes,
                     spec.offset_bytes + static_cast<std::uint64_t>(arm) * part_bytes);
}

}  // namespace

Result<std::string> media_of_arm(const std::string& media, Arm arm, bool destroy,
                                 const std::string& root) {
  const auto spec = parse_media(media);
  if (!spec) return spec.error();
  if (!spec->parts.empty()) {
    std::string own = media;
    std::size_t at = 0;
    for (const MediaSpec& part : spec->parts) {
      const auto of_arm = media_of_arm(part.text, arm, destroy, root);
      if (!of_arm) return of_arm.error();
      at = own.find(part.text, at);
      own.replace(at, part.text.size(), *of_arm);
      at += of_arm->size();
    }
    return own;
  }
  // In a posix directory each worker makes its own directory; a model is simulated in each.
  if (spec->path.empty() || spec->kind == DAX_MEDIA_POSIX || spec->kind == DAX_MEDIA_SIM) {
    return media;
  }
  std::error_code ignored;
  const bool there = spec->kind == DAX_MEDIA_DEVDAX || std::filesystem::exists(spec->path, ignored);
  if (!there) {
    const std::string suffix = fmt::format(".{}", name_of(arm));
    // The user did not name this file, so no --destroy is meant for it.
    if (std::filesystem::exists(std::filesystem::symlink_status(spec->path + suffix, ignored))) {
      return usage_error(
          "a gate makes a file for each of its workers, and {}{} exists already and is not "
          "overwritten; move it away, or name another medium",
          spec->path, suffix);
    }
    const std::string own = without_keys(*spec);
    return own + suffix + media.substr(own.size());
  }
  if (spec->kind == DAX_MEDIA_BLOCK) {
    return environment_error(
        "a gate keeps three workers on separate media, and {} is there only once and cannot be "
        "shared: name a file that does not exist and its size, which the workers make",
        spec->path);
  }
  if (!destroy) {
    return usage_error(
        "a gate keeps three workers on parts of {} and writes to them again and again, which takes "
        "--destroy; or name a file that does not exist and its size, which the workers make",
        spec->path);
  }
  return part_of_arm(*spec, arm, root);
}

Status check_three_media(const std::array<std::string, kArms>& media,
                         std::optional<std::uint64_t> available_bytes) {
  std::uint64_t wanted_bytes = 0;
  for (const std::string& each : media) {
    const auto spec = parse_media(each);
    if (!spec) return spec.error();
    for (const MediaSpec* part : simple_media(*spec)) {
      if (part->kind == DAX_MEDIA_DRAM) wanted_bytes += part->size_bytes;
    }
  }
  if (!available_bytes || wanted_bytes <= *available_bytes) return {};
  return environment_error(
      "a gate keeps three workers' media in memory at once, which takes {}, and {} are available; "
      "ask for less, as in --media dram:{}",
      format_size(wanted_bytes), format_size(*available_bytes),
      format_size_short((*available_bytes / 4) >> 20 << 20));
}

}  // namespace pmembench
