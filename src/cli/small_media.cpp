#include "cli/small_media.hpp"

#include <algorithm>
#include <bit>
#include <filesystem>

#include "plan/skip_reason.hpp"

namespace pmembench {

std::string most_specific_backend(const Registry& registry, dax_media_kind kind) {
  const BackendEntry* best = nullptr;
  for (const BackendEntry& entry : registry.entries()) {
    if (!entry.usable() || !serves(*entry.operations, kind)) continue;
    if (!capabilities_of(entry).does_work) continue;
    const bool narrower = best == nullptr || std::popcount(entry.operations->media) <
                                                 std::popcount(best->operations->media);
    if (narrower) best = &entry;
  }
  return best == nullptr ? "" : best->name;
}

Result<LookedAt> open_to_look(const Host& host, const std::string& media,
                              const std::string& backend) {
  auto spec = parse_media(media);
  if (!spec) return spec.error();
  const auto parts = simple_media(*spec);
  const std::string name =
      backend.empty() ? most_specific_backend(host.registry, parts.front()->kind) : backend;
  const auto entry = host.registry.find(name);
  if (!entry) return entry.error();
  OpenOptions options;
  options.registry = &host.registry;
  options.claim_patience_ms = 0;  // who has it is the answer
  options.shared = true;
  options.read_only = std::any_of(parts.begin(), parts.end(), [](const MediaSpec* part) {
    std::error_code ignored;
    return !part->path.empty() && std::filesystem::exists(part->path, ignored);
  });
  if (options.read_only && spec->kind == DAX_MEDIA_LOGWRITES) {
    return usage_error(
        "medium '{}': opening it begins its log again; look at its parts, or at the "
        "log with pmembench replay",
        media);
  }
  auto opened = open_device(**entry, *spec, host.info, options);
  if (!opened) return opened.error();
  return LookedAt{*std::move(spec), *std::move(opened)};
}

}  // namespace pmembench
