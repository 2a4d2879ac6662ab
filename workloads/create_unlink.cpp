// create_unlink: an empty file is made, closed and removed, in a directory of the thread's own or
// one that all threads share.
#include "workloads/file_workload.hpp"
#include "workloads/name_pool.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

// Names take turns, so that a file system does not find the entry that it removed last.
constexpr std::uint64_t kNames = 256;

class CreateUnlink final : public FileWorkload {
 public:
  CreateUnlink(std::uint64_t neighbours, bool shared, Path& path, const ThreadPosition& position)
      : FileWorkload(path, position),
        directory_(shared ? "/shared" : fmt::format("/private{}", position.index)),
        neighbours_(make_names(directory_, "stays", position.index, neighbours)),
        names_(make_names(directory_, "goes", position.index, kNames)) {}

  Status prepare() override {
    if (Status made = make_directory(directory_); !made) return made;
    for (const FileName& name : neighbours_) {
      if (!create(name.view())) return broken();
    }
    return {};
  }

  // Nothing is left behind; and the name that was made last can be made, seen and removed.
  Status verify() override {
    const auto all = [](std::size_t) { return true; };
    const auto none = [](std::size_t) { return false; };
    Status right = check_names(files_, directory_, neighbours_, all);
    if (right) right = check_names(files_, directory_, names_, none);
    if (!right) return right;
    if (!create(names_[at_].view())) return broken();
    right = check_names(files_, directory_, names_, [&](std::size_t i) { return i == at_; });
    if (right && !good(files_.unlink(names_[at_].view()), "removing a file")) return broken();
    return right ? check_names(files_, directory_, names_, none) : right;
  }

 private:
  bool step(Work&) override {
    at_ = at_ + 1 < kNames ? at_ + 1 : 0;
    const std::string_view name = names_[at_].view();
    return create(name) && good(files_.unlink(name), "removing a file");
  }

  bool create(std::string_view name) {
    const int file = files_.open(name, FileInterface::kCreate | FileInterface::kExclusive);
    return good(file, "making a file") && good(files_.close(file), "closing a file");
  }

  std::string directory_;
  std::vector<FileName> neighbours_;
  std::vector<FileName> names_;
  std::size_t at_ = 0;
};

}  // namespace

WorkloadType create_unlink_type() {
  WorkloadType type;
  type.name = "create_unlink";
  type.summary = "an empty file made, closed and removed";
  type.parameters = {{"directory",
                      ValueKind::choice,
                      "private",
                      {"private", "shared"},
                      "each thread in its own directory, or all in one"},
                     {"files",
                      ValueKind::count,
                      "100",
                      {},
                      "of each thread, that are in the directory all the time"}};
  type.writes = [](const Parameters&) { return true; };
  type.durable = [](const Parameters&) { return false; };
  type.only_names = [](const Parameters&) { return true; };
  type.check = [](const Parameters& parameters, std::uint64_t, unsigned) {
    return check_size(parameters, "files", 0, 99'999);
  };
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    const bool shared = text_of(parameters, "directory") == "shared";
    return std::unique_ptr<Workload>(
        std::make_unique<CreateUnlink>(number_of(parameters, "files"), shared, path, position));
  };
  type.needs_files = true;
  return type;
}

}  // namespace pmembench
