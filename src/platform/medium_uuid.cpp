#include "platform/medium_uuid.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>

#include <cstdint>

#include "base/unique_fd.hpp"
#include "platform/host_tree.hpp"

namespace pmembench {
namespace {

// As <linux/fs.h> of 6.9 has it; older headers do not.
struct FileSystemUuid {
  std::uint8_t length;
  std::uint8_t bytes[16];
};
#define PMEMBENCH_FS_IOC_GETFSUUID _IOR(0x15, 0, FileSystemUuid)

constexpr const char* kNoUuid = "00000000-0000-0000-0000-000000000000";

std::string file_system_uuid(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  FileSystemUuid uuid{};
  if (!fd || ioctl(fd.get(), PMEMBENCH_FS_IOC_GETFSUUID, &uuid) != 0) return {};
  std::string text;
  for (unsigned i = 0; i < uuid.length && i < sizeof(uuid.bytes); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", uuid.bytes[i]);
  }
  return text;
}

}  // namespace

std::string medium_uuid(const std::string& root, const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  if (path.starts_with("/dev/dax")) {
    const HostTree tree(root);
    const std::string uuid = tree.line("sys/bus/dax/devices/" + name + "/uuid").value_or("");
    return uuid == kNoUuid ? "" : uuid;
  }
  return file_system_uuid(path);
}

}  // namespace pmembench
