#include "workloads/fs_files.hpp"

namespace pmembench {

int FsFiles::stat(std::string_view path, FileStat& stat) {
  FileStatus status;
  const int code = thread_->stat(path, status);
  if (code == 0) stat = {status.size_bytes, status.directory, status.huge_mappable_bytes};
  return code;
}

// As the kernel does it on fs-dax (facts: docs/methodology.md): an application flushes its lines,
// msync whole pages, and fsync all of an entry of the page tree, which is 2 MiB where a large page
// is mapped, and the file's metadata.
int FsFiles::sync_mapped(int file, std::span<std::byte> part, MapSync how) {
  constexpr std::uint64_t kLine = 64;
  constexpr std::uint64_t kPage = 4096;
  constexpr std::uint64_t kEntry = std::uint64_t{2} << 20;
  switch (how) {
    case MapSync::flush:
      return thread_->sync_mapped(file, part, kLine);
    case MapSync::msync:
      return thread_->sync_mapped(file, part, kPage);
    case MapSync::fsync:
      break;
  }
  const int synced = thread_->sync_mapped(file, part, kEntry);
  return synced < 0 ? synced : thread_->fsync(file);
}

}  // namespace pmembench
