// mmap_store: stores to a mapped file, each made durable by flushing its lines, msync or fsync.
#include <cstring>
#include <optional>

#include "workloads/file_slots.hpp"
#include "workloads/file_workload.hpp"
#include "workloads/line_copy.hpp"
#include "workloads/parameters.hpp"
#include "workloads/types.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kMmapPeriod = 64 * 1024;

struct MmapShape {
  std::uint64_t size_bytes = 0;
  std::uint64_t slots = 0;  // of one thread's file
  MapSync sync = MapSync::msync;
  bool synchronous = false;
};

class MmapStore final : public FileWorkload {
 public:
  MmapStore(const MmapShape& shape, Path& path, const ThreadPosition& position)
      : FileWorkload(path, position),
        shape_(shape),
        slots_({0, shape.size_bytes, shape.slots}, position.index),
        random_(position.thread_seed()),
        name_(fmt::format("/mapped{}", position.index)),
        file_(files_),
        copy_(line_copy_for_this_cpu()) {}
  ~MmapStore() override {
    if (!mapping_.empty()) files_.unmap(file_.get(), mapping_);
  }

  Status prepare() override {
    auto content = FileContent::make(position_.cell_seed, kMmapPeriod, shape_.size_bytes);
    if (!content) return content.error();
    content_.emplace(*std::move(content));
    const std::uint64_t file_bytes = shape_.slots * shape_.size_bytes;
    if (!good(file_.open(name_, FileInterface::kCreate), "making a file") ||
        !good(files_.preallocate(file_.get(), file_bytes), "preallocating a file")) {
      return broken();
    }
    if (Status full = slots_.fill(files_, file_.get(), *content_); !full) return full;
    const char* action =
        shape_.synchronous ? "mapping a file synchronously (MAP_SYNC)" : "mapping a file";
    const int mapped = files_.map(file_.get(), file_bytes, shape_.synchronous, &mapping_);
    return good(mapped, action) ? Status{} : broken();
  }

  // By read(), which is another way than the stores went.
  Status verify() override { return slots_.verify(files_, file_.get(), *content_, name_); }

 private:
  bool step(Work& work) override {
    const std::uint64_t slot = random_.below(shape_.slots);
    const auto data = slots_.renew(*content_, slot);
    const std::span<std::byte> part = mapping_.subspan(slots_.offset_of(slot), data.size());
    copy_(static_cast<unsigned char*>(static_cast<void*>(part.data())),
          static_cast<const unsigned char*>(static_cast<const void*>(data.data())), data.size());
    work.bytes += data.size();
    return good(files_.sync_mapped(file_.get(), part, shape_.sync), "syncing a mapping");
  }

  MmapShape shape_;
  FileSlots slots_;
  Random random_;
  std::string name_;
  Handle file_;
  LineCopy copy_;
  std::optional<FileContent> content_;
  std::span<std::byte> mapping_;
};

MmapShape mmap_shape(const Parameters& parameters, unsigned threads) {
  MmapShape shape;
  shape.size_bytes = number_of(parameters, "operation_size");
  shape.slots = number_of(parameters, "file_size") / threads / shape.size_bytes;
  const std::string& sync = text_of(parameters, "sync");
  shape.sync = sync == "flush" ? MapSync::flush : sync == "fsync" ? MapSync::fsync : MapSync::msync;
  shape.synchronous = text_of(parameters, "synchronous") == "on";
  return shape;
}

Status check_mmap_store(const Parameters& parameters, std::uint64_t mount_bytes, unsigned threads) {
  if (Status fits = check_size(parameters, "operation_size", 1, 1 << 20); !fits) return fits;
  if (mmap_shape(parameters, threads).slots == 0) {
    return usage_error("file_size {} has no operation_size {} for each of {} threads",
                       number_of(parameters, "file_size"), number_of(parameters, "operation_size"),
                       threads);
  }
  return check_footprint(number_of(parameters, "file_size"), mount_bytes);
}

}  // namespace

WorkloadType mmap_store_type() {
  WorkloadType type;
  type.name = "mmap_store";
  type.summary = "stores to a mapped file, durable by flush, msync or fsync";
  type.parameters = {
      operation_size_spec("64"),
      {"file_size", ValueKind::size, "8388608", {}, "bytes of all threads' files together"},
      {"sync",
       ValueKind::choice,
       "msync",
       {"flush", "msync", "fsync"},
       "after each store: flush its lines, msync its pages, or fsync the file"},
      {"synchronous",
       ValueKind::choice,
       "off",
       {"off", "on"},
       "map with MAP_SYNC, without which a flush does not make durable"}};
  type.writes = [](const Parameters&) { return true; };
  type.durable = [](const Parameters& parameters) {
    return text_of(parameters, "sync") != "flush" || text_of(parameters, "synchronous") == "on";
  };
  type.check = check_mmap_store;
  type.make = [](const Parameters& parameters, Path& path, const ThreadPosition& position) {
    return std::unique_ptr<Workload>(
        std::make_unique<MmapStore>(mmap_shape(parameters, position.count), path, position));
  };
  type.needs_files = true;
  type.needs_mapping = true;
  return type;
}

}  // namespace pmembench
