#include "platform/mounts.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "platform/devices.hpp"
#include "platform/host_tree.hpp"

namespace pmembench {
namespace {

// The kernel writes blanks, tabs, newlines and backslashes as \ooo.
std::string unescaped(std::string_view text) {
  const auto octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && octal(text[i + 1]) && octal(text[i + 2]) &&
        octal(text[i + 3])) {
      result += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                  (text[i + 3] - '0'));
      i += 3;
    } else {
      result += text[i];
    }
  }
  return result;
}

// The device numbers and names of a device, its partitions and its holders.
void collect(const HostTree& tree, const std::string& directory, std::set<std::string>& visited,
             std::set<std::string>& numbers, std::set<std::string>& sources) {
  if (!visited.insert(directory).second) return;
  if (const auto number = tree.line(directory + "/dev")) numbers.insert(*number);
  const std::string name = directory.substr(directory.rfind('/') + 1);
  sources.insert("/dev/" + name);
  // A device-mapper device is mounted by the name that its owner gave it.
  if (const auto mapped = tree.line(directory + "/dm/name"))
    sources.insert("/dev/mapper/" + *mapped);
  for (const std::string& child : tree.names(directory)) {
    const std::string at = directory + "/" + child;
    if (tree.exists(at + "/partition")) collect(tree, at, visited, numbers, sources);
  }
  for (const std::string& holder : tree.names(directory + "/holders")) {
    if (const auto at = tree.real(directory + "/holders/" + holder)) {
      collect(tree, *at, visited, numbers, sources);
    }
  }
}

}  // namespace

std::vector<Mount> read_mounts(const HostTree& tree) {
  std::vector<Mount> mounts;
  const std::string content = tree.text("proc/self/mountinfo").value_or("");
  std::string_view rest = content;
  while (!rest.empty()) {
    const std::size_t length = std::min(rest.find('\n'), rest.size());
    const auto words = split_words(rest.substr(0, length));
    rest.remove_prefix(std::min(length + 1, rest.size()));
    // id parent major:minor root point options [optional fields...] - type source options
    if (words.size() < 6) continue;
    const auto dash = std::find(words.begin() + 6, words.end(), "-");
    if (words.end() - dash < 3) continue;
    const std::string options = words.end() - dash > 3 ? *(dash + 3) : std::string();
    mounts.push_back({words[2], unescaped(words[4]), unescaped(*(dash + 2)), *(dash + 1), options});
  }
  return mounts;
}

std::vector<std::string> mount_points_of(const HostTree& tree, const std::string& directory,
                                         const std::vector<Mount>& mounts) {
  std::set<std::string> visited;
  std::set<std::string> numbers;
  std::set<std::string> sources;
  collect(tree, directory, visited, numbers, sources);
  std::set<std::string> points;
  for (const Mount& mount : mounts) {
    if (numbers.contains(mount.device_number) || sources.contains(mount.source)) {
      points.insert(mount.point);
    }
  }
  return {points.begin(), points.end()};
}

std::vector<std::string> mounts_of(const std::string& root, const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISBLK(status.st_mode)) return {};
  const HostTree tree(root);
  const std::string number = fmt::format("{}:{}", major(status.st_rdev), minor(status.st_rdev));
  const auto directory = tree.real("sys/dev/block/" + number);
  const std::vector<Mount> mounts = read_mounts(tree);
  if (directory) return mount_points_of(tree, *directory, mounts);
  // Without its place in sysfs, partitions and holders are unknown; the device itself is not.
  std::vector<std::string> points;
  for (const Mount& mount : mounts) {
    if (mount.device_number == number || mount.source == path) points.push_back(mount.point);
  }
  return points;
}

}  // namespace pmembench
