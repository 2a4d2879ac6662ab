#include "platform/memory_limit.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/units.hpp"
#include "platform/host_tree.hpp"

namespace pmembench {
namespace {

// One version of control groups: where it is mounted, and its files.
struct Hierarchy {
  std::string_view mount;
  std::vector<std::string_view> limits;
  std::string_view usage;
  std::vector<std::string_view> cache;  // lines of memory.stat
};

const Hierarchy kVersion2{"sys/fs/cgroup",
                          {"memory.max", "memory.high"},
                          "memory.current",
                          {"active_file", "inactive_file"}};
const Hierarchy kVersion2Beside{"sys/fs/cgroup/unified",
                                {"memory.max", "memory.high"},
                                "memory.current",
                                {"active_file", "inactive_file"}};
const Hierarchy kVersion1{"sys/fs/cgroup/memory",
                          {"memory.limit_in_bytes"},
                          "memory.usage_in_bytes",
                          {"total_active_file", "total_inactive_file"}};

// Version 1 writes its "no limit" as a number that no machine has.
constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 60;

std::uint64_t reclaimable_bytes(const HostTree& tree, const std::string& folder,
                                const Hierarchy& hierarchy) {
  const std::string text = tree.text(folder + "/memory.stat").value_or("");
  std::uint64_t bytes = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const auto words = split_words(std::string_view(text).substr(at, end - at));
    at = end + 1;
    const bool cache =
        words.size() == 2 && std::find(hierarchy.cache.begin(), hierarchy.cache.end(), words[0]) !=
                                 hierarchy.cache.end();
    if (cache) bytes += parse_number(words[1]).value_or(0);
  }
  return bytes;
}

// Of one group, and then of those above it.
void look_up(const HostTree& tree, const Hierarchy& hierarchy, std::string group,
             std::optional<MemoryLimit>& least) {
  for (bool top = false; !top;) {
    top = group.empty() || group == "/";
    const std::string folder = std::string(hierarchy.mount) + (top ? "" : group);
    const auto used = tree.number(folder + "/" + std::string(hierarchy.usage));
    for (const std::string_view name : hierarchy.limits) {
      const std::string file = folder + "/" + std::string(name);
      const auto limit = tree.number(file);  // "max" is not a number
      if (!limit || *limit >= kNoLimit) continue;
      const std::uint64_t cache = reclaimable_bytes(tree, folder, hierarchy);
      const std::uint64_t kept = used.value_or(0) - std::min(used.value_or(0), cache);
      const std::uint64_t left = *limit - std::min(*limit, kept);
      if (least && least->available_bytes <= left) continue;
      least = MemoryLimit{*limit, left, "/" + file};
    }
    group.resize(top ? 0 : group.rfind('/'));
  }
}

// Calls `look(hierarchy, group)` for each group that may limit the memory of this process.
template <typename Look>
void each_group(const HostTree& tree, Look&& look) {
  const std::string groups = tree.text("proc/self/cgroup").value_or("");
  for (std::size_t at = 0; at < groups.size();) {
    const std::size_t end = std::min(groups.find('\n', at), groups.size());
    const std::string line = groups.substr(at, end - at);
    at = end + 1;
    // ID:CONTROLLERS:PATH
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string group = line.substr(second + 1);
    if (controllers == ",,") {
      look(kVersion2, group);
      look(kVersion2Beside, group);
    } else if (controllers.find(",memory,") != std::string::npos) {
      look(kVersion1, group);
    }
  }
}

}  // namespace

std::optional<MemoryLimit> memory_limit(const std::string& root) {
  const HostTree tree(root);
  std::optional<MemoryLimit> least;
  each_group(tree, [&](const Hierarchy& hierarchy, const std::string& group) {
    look_up(tree, hierarchy, group, least);
  });
  return least;
}

std::uint64_t oom_kills(const std::string& root) {
  const HostTree tree(root);
  std::uint64_t kills = 0;
  each_group(tree, [&](const Hierarchy& hierarchy, const std::string& group) {
    for (const char* file : {"/memory.events", "/memory.oom_control"}) {
      for (const std::string& folder :
           {std::string(hierarchy.mount) + group, std::string(hierarchy.mount)}) {
        const auto text = tree.text(folder + file);
        if (!text) continue;
        const auto words = split_words(*text);
        const auto word = std::find(words.begin(), words.end(), "oom_kill");
        if (word != words.end() && word + 1 != words.end()) {
          kills += parse_number(*(word + 1)).value_or(0);
        }
        break;  // of the group, or of what a container sees as the top
      }
    }
  });
  return kills;
}

std::string memory_limit_words(const std::string& root) {
  const auto limit = memory_limit(root);
  const auto host = HostTree(root).kb_field("proc/meminfo", "MemAvailable:");
  if (!limit || (host && *host <= limit->available_bytes)) return {};
  return fmt::format(" (the limit of {} in {})", format_size(limit->limit_bytes), limit->file);
}

}  // namespace pmembench
