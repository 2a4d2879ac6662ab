// CreatedDirectory: a directory that pmembench makes in a directory of the user's, and its content.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace pmembench {

// Owns a directory that this process made, and removes it at the end: only that very directory (by
// inode) and only from the process that made it. Its content is removed too, as far as it can be
// ours: regular files and directories of the same file system. A link, a socket or a mount that
// somebody else put there stays, and the directory with it. A process that is killed leaves its
// directory, which is locked while it lives and marked: the next create() in the same parent
// removes it. Move-only.
class CreatedDirectory {
 public:
  CreatedDirectory() = default;
  CreatedDirectory(CreatedDirectory&& other) noexcept = default;
  CreatedDirectory& operator=(CreatedDirectory&& other) noexcept;
  CreatedDirectory(const CreatedDirectory&) = delete;
  CreatedDirectory& operator=(const CreatedDirectory&) = delete;
  ~CreatedDirectory();
  // Makes PARENT/pmembench-XXXXXX, which only its owner can enter.
  static Result<CreatedDirectory> create(const std::string& parent);
  // Makes PARENT/NAME, which must not exist, as a CreatedDirectory.
  static Result<CreatedDirectory> create(const std::string& parent, const std::string& name);
  // Takes over what a child process made at `path`, for when that child dies before it could
  // remove it. Owns nothing where there is no directory.
  static CreatedDirectory adopt(const std::string& path);
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] int fd() const { return held_.get(); }  // open for reading; -1: owns nothing

 private:
  static Result<CreatedDirectory> hold(const std::string& path);
  void remove();
  std::string path_;
  std::string name_;
  UniqueFd folder_;
  UniqueFd held_;  // while it is open no other directory gets the same inode
  dev_t device_ = 0;
  ino_t inode_ = 0;
  pid_t owner_ = 0;
};

}  // namespace pmembench
