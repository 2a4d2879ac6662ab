#include "platform/process_files.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>

#include "platform/host_tree.hpp"

namespace pmembench {
namespace {

// The fourth field of /proc/PID/stat; the second, in parentheses, may hold anything.
pid_t parent_of(const HostTree& tree, const std::string& pid) {
  const auto text = tree.text("proc/" + pid + "/stat");
  const std::size_t end = text ? text->rfind(')') : std::string::npos;
  if (end == std::string::npos) return -1;
  const std::vector<std::string> words = split_words(std::string_view(*text).substr(end + 1));
  const auto parent = words.size() > 1 ? parse_number(words[1]) : std::nullopt;
  return parent ? static_cast<pid_t>(*parent) : -1;
}

void add_files_of(const HostTree& tree, const std::string& pid, std::string_view name,
                  std::vector<ProcessFile>& files) {
  const std::string target = fmt::format("memfd:{} (deleted)", name);
  const std::string folder = "proc/" + pid + "/fd";
  for (const std::string& descriptor : tree.names(folder)) {
    const std::string file = fmt::format("{}/{}", folder, descriptor);
    if (tree.link_name(file) != target) continue;
    const auto text = tree.text(file);
    const auto number = parse_number(pid);
    if (!text || !number) continue;
    files.push_back(
        {static_cast<pid_t>(*number), tree.line_or_unknown("proc/" + pid + "/comm"), *text});
  }
}

}  // namespace

std::vector<ProcessFile> memory_files(const std::string& root, pid_t pid, std::string_view name) {
  const HostTree tree(root);
  std::vector<ProcessFile> files;
  add_files_of(tree, std::to_string(pid), name, files);
  for (const std::string& each : tree.names("proc")) {
    if (!parse_number(each) || parent_of(tree, each) != pid) continue;
    add_files_of(tree, each, name, files);
  }
  return files;
}

bool process_exists(const std::string& root, pid_t pid) {
  return HostTree(root).is_directory(fmt::format("proc/{}", pid));
}

UniqueFd make_memory_file(const std::string& name) {
  return UniqueFd(memfd_create(name.c_str(), MFD_CLOEXEC));
}

void rewrite_file(const UniqueFd& file, std::string_view text) {
  if (!file || ftruncate(file.get(), 0) != 0) return;
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t put =
        pwrite(file.get(), text.data() + done, text.size() - done, static_cast<off_t>(done));
    if (put <= 0) return;
    done += static_cast<std::size_t>(put);
  }
}

}  // namespace pmembench
