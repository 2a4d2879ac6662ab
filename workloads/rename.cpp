// rename: files change their names, in one directory or from one to another. All are moved there,
// then all back, so that there is always one to move.
#include "workloads/file_content.hpp"
#include "workloads/file_workload.hpp"
#include "workloads/name_pool.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kTagBytes = sizeof(std::uint64_t);

class Rename final : public FileWorkload {
 public:
  Rename(std::uint64_t files, const std::string& where, Path& path, const ThreadPosition& position)
      : FileWorkload(path, position),
        from_(where == "shared" ? "/shared" : fmt::format("/private{}", position.index)),
        to_(where == "private" ? from_ : "/shared"),
        old_names_(make_names(from_, "old", position.index, files)),
        new_names_(make_names(to_, "new", position.index, files)) {}

  Status prepare() override {
    if (Status made = make_directory(from_); !made) return made;
    if (Status made = make_directory(to_); !made) return made;
    for (std::size_t i = 0; i < old_names_.size(); ++i) {
      if (!make_file(i)) return broken();
    }
    return {};
  }

  Status verify() override {
    const auto is_new = [&](std::size_t i) { return (i < at_) == forward_; };
    const auto is_old = [&](std::size_t i) { return !is_new(i); };
    Status right = check_names(files_, from_, old_names_, is_old);
    if (right) right = check_names(files_, to_, new_names_, is_new);
    if (!right) return right;
    for (std::size_t i = 0; i < old_names_.size(); ++i) {
      const FileName& name = is_new(i) ? new_names_[i] : old_names_[i];
      std::uint64_t tag = 0;
      if (!read_tag(name.view(), tag)) return broken();
      if (tag == tag_of(i)) continue;
      return runtime_error("{} is another file than the one that was given this name", name.view());
    }
    return {};
  }

 private:
  bool step(Work&) override {
    if (at_ == old_names_.size()) {
      at_ = 0;
      forward_ = !forward_;
    }
    const auto& from = forward_ ? old_names_ : new_names_;
    const auto& to = forward_ ? new_names_ : old_names_;
    const int renamed = files_.rename(from[at_].view(), to[at_].view());
    ++at_;
    return good(renamed, "renaming a file");
  }

  [[nodiscard]] std::uint64_t tag_of(std::size_t i) const {
    return std::uint64_t{position_.index} << 32 | (i + 1);
  }

  bool make_file(std::size_t i) {
    const std::uint64_t tag = tag_of(i);
    const int file =
        files_.open(old_names_[i].view(), FileInterface::kCreate | FileInterface::kExclusive);
    return good(file, "making a file") &&
           exactly(files_.write(file, 0, std::as_bytes(std::span(&tag, 1))), kTagBytes,
                   "writing a file") &&
           good(files_.close(file), "closing a file");
  }

  bool read_tag(std::string_view name, std::uint64_t& tag) {
    const int file = files_.open(name, 0);
    return good(file, "opening a file") &&
           exactly(files_.read(file, 0, std::as_writable_bytes(std::span(&tag, 1))), kTagBytes,
                   "reading back") &&
           good(files_.close(file), "closing a file");
  }

  std::string from_;
  std::string to_;
  std::vector<FileName> old_names_;
  std::vector<FileName> new_names_;
  std::size_t at_ = 0;   // of the next to be renamed
  bool forward_ = true;  // old to new
};

}  // namespace

WorkloadType rename_type() {
  WorkloadType type;
  type.name = "rename";
  type.summary = "files renamed in a directory, or moved to another";
  type.parameters = {
      {"directory",
       ValueKind::choice,
       "private",
       {"private", "shared", "across"},
       "in each thread's own, in one of all, or from each thread's own to one of all and back"},
      {"files", ValueKind::count, "100", {}, "of each thread"}};
  type.writes = [](const Parameters&) { return true; };
  type.durable = [](const Parameters&) { return false; };
  type.only_names = [](const Parameters&) { return true; };
  type.check = [](const Parameters& parameters, std::uint64_t, unsigned) {
    return check_size(parameters, "files", 1, 99'999);
  };
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    return std::unique_ptr<Workload>(std::make_unique<Rename>(
        number_of(parameters, "files"), text_of(parameters, "directory"), path, position));
  };
  type.needs_files = true;
  return type;
}

}  // namespace pmembench
