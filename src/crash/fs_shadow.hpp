// FsShadow: what a file system promised, kept in plain memory: which names there are, and which
// bytes of which file may be found after a power loss.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "crash/crash_outcome.hpp"
#include "fs/file_system.hpp"

namespace pmembench {

// A file: what was synced, and what was written since.
struct ShadowFile {
  std::vector<std::byte> synced;
  std::vector<std::byte> now;
  std::vector<std::pair<std::uint64_t, std::vector<std::byte>>> writes;  // since then
  std::vector<std::vector<std::byte>> versions;  // what it was after each of them
  bool gap = false;                              // one of them began behind the end
  bool gone = false;                             // no name any more

  void write(std::uint64_t offset_bytes, const std::vector<std::byte>& data);
  void resize(std::uint64_t size_bytes);  // truncate and preallocate, once they have returned
  void sync();
};

// Names, and which file each stands for; null: a directory.
using ShadowNames = std::map<std::string, ShadowFile*>;

struct FsShadow {
  ShadowNames names;
  std::vector<std::unique_ptr<ShadowFile>> files;
  ShadowFile& create(const std::string& path);
};

// Which file the operation in flight would have brought to which size; null: none.
struct Resize {
  ShadowFile* file = nullptr;
  std::uint64_t size_bytes = 0;
};

// What may be found: the names before or after the operation in flight, and with `whole_blocks`
// each block of what was synced as it was once.
struct Expected {
  const ShadowNames& before;
  const ShadowNames& after;
  const Resize& resize;
  bool whole_blocks = false;
};
// Looks whether that is so; counts what it finds into `outcome`, at most once each. False:
// something was found.
bool look_at_files(FileSystemThread& files, const Expected& expected, CrashOutcome& outcome);

}  // namespace pmembench
