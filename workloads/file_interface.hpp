// FileInterface: files, as a file-system workload sees them. Two implementations: the small file
// system (paths fs-dax, fs-block, fs-mixed) and a real mounted one (path posix). One object a
// thread; many threads work in the same directories and files at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace pmembench {

// How a mapping's stores are made durable.
enum class MapSync { flush, msync, fsync };

struct FileStat {
  std::uint64_t size_bytes = 0;
  bool directory = false;
  // Extents of the file that begin and are long enough for 2 MiB pages: bytes in such pages.
  std::uint64_t huge_mappable_bytes = 0;
};

// Paths are absolute in the mount ("/a/b"). Every method returns a negative errno on failure.
class FileInterface {
 public:
  static constexpr unsigned kCreate = 1;     // make it where it is not there
  static constexpr unsigned kExclusive = 2;  // with kCreate: -EEXIST where it is
  static constexpr unsigned kTruncate = 4;

  FileInterface() = default;
  FileInterface(const FileInterface&) = delete;
  FileInterface& operator=(const FileInterface&) = delete;
  virtual ~FileInterface() = default;

  virtual int open(std::string_view path, unsigned flags) = 0;  // a handle >= 0
  virtual int close(int file) = 0;
  virtual std::int64_t read(int file, std::uint64_t offset_bytes, std::span<std::byte> into) = 0;
  virtual std::int64_t write(int file, std::uint64_t offset_bytes,
                             std::span<const std::byte> data) = 0;
  virtual std::int64_t append(int file, std::span<const std::byte> data) = 0;  // the new size
  virtual int fsync(int file) = 0;  // data and what is needed to find it are durable
  virtual int truncate(int file, std::uint64_t size_bytes) = 0;
  virtual int preallocate(int file, std::uint64_t size_bytes) = 0;  // blocks, and the size
  virtual int stat(std::string_view path, FileStat& stat) = 0;
  virtual int unlink(std::string_view path) = 0;
  virtual int rename(std::string_view from, std::string_view to) = 0;  // replaces a file
  virtual int make_directory(std::string_view path) = 0;
  virtual int remove_directory(std::string_view path) = 0;  // an empty one
  // Names but "." and "..", in any order, until `see` returns false.
  virtual int read_directory(std::string_view path,
                             const std::function<bool(std::string_view)>& see) = 0;
  // The file's bytes as addresses; `synchronous`: only where MAP_SYNC (or what equals it) holds,
  // else -EOPNOTSUPP. The mapping goes with unmap().
  virtual int map(int file, std::uint64_t size_bytes, bool synchronous,
                  std::span<std::byte>* mapping) = 0;
  virtual int sync_mapped(int file, std::span<std::byte> part, MapSync how) = 0;
  virtual int unmap(int file, std::span<std::byte> mapping) = 0;
};

}  // namespace pmembench
