#include "dax/media_stack.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/units.hpp"
#include "dax/linear.hpp"
#include "dax/logwrites.hpp"
#include "dax/media_claim.hpp"
#include "dax/media_memory.hpp"
#include "dax/stripe.hpp"

namespace pmembench {
namespace {

constexpr std::string_view kIdentitySeparator = " + ";
constexpr std::uint64_t kAreaBytes = std::uint64_t{16} << 40;

OpenOptions options_of_part(const OpenOptions& options, const MediaSpec& part, std::size_t index) {
  OpenOptions own = options;
  const std::vector<std::string> identities = split_identities(options.identity);
  own.identity = index < identities.size() ? identities[index] : "";
  own.used_bytes = 0;
  if (!part.backend.empty()) own.backend_options.clear();
  return own;
}

// A fact that all parts share; `other` where they do not.
template <typename Value, typename Get>
Value common(const std::vector<MediaFacts>& parts, Get get, Value other) {
  const Value first = get(parts.front());
  const bool same = std::all_of(parts.begin(), parts.end(),
                                [&](const MediaFacts& part) { return get(part) == first; });
  return same ? first : other;
}

MediaFacts facts_of(const MediaSpec& spec, const std::vector<MediaFacts>& parts) {
  MediaFacts facts;
  facts.kind = media_kind_name(spec.kind);
  double total_bytes = 0;
  for (const MediaFacts& part : parts) total_bytes += static_cast<double>(part.size_bytes);
  bool nodes_known = true;
  for (const MediaFacts& part : parts) {
    const double weight = static_cast<double>(part.size_bytes) / total_bytes;
    facts.huge_share += weight * part.huge_share;
    for (const auto& [node, share] : part.node_share) facts.node_share[node] += weight * share;
    nodes_known = nodes_known && !part.node_share.empty();
    facts.pages_asked += part.pages_asked;
    facts.created = facts.created || part.created;
    facts.unnamed = facts.unnamed || part.unnamed;
    if (facts.nodes_unknown.empty()) facts.nodes_unknown = part.nodes_unknown;
  }
  if (!nodes_known) facts.node_share.clear();
  facts.page_bytes = common(
      parts, [](const MediaFacts& part) { return part.page_bytes; }, std::uint64_t{0});
  facts.map_sync = common(
      parts, [](const MediaFacts& part) { return part.map_sync; }, false);
  facts.persistence_domain = common(
      parts, [](const MediaFacts& part) { return part.persistence_domain; }, DAX_DOMAIN_UNKNOWN);
  facts.file_system = common(
      parts, [](const MediaFacts& part) { return part.file_system; }, std::string());
  for (std::size_t i = 0; i < spec.parts.size(); ++i) {
    const MediaSpec& part = spec.parts[i];
    facts.stack += (facts.stack.empty() ? "" : " + ") + part.text;
    if (!part.backend.empty()) facts.stack += " by " + part.backend;
    if (parts[i].backend_says.empty()) continue;
    facts.backend_says += (facts.backend_says.empty() ? "" : " ") + parts[i].backend_says;
  }
  return facts;
}

bool share_bytes(const MediaSpec& a, const MediaSpec& b) {
  const auto end_of = [](const MediaSpec& part) {
    return part.size_bytes == 0 ? UINT64_MAX : part.offset_bytes + part.size_bytes;
  };
  return a.offset_bytes < end_of(b) && b.offset_bytes < end_of(a);
}

// Bytes that two parts share would be two places of the whole: what is written to one is found at
// the other.
Status require_separate_parts(const MediaSpec& spec) {
  for (std::size_t i = 0; i < spec.parts.size(); ++i) {
    const MediaSpec& part = spec.parts[i];
    if (part.path.empty()) continue;
    const std::string identity = medium_identity(part.path);
    for (std::size_t j = 0; j < i; ++j) {
      const MediaSpec& other = spec.parts[j];
      const bool same = part.path == other.path ||
                        (!identity.empty() && identity != "nothing" && !other.path.empty() &&
                         medium_identity(other.path) == identity);
      if (!same || !share_bytes(part, other)) continue;
      Error error = usage_error(
          "its parts '{}' and '{}' are bytes of one file or device; name another, or separate "
          "parts of it with offset= and size=",
          other.text, part.text);
      error.code = EBUSY;
      return error;
    }
  }
  return {};
}

Result<std::unique_ptr<DaxDevice>> make_top(const MediaSpec& spec,
                                            std::vector<std::unique_ptr<DaxDevice>> devices) {
  if (spec.kind == DAX_MEDIA_LINEAR) return make_linear(spec.text, std::move(devices));
  if (spec.kind == DAX_MEDIA_STRIPE) {
    return make_stripe(spec.text, std::move(devices), spec.chunk_bytes);
  }
  return make_logwrites(spec.text, std::move(devices[0]), std::move(devices[1]));
}

}  // namespace

AddressArea::AddressArea() {
  void* const area =
      mmap(nullptr, kAreaBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (area == MAP_FAILED) return;  // a limit of the address space: the parts stay where they are
  next_ = static_cast<unsigned char*>(area);
  end_ = next_ + kAreaBytes;
  // Where a huge page can begin.
  const std::uint64_t head = -reinterpret_cast<std::uintptr_t>(next_) % kHugePageBytes;
  if (head == 0) return;
  munmap(next_, head);
  next_ += head;
}

AddressArea::~AddressArea() {
  if (next_ != end_) munmap(next_, static_cast<std::size_t>(end_ - next_));
}

void AddressArea::take(Medium& medium) {
  const std::uint64_t size_bytes = medium.mapping.size_bytes();
  if (medium.mapping.address() == nullptr || next_ == end_) return;
  const bool fits = size_bytes <= static_cast<std::uint64_t>(end_ - next_) &&
                    reinterpret_cast<std::uintptr_t>(next_) % medium.alignment_bytes == 0;
  if (!fits || !medium.mapping.move_to(next_)) {
    // A gap: what follows could not follow the first byte any more.
    munmap(next_, static_cast<std::size_t>(end_ - next_));
    next_ = end_;
    return;
  }
  next_ += size_bytes;
}

Result<const BackendEntry*> backend_of_part(const BackendEntry& backend, const MediaSpec& part,
                                            const OpenOptions& options) {
  if (part.backend.empty() || part.backend == backend.name) return &backend;
  if (options.registry == nullptr) {
    return usage_error(
        "part '{}' names backend {}, and all parts have the same one here; leave "
        "backend= out",
        part.text, part.backend);
  }
  auto found = options.registry->find(part.backend);
  if (!found) return found.error().with_context(fmt::format("part '{}'", part.text));
  return found;
}

Result<OpenedDevice> open_stack(const BackendEntry& backend, const MediaSpec& spec,
                                const dax_host_info& host, const OpenOptions& options) {
  if (Status separate = require_separate_parts(spec); !separate) return separate.error();
  AddressArea area;
  OpenedDevice result;
  std::vector<std::unique_ptr<DaxDevice>> devices;
  std::vector<MediaFacts> facts;
  for (std::size_t i = 0; i < spec.parts.size(); ++i) {
    const MediaSpec& part = spec.parts[i];
    const auto entry = backend_of_part(backend, part, options);
    if (!entry) return entry.error();
    OpenOptions own = options_of_part(options, part, i);
    if (spec.kind == DAX_MEDIA_LINEAR) own.area = &area;
    auto opened = open_device(**entry, part, host, own);
    if (!opened) return opened.error();
    devices.push_back(std::move(opened->device));
    facts.push_back(opened->facts);
    result.pages.add(opened->pages);
    result.bases.push_back({devices.back().get(), *entry});
  }
  result.facts = facts_of(spec, facts);
  auto top = make_top(spec, std::move(devices));
  if (!top) return top.error();
  result.device = *std::move(top);
  result.facts.size_bytes = result.device->size_bytes();
  return result;
}

Status check_stack(const BackendEntry& backend, const MediaSpec& spec, const OpenOptions& options) {
  if (Status separate = require_separate_parts(spec); !separate) return separate;
  for (std::size_t i = 0; i < spec.parts.size(); ++i) {
    const MediaSpec& part = spec.parts[i];
    const auto entry = backend_of_part(backend, part, options);
    if (!entry) return entry.error();
    const Status usable = check_media(**entry, part, options_of_part(options, part, i));
    if (!usable) return usable;
  }
  return {};
}

std::string join_identities(const std::vector<std::string>& identities) {
  const bool any = std::any_of(identities.begin(), identities.end(),
                               [](const std::string& each) { return !each.empty(); });
  std::string text;
  for (std::size_t i = 0; any && i < identities.size(); ++i) {
    text += (i == 0 ? "" : std::string(kIdentitySeparator)) + identities[i];
  }
  return text;
}

std::vector<std::string> split_identities(const std::string& text) {
  std::vector<std::string> identities;
  std::size_t start = 0;
  for (std::size_t end = text.find(kIdentitySeparator); end != std::string::npos;
       end = text.find(kIdentitySeparator, start)) {
    identities.push_back(text.substr(start, end - start));
    start = end + kIdentitySeparator.size();
  }
  identities.push_back(text.substr(start));
  return identities;
}

}  // namespace pmembench
