// msync: the system call by itself, on a part of a mapped file: of nothing, asynchronous,
// synchronous or invalidating, over pages that are dirty or clean. What a durable store through a
// page cache costs in addition to the writing.
#include <sys/mman.h>

#include <cerrno>

#include "base/random.hpp"
#include "workloads/file_workload.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kMsyncPage = 4096;

struct MsyncShape {
  std::uint64_t size_bytes = 0;  // of one call; 0: of nothing
  std::uint64_t slots = 0;       // of one thread's file
  int flags = MS_SYNC;
  bool dirties = true;
};

int msync_flags(const std::string& mode) {
  if (mode == "async") return MS_ASYNC;
  return mode == "invalidate" ? MS_SYNC | MS_INVALIDATE : MS_SYNC;
}

MsyncShape msync_shape(const Parameters& parameters, unsigned threads) {
  MsyncShape shape;
  const std::string& mode = text_of(parameters, "mode");
  const std::uint64_t pages = number_of(parameters, "operation_size") / kMsyncPage;
  shape.size_bytes = mode == "empty" ? 0 : pages * kMsyncPage;
  shape.slots =
      number_of(parameters, "file_size") / threads / (pages == 0 ? 1 : pages * kMsyncPage);
  shape.flags = msync_flags(mode);
  shape.dirties = text_of(parameters, "pages") == "dirty";
  return shape;
}

class Msync final : public FileWorkload {
 public:
  Msync(const MsyncShape& shape, std::uint64_t slot_bytes, Path& path,
        const ThreadPosition& position)
      : FileWorkload(path, position),
        shape_(shape),
        slot_bytes_(slot_bytes),
        random_(position.thread_seed()),
        name_(fmt::format("/synced{}", position.index)),
        file_(files_) {}
  ~Msync() override {
    if (!mapping_.empty()) files_.unmap(file_.get(), mapping_);
  }

  Status prepare() override {
    const std::uint64_t bytes = shape_.slots * slot_bytes_;
    const bool ready = good(file_.open(name_, FileInterface::kCreate), "making a file") &&
                       good(files_.preallocate(file_.get(), bytes), "preallocating a file") &&
                       good(files_.fsync(file_.get()), "fsync") &&
                       good(files_.map(file_.get(), bytes, false, &mapping_), "mapping a file");
    if (!ready) return broken();
    for (std::uint64_t at = 0; at < bytes; at += kMsyncPage) mapping_[at] = std::byte{1};
    return {};
  }

  Status verify() override {
    if (last_ == kNothing) return {};
    std::byte found{};
    if (!exactly(files_.read(file_.get(), last_, {&found, 1}), 1, "reading back")) return broken();
    if (found == mapping_[last_] && found == std::byte{stamp_}) return {};
    return runtime_error("byte {} of {} was synced as {} and is read as {}", last_, name_, stamp_,
                         std::to_integer<unsigned>(found));
  }

 private:
  static constexpr std::uint64_t kNothing = ~std::uint64_t{0};

  bool step(Work& work) override {
    const std::uint64_t offset = random_.below(shape_.slots) * slot_bytes_;
    if (shape_.dirties) {
      ++stamp_;
      volatile std::byte* const page = mapping_.data() + offset;
      for (std::uint64_t at = 0; at < slot_bytes_; at += kMsyncPage) page[at] = std::byte{stamp_};
      last_ = offset;
    }
    work.bytes += slot_bytes_;
    const int synced = msync(mapping_.data() + offset, shape_.size_bytes, shape_.flags);
    return good(synced == 0 ? 0 : -errno, "msync");
  }

  MsyncShape shape_;
  std::uint64_t slot_bytes_;
  Random random_;
  std::string name_;
  Handle file_;
  std::span<std::byte> mapping_;
  unsigned char stamp_ = 1;
  std::uint64_t last_ = kNothing;
};

Status check_msync(const Parameters& parameters, std::uint64_t mount_bytes, unsigned threads) {
  const std::uint64_t size_bytes = number_of(parameters, "operation_size");
  if (size_bytes == 0 || size_bytes % kMsyncPage != 0) {
    return usage_error("operation_size {} is not whole pages of 4096 bytes, which msync syncs",
                       size_bytes);
  }
  if (msync_shape(parameters, threads).slots == 0) {
    return usage_error("file_size {} has no operation_size {} for each of {} threads",
                       number_of(parameters, "file_size"), size_bytes, threads);
  }
  return check_footprint(number_of(parameters, "file_size"), mount_bytes);
}

}  // namespace

WorkloadType msync_type() {
  WorkloadType type;
  type.name = "msync";
  type.summary = "msync by itself: of nothing, async, sync or invalidate, on dirty or clean pages";
  type.parameters = {
      operation_size_spec("4096"),
      {"file_size", ValueKind::size, "8388608", {}, "bytes of all threads' files together"},
      {"mode",
       ValueKind::choice,
       "sync",
       {"empty", "async", "sync", "invalidate"},
       "empty: of no byte, the cost of the call; else MS_ASYNC, MS_SYNC, or MS_INVALIDATE too"},
      {"pages",
       ValueKind::choice,
       "dirty",
       {"dirty", "clean"},
       "stored to before each call, or not"}};
  type.writes = [](const Parameters& parameters) {
    return text_of(parameters, "pages") == "dirty";
  };
  type.durable = [](const Parameters& parameters) {
    const std::string& mode = text_of(parameters, "mode");
    return text_of(parameters, "pages") == "dirty" && (mode == "sync" || mode == "invalidate");
  };
  type.check = check_msync;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    return std::unique_ptr<Workload>(
        std::make_unique<Msync>(msync_shape(parameters, position.count),
                                number_of(parameters, "operation_size"), path, position));
  };
  type.needs_files = true;
  type.needs_mapping = true;
  return type;
}

}  // namespace pmembench
