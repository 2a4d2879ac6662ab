// FileSet: one thread's share of a tree of files, some there and some not, with what each contains.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "workloads/file_content.hpp"
#include "workloads/file_interface.hpp"
#include "workloads/file_name.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

// How many files there are, how many in one directory, and how large they are.
struct FileSetShape {
  std::uint64_t files = 0;            // of all threads
  std::uint64_t directory_width = 0;  // files of one directory
  std::uint64_t mean_bytes = 0;       // sizes are gamma-distributed with shape 1.5, as Filebench's
  unsigned present_percent = 100;     // that are there at first
};

struct SetFile {
  FileName path;
  std::uint64_t size_bytes = 0;
  std::uint64_t key = 0;  // of its content
  [[nodiscard]] std::string_view name() const { return path.view(); }
};

// The directories are shared by all threads; each file has one owner, which alone reads, writes and
// removes it. So threads meet in directories and in the file system's own structures, and yet each
// knows what its files must contain.
class FileSet {
 public:
  FileSet(const FileSetShape& shape, const ThreadPosition& position);

  // Makes the directories and the files that are there at first. Cold.
  Status prepare(FileInterface& files, const FileContent& content);
  // Stats every file, reads up to 32 MiB of them, and lists the directories: what is there is what
  // should be, and nothing else of this thread. Cold.
  Status verify(FileInterface& files, const FileContent& content);

  // Hot: a file that is there; one that is not and is from now on, with a new content of no bytes;
  // one that is there and is not from now on.
  SetFile& pick() { return files_[present_[random_.below(present_.size())]]; }
  SetFile& add();
  SetFile& drop();
  std::uint64_t next_size() { return sizes_[size_at_++ & (sizes_.size() - 1)]; }
  [[nodiscard]] std::uint64_t present() const { return present_.size(); }
  [[nodiscard]] std::uint64_t absent() const { return absent_.size(); }
  Random& random() { return random_; }
  template <typename Visit>
  void for_each_present(Visit&& visit) const {
    for (const std::uint32_t index : present_) visit(files_[index]);
  }

 private:
  void name_files(const FileSetShape& shape, const ThreadPosition& position);
  void draw_sizes(std::uint64_t mean_bytes);
  Status write(FileInterface& files, const FileContent& content, SetFile& file) const;
  Status check_file(FileInterface& files, const FileContent& content, const SetFile& file,
                    std::span<std::byte> buffer) const;
  Status check_names(FileInterface& files) const;

  std::vector<SetFile> files_;
  std::vector<std::uint32_t> present_, absent_;
  std::vector<std::string> directories_;  // of all threads, parents first
  std::vector<std::uint64_t> sizes_;
  std::uint64_t size_at_ = 0;
  std::uint64_t next_key_;
  Random random_;
};

}  // namespace pmembench
