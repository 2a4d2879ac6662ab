// media_path: what is at a path that the user named, and may it be used?
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "dax/media.hpp"
#include "dax/media_spec.hpp"
#include "platform/device_stack.hpp"

namespace pmembench {

// look: opened for reading, and closed again; read: used, without writing; use: for writing too.
enum class Access { look, read, use };

struct PathSight {
  bool exists = false;        // false: it may be made, of size_bytes
  bool block_device = false;  // else a regular file
  UniqueFd fd;                // where it exists; claimed unless it is only looked at
  UniqueFd backing;           // of a loop device: its file, claimed too
  std::uint64_t size_bytes =
      0;  // that a device on it has: the spec's, else all of it, in whole pages
  std::uint64_t whole_bytes = 0;  // behind the offset, where it exists
  std::string file_system;        // the file system of a file; empty for a block device
  DeviceStack stack;              // beneath it, to the last device
  // tmpfs, a RAM disk, ... anywhere beneath: lost with the power even if flushed.
  [[nodiscard]] bool is_volatile() const { return stack.keeps == KeepsBytes::no; }
};

// Looks at spec.path for a file or, with `block_device_allowed`, a block device. Changes nothing.
//
// Refuses, each with its own message: nothing there and no size, a folder to make it in that is
// missing or cannot be written, too little space; a dangling or circular link, a directory, socket,
// FIFO or character device; no permission; a size beyond what is there (a user's file is never
// grown or cut); a file behind a loop device, a mounted or otherwise claimed block device, a
// read-only one, one that another process of pmembench has claimed, or another than
// options.identity (these regardless of `destroy`); content, unless `destroy` or it is ours
// (options.found_empty).
Result<PathSight> look_at_path(const MediaSpec& spec, const OpenOptions& options, Access access,
                               bool block_device_allowed);

struct FileSystemFacts {
  std::string name;  // "ext4", ...; "0x..." where the magic is not known here
  bool is_volatile = false;
};
Result<FileSystemFacts> file_system_of(int fd);

}  // namespace pmembench
