#include "platform/device_stack.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "platform/host_tree.hpp"
#include "platform/mounts.hpp"
#include "platform/nd_region.hpp"

namespace pmembench {
namespace {

constexpr unsigned kMostLevels = 16;  // deeper than anybody stacks; a tree of links may be circular

constexpr std::array<std::string_view, 4> kVolatileFileSystems{"tmpfs", "ramfs", "hugetlbfs",
                                                               "devtmpfs"};
constexpr std::array<std::string_view, 3> kMemoryDevices{"ram", "zram", "nullb"};
// Disks, whose flush reaches what keeps its bytes; what is behind a network or a process (nbd,
// rbd, ublkb) is unknown.
constexpr std::array<std::string_view, 7> kDisks{"sd", "nvme", "mmcblk", "vd", "xvd", "hd", "dasd"};

DeviceStack last(KeepsBytes keeps, const std::string& text, const std::string& domain = "unknown") {
  return {keeps, text, {domain}};
}

// "sd" and then no digit, "nvme" and then one: the name of a device is a word and a number.
template <typename Names>
bool is_one_of(std::string_view name, const Names& names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view each) {
    if (!name.starts_with(each) || name.size() == each.size()) return false;
    const std::string_view rest = name.substr(each.size());
    const bool lettered =
        each == "sd" || each == "vd" || each == "xvd" || each == "hd" || each == "dasd";
    return lettered ? rest.front() >= 'a' && rest.front() <= 'z'
                    : rest.front() >= '0' && rest.front() <= '9';
  });
}

std::string number_text(dev_t device) { return fmt::format("{}:{}", major(device), minor(device)); }

class StackReader {
 public:
  explicit StackReader(const std::string& root) : tree_(root) {}

  DeviceStack of_number(const std::string& number, unsigned level) const {
    const auto directory = tree_.real("sys/dev/block/" + number);
    if (!directory) return last(KeepsBytes::unknown, "device " + number);
    return of_directory(*directory, level);
  }

  DeviceStack of_file(const std::string& number, const std::string& file_system,
                      unsigned level) const {
    if (is_in_memory(file_system)) return last(KeepsBytes::no, file_system);
    // An anonymous device number: the devices of such a file system do not have it.
    if (number.starts_with("0:")) return last(KeepsBytes::unknown, file_system);
    DeviceStack below = of_number(number, level + 1);
    if (flushes_device(number)) return on_top(file_system, std::move(below));
    // fsync ends where the device may still hold the bytes in a cache that forgets them.
    if (below.keeps == KeepsBytes::yes) below.keeps = KeepsBytes::unknown;
    return on_top(file_system + " (nobarrier)", std::move(below));
  }

 private:
  // False: the file system there was mounted to send no flush.
  [[nodiscard]] bool flushes_device(const std::string& number) const {
    const std::vector<Mount> mounts = read_mounts(tree_);
    return std::none_of(mounts.begin(), mounts.end(), [&](const Mount& mount) {
      const std::string options = "," + mount.options + ",";
      return mount.device_number == number && (options.find(",nobarrier,") != options.npos ||
                                               options.find(",barrier=0,") != options.npos);
    });
  }

  static DeviceStack on_top(const std::string& name, DeviceStack below) {
    below.text = name + " on " + below.text;
    return below;
  }

  // `directory`: of the device in sysfs, links resolved.
  [[nodiscard]] DeviceStack of_directory(const std::string& directory, unsigned level) const {
    const std::string name = directory.substr(directory.rfind('/') + 1);
    if (level > kMostLevels) return last(KeepsBytes::unknown, name);
    if (tree_.exists(directory + "/partition")) {
      return on_top(name, of_directory(directory.substr(0, directory.rfind('/')), level + 1));
    }
    if (is_one_of(name, kMemoryDevices)) return last(KeepsBytes::no, name);
    const std::vector<std::string> slaves = tree_.names(directory + "/slaves");
    if (!slaves.empty()) return on_top(name, of_slaves(directory, slaves, level));
    if (const auto file = tree_.line(directory + "/loop/backing_file")) {
      return on_top(name, of_path(*file, level));
    }
    // The kernel's own disk in memory, for tests of SCSI.
    if (tree_.line(directory + "/device/model") == "scsi_debug") {
      return last(KeepsBytes::no, name + " (scsi_debug)");
    }
    const std::string region = nd_region_of(directory);
    if (!region.empty()) return of_region(directory, region, name);
    return last(is_one_of(name, kDisks) ? KeepsBytes::yes : KeepsBytes::unknown, name);
  }

  // Persistent memory, or what is set up as such: DRAM by memmap= has a region without a domain.
  [[nodiscard]] DeviceStack of_region(const std::string& directory, const std::string& region,
                                      const std::string& name) const {
    const std::string domain =
        tree_.line_or_unknown(std::string(kNdBus) + "/" + region + "/persistence_domain");
    const std::string bus = directory.substr(0, directory.find("/" + region + "/"));
    // Its flush is the hypervisor's, as that of a virtual disk is.
    const bool flushed_by_host = tree_.line(bus + "/provider") == "virtio-pmem";
    const bool known = domain == "memory_controller" || domain == "cpu_cache";
    return last(known || flushed_by_host ? KeepsBytes::yes : KeepsBytes::unknown, name, domain);
  }

  // All of them hold a part of the bytes, so the weakest decides.
  [[nodiscard]] DeviceStack of_slaves(const std::string& directory,
                                      const std::vector<std::string>& slaves,
                                      unsigned level) const {
    DeviceStack all;
    all.keeps = KeepsBytes::yes;
    std::vector<std::string> texts;
    for (const std::string& slave : slaves) {
      const auto at = tree_.real(directory + "/slaves/" + slave);
      const DeviceStack one = at ? of_directory(*at, level + 1) : last(KeepsBytes::unknown, slave);
      texts.push_back(one.text);
      all.domains.insert(one.domains.begin(), one.domains.end());
      if (one.keeps == KeepsBytes::yes || all.keeps == KeepsBytes::no) continue;
      all.keeps = one.keeps;
    }
    all.text = texts.size() == 1 ? texts.front() : fmt::format("({})", fmt::join(texts, ", "));
    return all;
  }

  // Of what a loop device names as its file, or its device.
  [[nodiscard]] DeviceStack of_path(const std::string& path, unsigned level) const {
    const DeviceStack unknown = last(KeepsBytes::unknown, path);
    if (path.ends_with(" (deleted)")) return unknown;
    const std::vector<Mount> mounts = read_mounts(tree_);
    struct stat facts {};
    if (tree_.live() && stat(path.c_str(), &facts) == 0) {
      if (S_ISBLK(facts.st_mode)) return of_number(number_text(facts.st_rdev), level + 1);
      const std::string number = number_text(facts.st_dev);
      for (const Mount& mount : mounts) {
        if (mount.device_number == number) return of_file(number, mount.file_system, level);
      }
      return unknown;
    }
    if (path.starts_with("/dev/")) {
      const std::string name = path.substr(path.rfind('/') + 1);
      if (const auto at = tree_.real("sys/class/block/" + name))
        return of_directory(*at, level + 1);
    }
    // The mount point that is the longest beginning of the path; of equal ones the last covers.
    const Mount* best = nullptr;
    for (const Mount& mount : mounts) {
      const std::string folder = mount.point == "/" ? "/" : mount.point + "/";
      if (!path.starts_with(folder)) continue;
      if (best == nullptr || mount.point.size() >= best->point.size()) best = &mount;
    }
    return best == nullptr ? unknown : of_file(best->device_number, best->file_system, level);
  }

  HostTree tree_;
};

}  // namespace

bool is_in_memory(std::string_view file_system) {
  return std::find(kVolatileFileSystems.begin(), kVolatileFileSystems.end(), file_system) !=
         kVolatileFileSystems.end();
}

DeviceStack stack_of_device(const std::string& root, dev_t device) {
  return StackReader(root).of_number(number_text(device), 0);
}

DeviceStack stack_of_file(const std::string& root, dev_t device, const std::string& file_system) {
  return StackReader(root).of_file(number_text(device), file_system, 0);
}

}  // namespace pmembench
