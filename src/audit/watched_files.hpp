// WatchedFiles: which bytes of which files the addresses of a traced program lead to.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace pmembench {

struct WatchedFile {
  dev_t device = 0;
  ino_t inode = 0;
  std::string path;
  bool is_device = false;  // a dax device: the kernel writes nothing of it back
  bool on_dax = false;
};

// Where an address of the program leads to.
struct FilePlace {
  std::size_t file = 0;
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0;  // from there to the end of the mapping
  std::uint64_t address = 0;
};

class WatchedFiles {
 public:
  // A file named by --range, on DAX or not; it need not exist yet. Other files are watched when
  // they are mapped and are on DAX.
  void name_file(const std::string& path) { named_.push_back(path); }

  // The file that is open as `fd` in `process`, if it is watched. Takes a descriptor of it.
  [[nodiscard]] std::optional<std::size_t> file_of(pid_t process, int fd);
  // Where the next byte of a write by that descriptor goes.
  [[nodiscard]] std::int64_t position_of(pid_t process, int fd) const;

  void map(std::size_t file, std::uint64_t address, std::uint64_t size_bytes,
           std::uint64_t offset_bytes);
  void unmap(std::uint64_t address, std::uint64_t size_bytes);
  void move(std::uint64_t from, std::uint64_t from_bytes, std::uint64_t to, std::uint64_t to_bytes);
  // Another program, another address space.
  void unmap_all() { mappings_.clear(); }

  [[nodiscard]] bool any_mapped() const { return !mappings_.empty(); }
  // The mapped parts of [address, address + size), in order of addresses.
  [[nodiscard]] std::vector<FilePlace> places(std::uint64_t address,
                                              std::uint64_t size_bytes) const;
  [[nodiscard]] const std::vector<WatchedFile>& files() const { return files_; }

 private:
  struct Mapping {
    std::uint64_t address, size_bytes, offset_bytes;
    std::size_t file;
    [[nodiscard]] std::uint64_t end() const { return address + size_bytes; }
  };
  std::vector<std::string> named_;
  std::vector<WatchedFile> files_;
  std::vector<Mapping> mappings_;
};

}  // namespace pmembench
