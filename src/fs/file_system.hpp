// The small file system: it exists to compare paths, not to keep anybody's files, and is kept small
// for that. It mounts on a dax device, on a block device, or on both: metadata by block, data by
// dax.
//
// What is durable when. create, unlink, rename, mkdir, rmdir, truncate and preallocate: atomic, and
// durable when they return, in every mount. (A truncate of a file in many pieces may, after a power
// loss, have come only part of the way.) write and append: at the next fsync of the file, with the
// size; on dax the bytes of an overwrite already when it returns. rename replaces atomically, but
// does not imply fsync. A block of 4 KiB that is overwritten in place may be torn by a power loss;
// with copy_on_write each is old or new.
//
// Errors are negative errnos: -EIO for any failure of the device (bad block, dead device);
// -EHWPOISON only from map(). After a failure of metadata the file system shuts down: every call
// returns -EIO until it is mounted again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "block/block_device.hpp"
#include "dax/dax_device.hpp"
#include "fs/journal.hpp"

namespace pmembench {

namespace fs {
class Core;
struct Context;
struct Inode;
struct OpenFile;
}  // namespace fs

// What is mounted: one of both, or both.
struct MountSource {
  DaxDevice* dax = nullptr;      // data, and metadata where there is no block device
  BlockDevice* block = nullptr;  // metadata, and data where there is no dax device
};

// Who waits for whom in one file: readers and one writer, or only where byte ranges (their 64 KiB
// segments) meet.
enum class FileLocks { whole_file, byte_range };

struct MountOptions {
  bool copy_on_write = false;  // file data; else in place
  FileLocks locks = FileLocks::whole_file;
  std::uint32_t groups = 8;           // of blocks and inode numbers; a thread stays in one
  fs::JournalProcedure journal = {};  // empty: the right one. For tests.
};

struct FormatOptions {
  std::uint32_t inodes = 0;  // 0: as befits the size
  std::uint64_t id = 1;      // distinguishes the pairs of a metadata and a data device
};

struct FileStatus {
  std::uint64_t size_bytes = 0;
  bool directory = false;
  std::uint64_t huge_mappable_bytes = 0;  // in extents that 2 MiB pages can map
};

// One thread's way to a mounted file system; must not outlive it. Names are absolute ("/a/b"),
// components at most 255 bytes, "." and ".." not known (-EINVAL). Files are opened for reading and
// writing; an unlinked one lives until its last close.
class FileSystemThread {
 public:
  static constexpr unsigned kCreate = 1;     // make it where it is not there
  static constexpr unsigned kExclusive = 2;  // with kCreate: -EEXIST where it is
  static constexpr unsigned kTruncate = 4;

  FileSystemThread(fs::Core& core, std::uint32_t index);
  FileSystemThread(const FileSystemThread&) = delete;
  FileSystemThread& operator=(const FileSystemThread&) = delete;
  ~FileSystemThread();  // closes what is open

  int open(std::string_view path, unsigned flags);  // a handle >= 0, for this thread
  int close(int file);
  // Bytes done; short at the end of the file, or where the device became full.
  std::int64_t read(int file, std::uint64_t offset_bytes, std::span<std::byte> into);
  std::int64_t write(int file, std::uint64_t offset_bytes, std::span<const std::byte> data);
  // All of it, or none and an error. The new size.
  std::int64_t append(int file, std::span<const std::byte> data);
  int fsync(int file);
  int truncate(int file, std::uint64_t size_bytes);     // -EBUSY: shorter while it is mapped
  int preallocate(int file, std::uint64_t size_bytes);  // blocks of zeroes, and the size
  int stat(std::string_view path, FileStatus& status);
  int unlink(std::string_view path) { return remove(path, false); }
  // Replaces a file. -EEXIST where `to` is a directory.
  int rename(std::string_view from, std::string_view to);
  int make_directory(std::string_view path);
  int remove_directory(std::string_view path) { return remove(path, true); }
  // Names in any order, as they were at one moment, until `see` returns false.
  int read_directory(std::string_view path, const std::function<bool(std::string_view)>& see);

  // The first bytes of the file as addresses, all allocated and in one piece, else -EOPNOTSUPP;
  // that too where data are not on dax, or `synchronous` is asked for and the device is not.
  // -EINVAL beyond the end, -EHWPOISON a bad block, -ENXIO the device is dead. Until unmap() the
  // blocks stay where they are. One mapping a handle (-EBUSY).
  int map(int file, std::uint64_t size_bytes, bool synchronous, std::span<std::byte>* mapping);
  // Makes the stores to `part` durable, flushing whole units of `unit_bytes` (64: the lines; 4096
  // or 2 MiB: what the kernel's fsync does).
  int sync_mapped(int file, std::span<std::byte> part, std::uint64_t unit_bytes);
  int unmap(int file);

 private:
  struct Place;
  [[nodiscard]] fs::OpenFile* opened(int file);  // null: it is not open
  int find_file(int file, fs::Inode** inode);    // -EBADF, -EIO where it or the mount is out of use
  // ---- names: thread_names.cpp ----
  int find_parent(std::string_view path, Place& place);
  int walk(std::string_view path, Place& place);
  int create(Place& place, fs::InodeType type, fs::Inode** made);
  int add_entry(Place& place, fs::Inode& inode);
  int remove_entry(Place& place, fs::Inode& victim);
  int remove(std::string_view path, bool directory);
  int rename_locked(Place& from, Place& to);
  [[nodiscard]] bool lies_in(const fs::Inode& directory, const fs::Inode& inode) const;
  // ---- data: thread_files.cpp ----
  std::int64_t write_locked(fs::Inode& inode, std::uint64_t offset,
                            std::span<const std::byte> data);
  std::int64_t write_piece(fs::Inode& inode, std::uint64_t offset, std::span<const std::byte> data);
  std::int64_t write_fresh(fs::Inode& inode, std::uint64_t offset, std::span<const std::byte> data,
                           std::uint64_t old_offset);
  int zero_tail(const fs::Inode& inode, std::uint64_t until);
  int truncate_locked(fs::Inode& inode, std::uint64_t size_bytes);

  fs::Core& core_;
  std::unique_ptr<fs::Context> context_;
  std::vector<fs::OpenFile> files_;
  std::vector<int> free_handles_;
  // The directory that was found last, so that a thread that works in one walks no path.
  std::unique_ptr<Place> last_;
  std::string last_path_;
  std::uint64_t last_version_ = 0;
};

// A mounted file system. While mounted it holds its dax device, or the device beneath its block
// device: a failure there stops the file that owns the range, one of metadata all of it (where a
// block device keeps bytes in their places). Threads: make thread() on each; mount, format and
// unmount are for one.
class FileSystem {
 public:
  // Loses what is on the devices. Errors: too small or too large, or they fail.
  static Status format(const MountSource& source, const FormatOptions& options);
  // Recovers first. Errors: usage where it carries no file system of this format or one of a newer
  // version, or dax and block do not belong together; environment (code EBUSY) where it is mounted
  // already, or cannot be addressed by bytes; runtime where it is damaged or cannot be read.
  static Result<std::unique_ptr<FileSystem>> mount(const MountSource& source,
                                                   const MountOptions& options);
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;
  ~FileSystem();  // unmounts
  // Makes everything durable and lets the device go. No thread may be left.
  Status unmount();
  std::unique_ptr<FileSystemThread> thread();
  [[nodiscard]] std::uint64_t free_bytes() const;  // for data
  [[nodiscard]] bool shut_down() const;

 private:
  explicit FileSystem(std::unique_ptr<fs::Core> core);
  std::unique_ptr<fs::Core> core_;
};

// fsck: what is wrong, one sentence each, at most a hundred; empty: clean. Changes nothing, and
// takes a committed transaction as if it had been put in place. Mount asks the same, and goes on
// with what was found. Not while mounted. Errors: mount's, where there is too little to look at.
Result<std::vector<std::string>> check_file_system(const MountSource& source);

}  // namespace pmembench
