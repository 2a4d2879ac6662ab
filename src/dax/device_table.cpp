#include "dax/device_table.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/units.hpp"
#include "dax/media_claim.hpp"
#include "platform/file_holder.hpp"

namespace pmembench {
namespace {

// "252:3".
std::optional<dev_t> device_number(std::string_view word) {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto high = parse_count(word.substr(0, colon));
  const auto low = parse_count(word.substr(colon + 1));
  constexpr std::uint64_t kMost = 1U << 20;
  if (!high || !low || *high >= kMost || *low >= kMost) return std::nullopt;
  return makedev(static_cast<unsigned>(*high), static_cast<unsigned>(*low));
}

std::string name_of(const MediaSpec& spec) {
  if (spec.kind != DAX_MEDIA_DEVDAX) return spec.text;
  return spec.path.substr(spec.path.rfind('/') + 1);
}

}  // namespace

const DeviceEntry* DeviceTable::with_identity(const std::string& identity) const {
  if (identity.empty() || identity == "nothing") return nullptr;
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const DeviceEntry& entry) {
    return entry.identity == identity;
  });
  return found == entries_.end() ? nullptr : &*found;
}

Result<unsigned> DeviceTable::add(const MediaSpec& spec, DaxDevice& device) {
  DeviceEntry entry{last_id_ + 1, name_of(spec), spec.path, "", &device};
  if (!spec.path.empty()) entry.identity = medium_identity(spec.path);
  if (const DeviceEntry* const other = with_identity(entry.identity); other != nullptr) {
    Error error = environment_error(
        "{} is device #{} already, as '{}': two devices cannot have one medium; name another",
        spec.text, other->id, other->name);
    error.code = EBUSY;
    return error;
  }
  entries_.push_back(std::move(entry));
  return ++last_id_;
}

void DeviceTable::remove(unsigned id) {
  std::erase_if(entries_, [id](const DeviceEntry& entry) { return entry.id == id; });
}

const DeviceEntry* DeviceTable::find(std::string_view word) const {
  const auto number = parse_count(word.starts_with('#') ? word.substr(1) : word);
  for (const DeviceEntry& entry : entries_) {
    if ((number && *number == entry.id) || entry.name == word || entry.path == word) {
      if (!word.empty()) return &entry;
    }
  }
  struct stat facts {};
  const std::string path(word);
  std::optional<dev_t> device = device_number(word);
  if (!device && ::stat(path.c_str(), &facts) == 0) {
    if (const DeviceEntry* const found = with_identity(medium_identity(facts))) return found;
    if (S_ISBLK(facts.st_mode)) device = facts.st_rdev;
  }
  if (!device) return nullptr;
  for (const mode_t kind : {mode_t{S_IFCHR}, mode_t{S_IFBLK}}) {
    facts.st_mode = kind;
    facts.st_rdev = *device;
    if (const DeviceEntry* const found = with_identity(medium_identity(facts))) return found;
  }
  const std::string beneath = file_of_loop(root_, *device);
  return beneath.empty() ? nullptr : with_identity(medium_identity(beneath));
}

}  // namespace pmembench
