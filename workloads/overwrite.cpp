// overwrite: pieces of a file that is there, rewritten in random order; aligned to the blocks of
// the file system or not. In place or copy-on-write is the mount's choice.
#include <optional>

#include "workloads/file_slots.hpp"
#include "workloads/file_workload.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kOverwritePeriod = 64 * 1024;
constexpr std::uint64_t kBlockBytes = 4096;

struct OverwriteShape {
  std::uint64_t size_bytes = 0;
  std::uint64_t skew_bytes = 0;
  std::uint64_t slots = 0;  // of one thread
  bool shared = false;
  bool sync = false;
};

SlotShape overwrite_slots(const OverwriteShape& shape, const ThreadPosition& position) {
  const std::uint64_t before = shape.shared ? position.index * shape.slots * shape.size_bytes : 0;
  return {before + shape.skew_bytes, shape.size_bytes, shape.slots};
}

class Overwrite final : public FileWorkload {
 public:
  Overwrite(const OverwriteShape& shape, Path& path, const ThreadPosition& position)
      : FileWorkload(path, position),
        shape_(shape),
        slots_(overwrite_slots(shape, position), position.index),
        random_(position.thread_seed()),
        name_(shape.shared ? "/shared" : fmt::format("/private{}", position.index)),
        file_(files_) {}

  Status prepare() override {
    auto content = FileContent::make(position_.cell_seed, kOverwritePeriod, shape_.size_bytes);
    if (!content) return content.error();
    content_.emplace(*std::move(content));
    if (!good(file_.open(name_, FileInterface::kCreate), "making a file")) return broken();
    return slots_.fill(files_, file_.get(), *content_);
  }

  Status verify() override { return slots_.verify(files_, file_.get(), *content_, name_); }

 private:
  bool step(Work& work) override {
    const std::uint64_t slot = random_.below(shape_.slots);
    const auto data = slots_.renew(*content_, slot);
    work.bytes += data.size();
    if (!exactly(files_.write(file_.get(), slots_.offset_of(slot), data), data.size(),
                 "overwriting a file")) {
      return false;
    }
    return !shape_.sync || good(files_.fsync(file_.get()), "fsync");
  }

  OverwriteShape shape_;
  FileSlots slots_;
  Random random_;
  std::string name_;
  Handle file_;
  std::optional<FileContent> content_;
};

OverwriteShape overwrite_shape(const Parameters& parameters, unsigned threads) {
  OverwriteShape shape;
  shape.size_bytes = number_of(parameters, "operation_size");
  shape.skew_bytes = number_of(parameters, "skew");
  shape.slots = number_of(parameters, "file_size") / threads / shape.size_bytes;
  shape.shared = text_of(parameters, "file") == "shared";
  shape.sync = text_of(parameters, "durability") == "each";
  return shape;
}

Status check_overwrite(const Parameters& parameters, std::uint64_t mount_bytes, unsigned threads) {
  if (Status fits = check_size(parameters, "operation_size", 1, 16 << 20); !fits) return fits;
  if (Status fits = check_size(parameters, "skew", 0, kBlockBytes - 1); !fits) return fits;
  if (overwrite_shape(parameters, threads).slots == 0) {
    return usage_error("file_size {} has no operation_size {} for each of {} threads",
                       number_of(parameters, "file_size"), number_of(parameters, "operation_size"),
                       threads);
  }
  return check_footprint(number_of(parameters, "file_size"), mount_bytes);
}

}  // namespace

WorkloadType overwrite_type() {
  WorkloadType type;
  type.name = "overwrite";
  type.summary = "pieces of a file rewritten in random order, aligned or not";
  type.parameters = {
      operation_size_spec("4096"),
      {"skew", ValueKind::size, "0", {}, "bytes by which all writes miss their alignment"},
      {"file_size", ValueKind::size, "16777216", {}, "bytes of all threads' files together"},
      {"file",
       ValueKind::choice,
       "private",
       {"private", "shared"},
       "threads write separate files, or each its part of one"},
      {"durability",
       ValueKind::choice,
       "each",
       {"each", "none"},
       "fsync after each write, or never"}};
  type.writes = [](const Parameters&) { return true; };
  type.durable = [](const Parameters& parameters) {
    return text_of(parameters, "durability") == "each";
  };
  type.check = check_overwrite;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    return std::unique_ptr<Workload>(
        std::make_unique<Overwrite>(overwrite_shape(parameters, position.count), path, position));
  };
  type.needs_files = true;
  return type;
}

}  // namespace pmembench
