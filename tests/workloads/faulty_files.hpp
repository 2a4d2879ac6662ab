// Files of a file system that lies: each fault lets the call succeed and does not do the work.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "workloads/file_interface.hpp"
#include "workloads/path.hpp"

namespace pmembench {

enum class FileFault {
  none,
  drops_writes,   // says that it wrote, and did not
  stale_reads,    // what the offset contained when it was read for the first time
  loses_appends,  // grows the file by zeroes
  keeps_removed,  // unlink leaves the file where it is
  loses_created,  // a new file has no name: unlinked at once
  shifts_writes,  // writes one byte too far, where there is one
  keeps_renamed,  // rename does nothing
  keeps_size,     // truncate does nothing
  short_reads,    // one byte less
  drops_mapped,   // stores to a mapping are undone when it is synced
};

class FaultyFiles final : public FileInterface {
 public:
  explicit FaultyFiles(FileInterface& files) : files_(files) {}
  FileFault fault = FileFault::none;
  std::uint64_t hits = 0;  // how often the fault did something

  int open(std::string_view path, unsigned flags) override {
    const int file = files_.open(path, flags);
    if (fault == FileFault::loses_created && (flags & kExclusive) != 0 && hit()) {
      files_.unlink(path);
    }
    return file;
  }
  int close(int file) override {
    seen_.erase(file);
    return files_.close(file);
  }
  std::int64_t read(int file, std::uint64_t offset_bytes, std::span<std::byte> into) override {
    std::int64_t got = files_.read(file, offset_bytes, into);
    if (fault == FileFault::short_reads && got > 0 && hit()) --got;
    if (fault != FileFault::stale_reads || got <= 0) return got;
    // Bytes of every offset as they were at the first read of this handle.
    auto& bytes = seen_[file];
    for (std::size_t i = 0; i < static_cast<std::size_t>(got); ++i) {
      const auto [at, is_new] = bytes.emplace(offset_bytes + i, into[i]);
      if (!is_new && into[i] != at->second) ++hits;
      into[i] = at->second;
    }
    return got;
  }
  std::int64_t write(int file, std::uint64_t offset_bytes,
                     std::span<const std::byte> data) override {
    if (fault == FileFault::drops_writes && hit()) {
      return static_cast<std::int64_t>(data.size());
    }
    if (fault == FileFault::shifts_writes && hit()) ++offset_bytes;
    return files_.write(file, offset_bytes, data);
  }
  std::int64_t append(int file, std::span<const std::byte> data) override {
    if (fault != FileFault::loses_appends || !hit()) return files_.append(file, data);
    const std::vector<std::byte> zeroes(data.size());
    return files_.append(file, zeroes);
  }
  int fsync(int file) override { return files_.fsync(file); }
  int truncate(int file, std::uint64_t size_bytes) override {
    if (fault == FileFault::keeps_size && hit()) return 0;
    return files_.truncate(file, size_bytes);
  }
  int preallocate(int file, std::uint64_t size_bytes) override {
    return files_.preallocate(file, size_bytes);
  }
  int stat(std::string_view path, FileStat& stat) override { return files_.stat(path, stat); }
  int unlink(std::string_view path) override {
    if (fault == FileFault::keeps_removed && hit()) return 0;
    return files_.unlink(path);
  }
  int rename(std::string_view from, std::string_view to) override {
    if (fault == FileFault::keeps_renamed && hit()) return 0;
    return files_.rename(from, to);
  }
  int make_directory(std::string_view path) override { return files_.make_directory(path); }
  int remove_directory(std::string_view path) override { return files_.remove_directory(path); }
  int read_directory(std::string_view path,
                     const std::function<bool(std::string_view)>& see) override {
    return files_.read_directory(path, see);
  }
  int map(int file, std::uint64_t size_bytes, bool synchronous,
          std::span<std::byte>* mapping) override {
    return files_.map(file, size_bytes, synchronous, mapping);
  }
  int sync_mapped(int file, std::span<std::byte> part, MapSync how) override {
    if (fault == FileFault::drops_mapped && hit()) {
      std::fill(part.begin(), part.end(), std::byte{0});
    }
    return files_.sync_mapped(file, part, how);
  }
  int unmap(int file, std::span<std::byte> mapping) override { return files_.unmap(file, mapping); }

 private:
  bool hit() {
    ++hits;
    return true;
  }
  FileInterface& files_;
  std::map<int, std::map<std::uint64_t, std::byte>> seen_;
};

// A path whose files can be made faulty.
class FaultyPath final : public Path {
 public:
  explicit FaultyPath(std::unique_ptr<Path> path)
      : path_(std::move(path)), files_(*path_->files()) {}
  [[nodiscard]] std::uint64_t size_bytes() const override { return path_->size_bytes(); }
  std::int64_t read(dax_iter& iter) override { return path_->read(iter); }
  std::int64_t write(dax_iter& iter) override { return path_->write(iter); }
  std::int64_t persist(dax_iter& iter) override { return path_->persist(iter); }
  std::int64_t flush(dax_iter& iter) override { return path_->flush(iter); }
  int drain() override { return path_->drain(); }
  [[nodiscard]] std::span<std::byte> mapping() override { return path_->mapping(); }
  FaultyFiles* files() override { return &files_; }

 private:
  std::unique_ptr<Path> path_;
  FaultyFiles files_;
};

}  // namespace pmembench
