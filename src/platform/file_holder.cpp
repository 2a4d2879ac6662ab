#include "platform/file_holder.hpp"

#include <fmt/core.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "platform/host_tree.hpp"

namespace pmembench {
namespace {

bool is_open_in(const HostTree& tree, const std::string& process, const struct stat& facts) {
  const std::string folder = process + "/fd";
  for (const std::string& descriptor : tree.names(folder)) {
    struct stat open {};
    if (::stat(tree.path(folder + "/" + descriptor).c_str(), &open) != 0) continue;
    const bool device = S_ISBLK(facts.st_mode) || S_ISCHR(facts.st_mode);
    const bool same = device ? (open.st_mode & S_IFMT) == (facts.st_mode & S_IFMT) &&
                                   open.st_rdev == facts.st_rdev
                             : open.st_dev == facts.st_dev && open.st_ino == facts.st_ino;
    if (same) return true;
  }
  return false;
}

}  // namespace

std::string file_of_loop(const std::string& root, dev_t device) {
  const auto text = HostTree(root).text(
      fmt::format("sys/dev/block/{}:{}/loop/backing_file", major(device), minor(device)));
  return text ? text->substr(0, text->find('\n')) : "";
}

std::string folder_of_device(const std::string& root, dev_t device) {
  return HostTree(root)
      .real(fmt::format("sys/dev/block/{}:{}", major(device), minor(device)))
      .value_or("");
}

std::optional<FileHolder> holder_of(const std::string& root, const struct stat& facts) {
  const HostTree tree(root);
  std::optional<FileHolder> found;
  for (const std::string& name : tree.names("proc")) {
    const auto pid = parse_number(name);
    if (!pid) continue;
    const bool own = static_cast<pid_t>(*pid) == getpid() || static_cast<pid_t>(*pid) == getppid();
    if (own && found) continue;
    const std::string process = "proc/" + name;
    if (!is_open_in(tree, process, facts)) continue;
    found = FileHolder{static_cast<pid_t>(*pid), tree.line_or_unknown(process + "/comm"), own};
    if (!own) return found;
  }
  return found;
}

}  // namespace pmembench
