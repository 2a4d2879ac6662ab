// FileWorkload: what all workloads on files share: the loop, and the first thing that went wrong.
#pragma once

#include <cstdint>
#include <string>

#include "workloads/file_interface.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

class FileWorkload : public Workload {
 public:
  // `path` must give files.
  FileWorkload(Path& path, const ThreadPosition& position);
  Work run(std::uint64_t operations) final;
  std::string failure() const final;

 protected:
  // One operation; adds its bytes. False: good() or exactly() said no.
  virtual bool step(Work& work) = 0;

  // Is `code` no negative errno? Keeps the first that is, with what was being done.
  bool good(std::int64_t code, const char* action) {
    return code >= 0 ? true : fail(code, 0, action);
  }
  // Did a call do all that it was asked for? Errors as above.
  bool exactly(std::int64_t done, std::uint64_t asked, const char* action) {
    return done == static_cast<std::int64_t>(asked) ? true : fail(done, asked, action);
  }
  // The failure as an error, for prepare() and verify().
  [[nodiscard]] Status broken() const;
  // Makes a directory, or finds that another thread did.
  Status make_directory(std::string_view path);
  // An open handle, closed with the workload or by close_file().
  class Handle {
   public:
    explicit Handle(FileInterface& files) : files_(files) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { close(); }
    [[nodiscard]] int get() const { return file_; }
    int open(std::string_view path, unsigned flags) { return file_ = files_.open(path, flags); }
    int close() { return file_ < 0 ? 0 : files_.close(std::exchange(file_, -1)); }

   private:
    FileInterface& files_;
    int file_ = -1;
  };

  FileInterface& files_;
  const ThreadPosition position_;

 private:
  bool fail(std::int64_t code, std::uint64_t asked, const char* action);
  std::int64_t failed_ = 0;
  std::uint64_t asked_ = 0;
  const char* action_ = nullptr;  // null: all went well
};

// Refuses a workload that would put more than 4/5 of the mount to use; 0 bytes: unknown.
Status check_footprint(std::uint64_t needed_bytes, std::uint64_t mount_bytes);
// Refuses a size outside [least, most], naming the parameter.
Status check_size(const Parameters& parameters, std::string_view name, std::uint64_t least,
                  std::uint64_t most);

}  // namespace pmembench
