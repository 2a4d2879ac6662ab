// The parts of FxMark that make and remove names.
#include "workloads/file_workload.hpp"
#include "workloads/fxmark.hpp"
#include "workloads/name_pool.hpp"

namespace pmembench {
namespace {

// Timed: one way through all names. Undone between two intervals, or when the names run out.
class PoolWorkload final : public FileWorkload {
 public:
  PoolWorkload(const FxShape& shape, bool creates, Path& path, const ThreadPosition& position)
      : FileWorkload(path, position),
        creates_(creates),
        directory_(shape.sharing == Sharing::low ? fmt::format("/private{}", position.index)
                                                 : "/shared"),
        names_(make_names(directory_, "file", position.index, shape.files)) {}

  Status prepare() override {
    if (Status made = make_directory(directory_); !made) return made;
    for (const FileName& name : names_) {
      if (!creates_ && !create(name)) return broken();
    }
    return {};
  }
  void refresh() override { undo(); }

  Status verify() override {
    return check_names(files_, directory_, names_,
                       [this](std::size_t i) { return (i < done_) == creates_; });
  }

 private:
  bool step(Work&) override {
    if (done_ == names_.size() && !undo()) return false;
    const FileName& name = names_[done_++];
    return creates_ ? create(name) : remove(name);
  }

  bool undo() {
    while (done_ > 0) {
      const FileName& name = names_[--done_];
      if (!(creates_ ? remove(name) : create(name))) return false;
    }
    return true;
  }

  bool create(const FileName& name) {
    const int file = files_.open(name.view(), FileInterface::kCreate | FileInterface::kExclusive);
    return good(file, "making a file") && good(files_.close(file), "closing a file");
  }
  bool remove(const FileName& name) { return good(files_.unlink(name.view()), "removing a file"); }

  bool creates_;
  std::string directory_;
  std::vector<FileName> names_;
  std::size_t done_ = 0;
};

}  // namespace

std::unique_ptr<Workload> make_creator(const FxShape& shape, Path& path,
                                       const ThreadPosition& position) {
  return std::make_unique<PoolWorkload>(shape, true, path, position);
}

std::unique_ptr<Workload> make_remover(const FxShape& shape, Path& path,
                                       const ThreadPosition& position) {
  return std::make_unique<PoolWorkload>(shape, false, path, position);
}

}  // namespace pmembench
