// The names of file systems by statfs' magic number (linux/magic.h and the file systems' own).
#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "dax/media_path.hpp"
#include "dax/system_error.hpp"
#include "platform/device_stack.hpp"

namespace pmembench {
namespace {

struct FileSystemMagic {
  std::uint64_t magic;
  std::string_view name;
};
// ext2 and ext3 have ext4's magic, and in today's kernels its driver.
constexpr std::array<FileSystemMagic, 14> kFileSystems{{
    {EXT4_SUPER_MAGIC, "ext4"},
    {XFS_SUPER_MAGIC, "xfs"},
    {BTRFS_SUPER_MAGIC, "btrfs"},
    {F2FS_SUPER_MAGIC, "f2fs"},
    {TMPFS_MAGIC, "tmpfs"},
    {RAMFS_MAGIC, "ramfs"},
    {HUGETLBFS_MAGIC, "hugetlbfs"},
    {OVERLAYFS_SUPER_MAGIC, "overlayfs"},
    {NFS_SUPER_MAGIC, "nfs"},
    {SMB2_SUPER_MAGIC, "cifs"},
    {V9FS_MAGIC, "9p"},
    {FUSE_SUPER_MAGIC, "fuse"},
    {MSDOS_SUPER_MAGIC, "vfat"},
    {0x2FC12FC1, "zfs"},
}};

}  // namespace

Result<FileSystemFacts> file_system_of(int fd) {
  struct statfs facts {};
  if (fstatfs(fd, &facts) != 0) return system_error(errno, "its file system cannot be asked for");
  const std::uint64_t magic = static_cast<std::uint64_t>(facts.f_type) & 0xFFFFFFFFU;
  const auto* known =
      std::find_if(kFileSystems.begin(), kFileSystems.end(),
                   [&](const FileSystemMagic& each) { return each.magic == magic; });
  if (known == kFileSystems.end()) return FileSystemFacts{fmt::format("{:#x}", magic), false};
  return FileSystemFacts{std::string(known->name), is_in_memory(known->name)};
}

}  // namespace pmembench
