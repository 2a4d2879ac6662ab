// Format, mount and unmount.
#include "fs/file_system.hpp"

#include <algorithm>
#include <cerrno>

#include "fs/core.hpp"
#include "fs/fsck.hpp"

namespace pmembench {
namespace {

using fs::kBlockBytes;
using fs::Superblock;

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
  return session.write(kBlockBytes, fs::bytes_of(superblock)) == 0 && session.barrier() == 0 &&
         session.write(0, fs::bytes_of(superblock)) == 0 && session.barrier() == 0;
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
         session.write(superblock.inode_offset(fs::kRootInode), fs::bytes_of(root)) == 0 &&
         session.barrier() == 0;
}

}  // namespace

Status FileSystem::format(const MountSource& source, const FormatOptions& options) {
  auto stores = fs::make_stores(source);
  if (!stores) return stores.error();
  auto plan =
      fs::plan_layout(stores->meta->size_bytes(), stores->data ? stores->data->size_bytes() : 0,
                      options.inodes, options.lanes);
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
  if (held < 0) return environment_error("the device is dead; open it anew");
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
  for (std::uint32_t number = 1; number <= core->superblock.inodes && !core->down; ++number) {
    fs::Inode* const inode = core->inode(number);
    if (inode == nullptr || !inode->dirty) continue;
    const std::scoped_lock lock(inode->lock);
    failed = failed || core->commit_inode(*inode, *context) < 0;
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
  return core_->data_blocks.free_blocks() * kBlockBytes;
}

bool FileSystem::shut_down() const { return core_->down; }

Result<std::vector<std::string>> check_file_system(const MountSource& source) {
  auto stores = fs::make_stores(source);
  if (!stores) return stores.error();
  const auto found = fs::read_metadata(source, *stores, false);
  if (!found) return found.error();
  fs::Contents contents(found->superblock, 1);
  std::vector<std::string> problems = fs::check_metadata(*found, contents);
  if (found->second_copy) {
    problems.insert(problems.begin(), "the first superblock is damaged; its copy was used");
  }
  return problems;
}

}  // namespace pmembench
