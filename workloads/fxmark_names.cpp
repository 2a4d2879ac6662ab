// The parts of FxMark that find and list names.
#include <cerrno>

#include "base/random.hpp"
#include "workloads/file_workload.hpp"
#include "workloads/fxmark.hpp"
#include "workloads/name_pool.hpp"

namespace pmembench {
namespace {

constexpr std::string_view kDeep = "/a/b/c/d";  // below the thread's own or the shared directory

std::string top_of(const FxShape& shape, const ThreadPosition& position) {
  return shape.sharing == Sharing::low ? fmt::format("/private{}", position.index) : "/shared";
}

bool everywhere(std::size_t) { return true; }

// A directory with this thread's files in it.
class NamesWorkload : public FileWorkload {
 public:
  NamesWorkload(const FxShape& shape, std::string directory, Path& path,
                const ThreadPosition& position)
      : FileWorkload(path, position),
        directory_(std::move(directory)),
        names_(make_names(directory_, "file", position.index, shape.files)) {}

  Status prepare() override {
    for (std::size_t end = directory_.find('/', 1);; end = directory_.find('/', end + 1)) {
      if (Status made = make_directory(directory_.substr(0, end)); !made) return made;
      if (end == std::string::npos) break;
    }
    for (const FileName& name : names_) {
      const int file = files_.open(name.view(), FileInterface::kCreate);
      if (!good(file, "making a file") || !good(files_.close(file), "closing a file")) {
        return broken();
      }
    }
    return {};
  }
  Status verify() override { return check_names(files_, directory_, names_, everywhere); }

 protected:
  std::string directory_;
  std::vector<FileName> names_;
};

class Resolver final : public NamesWorkload {
 public:
  // High: one file, which every thread makes or finds.
  Resolver(const FxShape& shape, Path& path, const ThreadPosition& position)
      : NamesWorkload(shape, top_of(shape, position) + std::string(kDeep), path, position),
        random_(position.thread_seed()) {
    if (shape.sharing == Sharing::high) names_ = make_names(directory_, "file", 0, 1);
  }

 private:
  bool step(Work&) override {
    const int file = files_.open(names_[random_.below(names_.size())].view(), 0);
    return good(file, "opening a file") && good(files_.close(file), "closing a file");
  }

  Random random_;
};

class Lister final : public NamesWorkload {
 public:
  Lister(const FxShape& shape, Path& path, const ThreadPosition& position)
      : NamesWorkload(shape, top_of(shape, position), path, position) {}

 private:
  // Others may list more in a directory of all: this thread's own are the least that there are.
  bool step(Work&) override {
    std::uint64_t seen = 0;
    const int listed = files_.read_directory(directory_, [&](std::string_view) {
      ++seen;
      return true;
    });
    return good(listed, "listing a directory") &&
           (seen >= names_.size() ||
            exactly(static_cast<std::int64_t>(seen), names_.size(), "listing a directory"));
  }
};

}  // namespace

std::unique_ptr<Workload> make_resolver(const FxShape& shape, Path& path,
                                        const ThreadPosition& position) {
  return std::make_unique<Resolver>(shape, path, position);
}

std::unique_ptr<Workload> make_lister(const FxShape& shape, Path& path,
                                      const ThreadPosition& position) {
  return std::make_unique<Lister>(shape, path, position);
}

}  // namespace pmembench
