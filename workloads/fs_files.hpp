// FsFiles: FileInterface over the small file system.
#pragma once

#include <memory>

#include "fs/file_system.hpp"
#include "workloads/file_interface.hpp"

namespace pmembench {

// One thread's way. The file system outlives it.
class FsFiles final : public FileInterface {
 public:
  explicit FsFiles(std::unique_ptr<FileSystemThread> thread) : thread_(std::move(thread)) {}
  int open(std::string_view path, unsigned flags) override { return thread_->open(path, flags); }
  int close(int file) override { return thread_->close(file); }
  std::int64_t read(int file, std::uint64_t offset_bytes, std::span<std::byte> into) override {
    return thread_->read(file, offset_bytes, into);
  }
  std::int64_t write(int file, std::uint64_t offset_bytes,
                     std::span<const std::byte> data) override {
    return thread_->write(file, offset_bytes, data);
  }
  std::int64_t append(int file, std::span<const std::byte> data) override {
    return thread_->append(file, data);
  }
  int fsync(int file) override { return thread_->fsync(file); }
  int truncate(int file, std::uint64_t size_bytes) override {
    return thread_->truncate(file, size_bytes);
  }
  int preallocate(int file, std::uint64_t size_bytes) override {
    return thread_->preallocate(file, size_bytes);
  }
  int stat(std::string_view path, FileStat& stat) override;
  int unlink(std::string_view path) override { return thread_->unlink(path); }
  int rename(std::string_view from, std::string_view to) override {
    return thread_->rename(from, to);
  }
  int make_directory(std::string_view path) override { return thread_->make_directory(path); }
  int remove_directory(std::string_view path) override { return thread_->remove_directory(path); }
  int read_directory(std::string_view path,
                     const std::function<bool(std::string_view)>& see) override {
    return thread_->read_directory(path, see);
  }
  int map(int file, std::uint64_t size_bytes, bool synchronous,
          std::span<std::byte>* mapping) override {
    return thread_->map(file, size_bytes, synchronous, mapping);
  }
  int sync_mapped(int file, std::span<std::byte> part, MapSync how) override;
  int unmap(int file, std::span<std::byte>) override { return thread_->unmap(file); }

 private:
  std::unique_ptr<FileSystemThread> thread_;
};

}  // namespace pmembench
