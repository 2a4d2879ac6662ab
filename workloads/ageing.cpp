// ageing: a file system is filled to a target by files of drawn sizes, then files are removed and
// made in random order. Reports what share of the files' bytes 2 MiB pages can still map (WineFS,
// SOSP 2021: on an aged file system that share decides what a mapping costs).
#include <optional>

#include "base/random.hpp"
#include "workloads/file_set.hpp"
#include "workloads/file_workload.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kAgeingPeriod = std::uint64_t{1} << 20;
constexpr std::uint64_t kLargeBytes = std::uint64_t{2} << 20;
// Files and their number are drawn so that the set holds this many times the target: there are
// always some that are not there.
constexpr std::uint64_t kSpare = 2;
constexpr std::uint64_t kWidth = 64;

struct AgeingShape {
  std::uint64_t target_bytes = 0;  // of all threads
  std::uint64_t mean_bytes = 0;
  std::uint64_t rounds = 0;  // how often the target's bytes are rewritten before it is timed
};

FileSetShape set_of(const AgeingShape& shape, const ThreadPosition& position) {
  const std::uint64_t files = std::max<std::uint64_t>(shape.target_bytes / shape.mean_bytes, 4);
  return {kSpare * std::max<std::uint64_t>(files, 4 * position.count), kWidth, shape.mean_bytes, 0};
}

// One operation is one step of ageing: a file is made and written whole, and others are removed
// until the target is kept.
class Ageing final : public FileWorkload {
 public:
  Ageing(const AgeingShape& shape, Path& path, const ThreadPosition& position)
      : FileWorkload(path, position),
        target_bytes_(shape.target_bytes / position.count),
        age_bytes_(shape.rounds * target_bytes_),
        set_(set_of(shape, position), position),
        file_(files_) {}

  Status prepare() override {
    auto content = FileContent::make(position_.cell_seed, kAgeingPeriod, kAgeingPeriod);
    if (!content) return content.error();
    content_.emplace(*std::move(content));
    if (Status ready = set_.prepare(files_, *content_); !ready) return ready;
    Work work;
    while (work.bytes < age_bytes_ + target_bytes_) {
      if (!step(work)) return broken();
    }
    return {};
  }

  Status verify() override {
    if (Status right = set_.verify(files_, *content_); !right) return right;
    return measure();
  }

  [[nodiscard]] std::map<std::string, double> figures() const override {
    const double share = large_bytes_ > 0 ? huge_bytes_ / large_bytes_ : 0;
    return {{"huge_mappable_bytes", huge_bytes_},
            {"bytes_in_large_files", large_bytes_},
            {"huge_mappable_share", share}};
  }

 private:
  bool step(Work& work) override {
    const std::uint64_t size_bytes = set_.next_size();
    while (set_.present() > 0 && (used_bytes_ + size_bytes > target_bytes_ || set_.absent() == 0)) {
      const SetFile& old = set_.drop();
      used_bytes_ -= old.size_bytes;
      if (!good(files_.unlink(old.name()), "removing a file")) return false;
    }
    SetFile& file = set_.add();
    if (!good(file_.open(file.name(), FileInterface::kCreate | FileInterface::kExclusive),
              "making a file")) {
      return false;
    }
    while (file.size_bytes < size_bytes) {
      const auto part = content_->at(file.key, file.size_bytes,
                                     std::min(kAgeingPeriod, size_bytes - file.size_bytes));
      if (!exactly(files_.write(file_.get(), file.size_bytes, part), part.size(),
                   "writing a file")) {
        return false;
      }
      file.size_bytes += part.size();
    }
    used_bytes_ += size_bytes;
    work.bytes += size_bytes;
    return good(file_.close(), "closing a file");
  }

  // Of the bytes that are in whole 2 MiB pieces of files, and so could be mapped by such pages.
  Status measure() {
    huge_bytes_ = large_bytes_ = 0;
    bool sound = true;
    set_.for_each_present([&](const SetFile& file) {
      FileStat found;
      sound = sound && good(files_.stat(file.name(), found), "looking at a file");
      huge_bytes_ += static_cast<double>(found.huge_mappable_bytes);
      large_bytes_ += static_cast<double>(file.size_bytes / kLargeBytes * kLargeBytes);
    });
    return sound ? Status{} : broken();
  }

  std::uint64_t target_bytes_;
  std::uint64_t age_bytes_;
  FileSet set_;
  Handle file_;
  std::optional<FileContent> content_;
  std::uint64_t used_bytes_ = 0;
  double huge_bytes_ = 0;
  double large_bytes_ = 0;
};

AgeingShape ageing_shape(const Parameters& parameters, std::uint64_t mount_bytes) {
  return {mount_bytes / 100 * number_of(parameters, "utilisation"),
          number_of(parameters, "file_size"), number_of(parameters, "rounds")};
}

Status check_ageing(const Parameters& parameters, std::uint64_t mount_bytes, unsigned threads) {
  if (Status fits = check_size(parameters, "utilisation", 1, 95); !fits) return fits;
  if (Status fits = check_size(parameters, "file_size", 4096, std::uint64_t{1} << 30); !fits) {
    return fits;
  }
  if (Status fits = check_size(parameters, "rounds", 0, 1000); !fits) return fits;
  if (mount_bytes == 0) return {};
  const std::uint64_t target_bytes = ageing_shape(parameters, mount_bytes).target_bytes;
  if (target_bytes / threads < 8 * number_of(parameters, "file_size")) {
    return usage_error(
        "utilisation {} of the mount leaves each of {} threads less than 8 files of file_size {}",
        number_of(parameters, "utilisation"), threads, number_of(parameters, "file_size"));
  }
  return {};
}

}  // namespace

WorkloadType ageing_type() {
  WorkloadType type;
  type.name = "ageing";
  type.summary = "files made and removed at a target utilisation; what 2 MiB pages can still map";
  type.parameters = {
      {"utilisation", ValueKind::count, "60", {}, "percent of the mount that is kept in use"},
      {"file_size",
       ValueKind::size,
       "524288",
       {},
       "mean bytes of a file, gamma-distributed with shape 1.5, at most 8 times as many"},
      {"rounds",
       ValueKind::count,
       "3",
       {},
       "times that the utilisation is rewritten before anything is timed"}};
  type.writes = [](const Parameters&) { return true; };
  type.durable = [](const Parameters&) { return false; };
  type.check = check_ageing;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    return std::unique_ptr<Workload>(
        std::make_unique<Ageing>(ageing_shape(parameters, path.size_bytes()), path, position));
  };
  type.needs_files = true;
  return type;
}

}  // namespace pmembench
