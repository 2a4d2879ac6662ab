// PosixFiles: FileInterface by system calls, beneath one directory of a mounted file system.
#pragma once

#include "workloads/file_interface.hpp"

namespace pmembench {

// `directory` is the root; it stays open as long as this lives. Handles are the kernel's own. The
// system calls are what is measured: the only other work is a copy of the name.
class PosixFiles final : public FileInterface {
 public:
  explicit PosixFiles(int directory) : directory_(directory) {}
  int open(std::string_view path, unsigned flags) override;
  int close(int file) override;
  std::int64_t read(int file, std::uint64_t offset_bytes, std::span<std::byte> into) override;
  std::int64_t write(int file, std::uint64_t offset_bytes,
                     std::span<const std::byte> data) override;
  std::int64_t append(int file, std::span<const std::byte> data) override;
  int fsync(int file) override;
  int truncate(int file, std::uint64_t size_bytes) override;
  int preallocate(int file, std::uint64_t size_bytes) override;
  int stat(std::string_view path, FileStat& stat) override;
  int unlink(std::string_view path) override;
  int rename(std::string_view from, std::string_view to) override;
  int make_directory(std::string_view path) override;
  int remove_directory(std::string_view path) override;
  int read_directory(std::string_view path,
                     const std::function<bool(std::string_view)>& see) override;
  int map(int file, std::uint64_t size_bytes, bool synchronous,
          std::span<std::byte>* mapping) override;
  int sync_mapped(int file, std::span<std::byte> part, MapSync how) override;
  int unmap(int file, std::span<std::byte> mapping) override;

 private:
  int directory_;
};

}  // namespace pmembench
