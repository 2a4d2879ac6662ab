#include "workloads/fs_fixture.hpp"

#include <algorithm>
#include <cerrno>

#include "block/btt.hpp"
#include "block/kernel_block.hpp"
#include "block/raw_block.hpp"

namespace pmembench {
namespace {

// What files may take of the space that is free after formatting: the rest is for directories,
// extents and what copy-on-write needs.
constexpr std::uint64_t kUsableQuarters = 3;
constexpr std::uint64_t kLeastMetadata = std::uint64_t{4} << 20;
constexpr std::uint64_t kPartUnitBytes = std::uint64_t{2} << 20;

// A part of a mapping that the host made, as the handle of a separate device.
class PartOfMapping final : public DeviceBacking {
 public:
  PartOfMapping(const dax_mapping& whole, std::uint64_t offset_bytes) : mapping_(whole) {
    mapping_.address += offset_bytes;
    mapping_.size_bytes -= offset_bytes;
  }
  [[nodiscard]] dax_mapping* handle() { return &mapping_; }

 private:
  dax_mapping mapping_;
};

bool is_emulated(const DaxDevice& device) {
  const dax_operations* operations = device.operations();
  return operations != nullptr && (operations->capabilities & DAX_CAP_EMULATED) != 0;
}

}  // namespace

// The part dies with the whole, of which it is a separate device.
class FsFixture::EndsWithWhole final : public DaxHolder {
 public:
  EndsWithWhole(DaxDevice& whole, DaxDevice& part) : whole_(whole), part_(part) {
    held_ = whole_.hold(this) == 0;
  }
  ~EndsWithWhole() override {
    if (held_) whole_.release(this);
  }
  int notify_failure(std::uint64_t /*offset*/, std::uint64_t /*length*/, int flags) override {
    if ((flags & kPreRemove) != 0) part_.kill();
    return 0;
  }

 private:
  DaxDevice& whole_;
  DaxDevice& part_;
  bool held_ = false;
};

FsFixture::FsFixture() = default;

// The mount holds the part, and lets it go before notices to it end.
FsFixture::~FsFixture() { file_system_.reset(); }

Status FsFixture::make_block(OpenedDevice& opened, const FsFixtureOptions& options) {
  DaxDevice& device = *opened.device;
  if (options.btt) {
    const Status made = options.format ? format_btt(device, {}) : Status();
    if (!made) return made;
    auto table = open_btt(device, {});
    if (!table) return table.error();
    block_ = *std::move(table);
    return {};
  }
  auto block = is_emulated(device) ? make_kernel_block(device, {}) : make_raw_block(device, {});
  if (!block) return block.error();
  block_ = *std::move(block);
  return {};
}

// An eighth for metadata. The data's device begins where a large page can.
Status FsFixture::split(OpenedDevice& opened) {
  DaxDevice& whole = *opened.device;
  if (opened.mapping == nullptr) {
    return environment_error(
        "path fs-mixed divides the host's mapping, and backend {} maps the medium itself: use "
        "movnt, clwb, clflushopt, clflush or eadr",
        whole.operations() == nullptr ? "?" : whole.operations()->name);
  }
  const std::uint64_t eighth = whole.size_bytes() / 8 / kPartUnitBytes * kPartUnitBytes;
  const std::uint64_t metadata_bytes = std::max(eighth, kLeastMetadata);
  if (whole.size_bytes() < 2 * metadata_bytes) {
    return environment_error("path fs-mixed needs {} bytes or more, and {} has {}",
                             2 * metadata_bytes, whole.name(), whole.size_bytes());
  }
  auto block = make_raw_block(whole, {0, metadata_bytes, 4096});
  if (!block) return block.error();
  block_ = *std::move(block);
  DeviceFacts facts = whole.facts();
  facts.name += " from " + std::to_string(metadata_bytes);
  facts.size_bytes -= metadata_bytes;
  facts.write_cache = whole.write_cache();
  auto part = std::make_unique<PartOfMapping>(*opened.mapping, metadata_bytes);
  dax_mapping* handle = part->handle();
  auto data = DaxDevice::allocate(facts, whole.operations(), handle, std::move(part));
  if (!data) return data.error();
  data_ = *std::move(data);
  ends_with_whole_ = std::make_unique<EndsWithWhole>(whole, *data_);
  return {};
}

Status FsFixture::mount(MountSource source, const FsFixtureOptions& options) {
  if (options.format) {
    if (const Status made = FileSystem::format(source, {}); !made) return made;
  }
  MountOptions how;
  how.copy_on_write = options.copy_on_write;
  how.locks = options.range_locks ? FileLocks::byte_range : FileLocks::whole_file;
  auto mounted = FileSystem::mount(source, how);
  if (!mounted) return mounted.error();
  file_system_ = *std::move(mounted);
  copies_on_write_ = options.copy_on_write;
  const std::uint64_t usable = file_system_->free_bytes() / 4 * kUsableQuarters;
  size_bytes_ =
      usable < kPartUnitBytes ? usable / 4096 * 4096 : usable / kPartUnitBytes * kPartUnitBytes;
  return {};
}

Result<std::unique_ptr<FsFixture>> FsFixture::make(OpenedDevice& opened,
                                                   const FsFixtureOptions& options) {
  std::unique_ptr<FsFixture> fixture(new FsFixture);
  Status ready;
  if (options.kind == FsKind::block) ready = fixture->make_block(opened, options);
  if (options.kind == FsKind::mixed) ready = fixture->split(opened);
  if (!ready) return ready.error();
  MountSource source;
  source.block = fixture->block_.get();
  if (options.kind == FsKind::dax) source.dax = opened.device.get();
  if (options.kind == FsKind::mixed) source.dax = fixture->data_.get();
  ready = fixture->mount(source, options);
  if (!ready) return ready.error();
  return fixture;
}

std::map<std::string, std::uint64_t> FsFixture::counters() const {
  std::map<std::string, std::uint64_t> counters;
  if (block_ != nullptr) counters = block_->counters();
  if (data_ == nullptr) return counters;
  const DeviceCounters data = data_->counters();
  counters["bytes_copied_from"] = data.bytes_copied_from;
  counters["bytes_copied_to"] = data.bytes_copied_to;
  counters["lines_flushed"] = data.lines_flushed;
  counters["drains"] = data.drains;
  return counters;
}

int FsFixture::make_range(FileInterface& files) {
  const std::lock_guard lock(range_mutex_);
  if (range_made_) return 0;
  const int file = files.open(kRange, FileInterface::kCreate);
  if (file < 0) return file;
  const int sized = files.preallocate(file, size_bytes_);
  const int synced = sized < 0 ? sized : files.fsync(file);
  const int closed = files.close(file);
  range_made_ = synced >= 0 && closed >= 0;
  return synced < 0 ? synced : closed;
}

}  // namespace pmembench
