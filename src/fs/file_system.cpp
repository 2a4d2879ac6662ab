// Format, mount and unmount.
#include "fs/file_system.hpp"

#include <algorithm>
#include <cerrno>

#include "fs/core.hpp"

namespace pmembench {
namespace {

using fs::kBlockBytes;
using fs::Superblock;

constexpr std::uint64_t kMinimumBlocks = 48;
// From here on data begin where a large page can.
constexpr std::uint64_t kBlocksToAlign = 16 * fs::kHugeBlocks;

std::uint32_t narrow(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

// Where things go; 0 inodes: as befits the size; 0 data bytes: all on one device.
Result<Superblock> plan_layout(std::uint64_t device_bytes, std::uint64_t data_bytes,
                               std::uint32_t inodes) {
  const std::uint64_t blocks = device_bytes / kBlockBytes;
  const bool pair = data_bytes != 0;
  const std::uint64_t data_total = pair ? data_bytes / kBlockBytes : blocks;
  if (blocks < kMinimumBlocks || data_total < kMinimumBlocks) {
    return usage_error("a file system needs {} KiB or more; name a larger medium",
                       kMinimumBlocks * kBlockBytes / 1024);
  }
  if ((blocks | data_total) >> 31 != 0) {
    return usage_error("a file system ends at 8 TiB; name a smaller medium");
  }
  Superblock sb;
  sb.role = pair ? fs::Role::metadata : fs::Role::whole;
  sb.device_bytes = blocks * kBlockBytes;
  sb.lanes = narrow(std::clamp<std::uint64_t>(blocks / 256, 2, 64));
  const std::uint64_t inodes_there = blocks / (pair ? 2 : 8) * (kBlockBytes / fs::kInodeBytes);
  sb.inodes = inodes != 0
                  ? inodes
                  : narrow(std::min(std::max<std::uint64_t>(data_total / 4, 16), inodes_there));
  sb.inode_block = narrow(fs::kJournalBlock) + sb.lanes;
  const std::uint64_t table_bytes = (sb.inodes + std::uint64_t{1}) * fs::kInodeBytes;
  sb.meta_block = sb.inode_block + narrow((table_bytes + kBlockBytes - 1) / kBlockBytes);
  // Half a line of names for each inode, and room for extents and long names.
  sb.meta_blocks = pair ? narrow(blocks - sb.meta_block)
                        : narrow(std::max<std::uint64_t>(blocks / 64, sb.inodes / 32 + 6));
  std::uint64_t data_block = pair ? 2 : std::uint64_t{sb.meta_block} + sb.meta_blocks;
  if (data_total >= kBlocksToAlign) {
    data_block = (data_block + fs::kHugeBlocks - 1) / fs::kHugeBlocks * fs::kHugeBlocks;
  }
  if (sb.meta_block >= blocks || data_block >= data_total) {
    return usage_error("{} inodes do not fit into {} KiB; ask for fewer", sb.inodes,
                       device_bytes / 1024);
  }
  sb.data_block = narrow(data_block);
  sb.data_blocks = narrow(data_total - data_block);
  return sb;
}

bool write_zeroes(ByteSession& session, std::uint64_t offset, std::uint64_t end) {
  const std::vector<std::byte> zeroes(64 * 1024);
  while (offset < end) {
    const std::size_t part = std::min<std::uint64_t>(zeroes.size(), end - offset);
    if (session.write(offset, std::span(zeroes).first(part)) < 0) return false;
    offset += part;
  }
  return session.barrier() == 0;
}

bool write_superblock(ByteSession& session, Superblock superblock) {
  superblock.check = check_of(superblock);
  return session.write(kBlockBytes, bytes_of(superblock)) == 0 && session.barrier() == 0 &&
         session.write(0, bytes_of(superblock)) == 0 && session.barrier() == 0;
}

// The old superblocks go first and the new ones come last, so that a power loss in between leaves
// nothing that can be mounted.
bool write_metadata(ByteSession& session, const Superblock& superblock) {
  fs::InodeHeader root;
  root.type = fs::InodeType::directory;
  root.links = 1;
  root.number = fs::kRootInode;
  root.generation = 1;
  root.check = check_of(root);
  return write_zeroes(session, 0, 2 * kBlockBytes) &&
         write_zeroes(session, superblock.lane_offset(0), superblock.meta_offset(0)) &&
         session.write(superblock.inode_offset(fs::kRootInode), bytes_of(root)) == 0 &&
         session.barrier() == 0;
}

}  // namespace

Status FileSystem::format(const MountSource& source, const FormatOptions& options) {
  auto stores = fs::make_stores(source);
  if (!stores) return stores.error();
  auto plan = plan_layout(stores->meta->size_bytes(), stores->data ? stores->data->size_bytes() : 0,
                          options.inodes);
  if (!plan) return plan.error();
  plan->id = options.id;
  const auto session = stores->meta->session();
  bool done = write_metadata(*session, *plan);
  if (done && stores->data) {
    Superblock other = *plan;
    other.role = fs::Role::data;
    other.device_bytes = stores->data->size_bytes();
    const auto data = stores->data->session();
    done = write_zeroes(*data, 0, kBlockBytes) && write_superblock(*data, other);
  }
  if (!done || !write_superblock(*session, *plan)) {
    return runtime_error("no file system can be made: the device fails on writing");
  }
  return {};
}

Result<std::unique_ptr<FileSystem>> FileSystem::mount(const MountSource& source,
                                                      const MountOptions& options) {
  auto stores = fs::make_stores(source);
  if (!stores) return stores.error();
  auto core = std::make_unique<fs::Core>(source, options, *std::move(stores));
  const int held = core->hold();
  if (held == -EBUSY) {
    return Error{ErrorKind::environment,
                 "the device is mounted or held by something else; unmount it first", EBUSY};
  }
  if (held < 0) return environment_error("the device is dead; open it again");
  const Status loaded = core->load();
  if (!loaded) return loaded.error();
  return std::unique_ptr<FileSystem>(new FileSystem(std::move(core)));
}

FileSystem::FileSystem(std::unique_ptr<fs::Core> core) : core_(std::move(core)) {}

FileSystem::~FileSystem() { static_cast<void>(unmount()); }

Status FileSystem::unmount() {
  if (core_ == nullptr) return {};
  const auto core = std::move(core_);
  bool failed = false;
  const auto context = core->make_context(0);
  for (fs::Inode& inode : core->contents.inodes) {
    if (!inode.dirty || core->down) continue;
    const std::scoped_lock lock(inode.lock);
    failed = failed || core->commit_inode(inode, *context) < 0;
  }
  failed = failed || context->data->data_barrier() < 0 || context->meta->barrier() < 0;
  core->release();
  if (failed || core->down) {
    return runtime_error(
        "the file system was shut down by a failure of its device: what was not synced is lost");
  }
  return {};
}

std::unique_ptr<FileSystemThread> FileSystem::thread() {
  return std::make_unique<FileSystemThread>(*core_, core_->threads.fetch_add(1));
}

std::uint64_t FileSystem::free_bytes() const {
  return core_->contents.data.free_blocks() * kBlockBytes;
}

bool FileSystem::shut_down() const { return core_->down; }

}  // namespace pmembench
