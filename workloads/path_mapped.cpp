#include "workloads/path_mapped.hpp"

#include <utility>

#include "workloads/line_copy.hpp"
#include "workloads/path_direct.hpp"

namespace pmembench {
namespace {

class MappedPath final : public Path {
 public:
  MappedPath(DaxDevice& device, DaxReader reader)
      : device_(device),
        reader_(std::move(reader)),
        copy_(line_copy_for_this_cpu()),
        load_(load_ranges_for_this_cpu()) {}

  std::uint64_t size_bytes() const override { return device_.size_bytes(); }

  std::int64_t read(dax_iter& iter) override {
    const std::int64_t bytes = each_range(iter, [&](unsigned char* at, dax_iter& batch) {
      copy_(batch.buffer, at, batch.size_bytes);
      return 0;
    });
    if (bytes > 0) device_.note_copies(reader_, 0, static_cast<std::uint64_t>(bytes));
    return bytes;
  }

  std::int64_t load(dax_iter& iter, std::uint64_t& sum) override {
    return load_by_address(device_, reader_, load_, iter, sum);
  }

  std::int64_t write(dax_iter& iter) override {
    const std::int64_t bytes = each_range(iter, [&](unsigned char* at, dax_iter& batch) {
      copy_(at, batch.buffer, batch.size_bytes);
      return 0;
    });
    if (bytes > 0) device_.note_copies(reader_, static_cast<std::uint64_t>(bytes), 0);
    return bytes;
  }

  // As an application does it: store, ask the device to flush that range, drain, next.
  std::int64_t persist(dax_iter& iter) override {
    std::int64_t bytes = 0;
    while (iter.count > 0) {
      dax_iter flushed = iter;
      dax_iter stored = iter;
      stored.count = flushed.count = 1;
      const std::int64_t written = write(stored);
      if (written < 0) return written;
      const std::int64_t lines = flush(flushed);
      if (lines < 0) return lines;
      const int status = device_.drain(reader_);
      if (status < 0) return status;
      iter.state = stored.state;
      --iter.count;
      bytes += written;
    }
    return bytes;
  }

  // The backend did not see the stores: it must write back what its own copies would not leave
  // dirty.
  std::int64_t flush(dax_iter& iter) override {
    const std::uint32_t flags = std::exchange(iter.flags, iter.flags | DAX_ITER_STORED);
    const std::int64_t lines = device_.flush(reader_, iter);
    iter.flags = flags;
    return lines;
  }
  int drain() override { return device_.drain(reader_); }
  std::span<std::byte> mapping() override { return whole_mapping(device_, reader_); }

 private:
  // An address is good only inside a section, so every batch asks for it anew.
  template <typename Range>
  std::int64_t each_range(dax_iter& iter, Range&& range) {
    const ReadSection section(reader_);
    void* address = nullptr;
    const std::int64_t pages = device_.direct_access(
        section, 0, device_.size_bytes() / DAX_PAGE_BYTES, DAX_ACCESS, &address);
    if (pages < 0) return pages;
    std::int64_t bytes = 0;
    for (; iter.count > 0; --iter.count) {
      const int status = range(static_cast<unsigned char*>(address) + dax_iter_next(&iter), iter);
      if (status < 0) return status;
      bytes += static_cast<std::int64_t>(iter.size_bytes);
    }
    return bytes;
  }

  DaxDevice& device_;
  DaxReader reader_;
  LineCopy copy_;
  LoadRanges load_;
};

}  // namespace

Result<std::unique_ptr<Path>> make_mapped_path(DaxDevice& device, PathGround*) {
  DaxReader reader = device.make_reader();
  if (whole_mapping(device, reader).empty()) {
    return environment_error(
        "path 'mapped' cannot be used on {}: its direct_access does not reach all bytes in one "
        "piece; use path 'direct'",
        device.name());
  }
  return std::unique_ptr<Path>(std::make_unique<MappedPath>(device, std::move(reader)));
}

PathType mapped_path() {
  PathType type{"mapped", "loads and stores at the mapped address, then flush", true,
                make_mapped_path};
  type.parents = {kRootPath};
  type.loads = true;
  return type;
}

}  // namespace pmembench
