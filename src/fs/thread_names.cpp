// A thread's work on names: finding, making, removing and moving them.
#include <algorithm>
#include <cerrno>
#include <mutex>
#include <utility>

#include "fs/core.hpp"

namespace pmembench {

using fs::DirectoryEntry;
using fs::Inode;
using fs::InodeType;

// A name and the directory that holds it, or is to hold it.
struct FileSystemThread::Place {
  Inode* directory = nullptr;
  std::uint32_t generation = 0;
  std::string_view name;

  // Under the directory's lock: is it still the one that was found?
  [[nodiscard]] bool stands() const {
    return directory->generation == generation && directory->type == InodeType::directory;
  }
  // Null where it is not, or has no such name.
  [[nodiscard]] const DirectoryEntry* entry() const {
    return stands() ? directory->directory->find(name) : nullptr;
  }
};

namespace {

int check_name(std::string_view name) {
  if (name.empty() || name == "." || name == "..") return -EINVAL;
  return name.size() > fs::kMaximumName ? -ENAMETOOLONG : 0;
}

}  // namespace

FileSystemThread::FileSystemThread(fs::Core& core, std::uint32_t index)
    : core_(core), context_(core.make_context(index)) {}

FileSystemThread::~FileSystemThread() {
  for (int file = 0; file < static_cast<int>(files_.size()); ++file) close(file);
}

fs::OpenFile* FileSystemThread::opened(int file) {
  const auto index = static_cast<std::size_t>(file);  // a negative one is beyond the end
  return index < files_.size() && files_[index].inode != nullptr ? &files_[index] : nullptr;
}

int FileSystemThread::find_file(int file, Inode** inode) {
  const fs::OpenFile* const found = opened(file);
  if (found == nullptr) return -EBADF;
  *inode = found->inode;
  return core_.down || (*inode)->failed ? -EIO : 0;
}

// Splits off the last name and finds its directory. "/" has no name.
int FileSystemThread::find_parent(std::string_view path, Place& place) {
  if (core_.down) return -EIO;
  if (path.empty() || path.front() != '/') return -EINVAL;
  const std::size_t slash = path.rfind('/');
  const std::string_view name = path.substr(slash + 1);
  if (const int error = check_name(name); error < 0 && !name.empty()) return error;
  path = path.substr(0, slash);
  const std::uint64_t version = core_.tree_version;
  if (last_ == nullptr || version != last_version_ || path != last_path_) {
    if (const int error = walk(path, place); error < 0) return error;
    last_ = std::make_unique<Place>(place);
    last_path_ = path;
    last_version_ = version;
  }
  place = *last_;
  place.name = name;
  return 0;
}

int FileSystemThread::walk(std::string_view path, Place& place) {
  place = {&core_.inode(fs::kRootInode), 1, {}};
  while (!path.empty()) {
    path.remove_prefix(1);
    place.name = path.substr(0, path.find('/'));
    path.remove_prefix(place.name.size());
    if (const int error = check_name(place.name); error < 0) return error;
    const std::shared_lock lock(place.directory->lock);
    const DirectoryEntry* const entry = place.entry();
    if (entry == nullptr) return -ENOENT;
    Inode& next = core_.inode(entry->inode);
    // Its type was settled before the entry was, and stays while the entry does.
    if (next.type != InodeType::directory) return -ENOTDIR;
    place.generation = entry->generation;
    place.directory = &next;
  }
  return 0;
}

int FileSystemThread::open(std::string_view path, unsigned flags) {
  Place place;
  if (const int error = find_parent(path, place); error < 0) return error;
  if (place.name.empty()) return -EISDIR;
  const bool creates = (flags & kCreate) != 0;
  fs::OpenFile opened;
  {
    std::shared_lock reader(place.directory->lock, std::defer_lock);
    std::unique_lock writer(place.directory->lock, std::defer_lock);
    creates ? writer.lock() : reader.lock();
    if (!place.stands()) return -ENOENT;
    const DirectoryEntry* const entry = place.entry();
    if (entry != nullptr) {
      if ((flags & kExclusive) != 0) return -EEXIST;
      opened.inode = &core_.inode(entry->inode);
      if (opened.inode->type == InodeType::directory) return -EISDIR;
    } else {
      const int made = creates ? create(place, InodeType::file, &opened.inode) : -ENOENT;
      if (made < 0) return made;
    }
    opened.generation = place.entry()->generation;
    ++opened.inode->opens;  // pins it: unlinking it needs the directory's lock
  }
  if (free_handles_.empty()) {
    free_handles_.push_back(static_cast<int>(files_.size()));
    files_.emplace_back();
  }
  const int file = free_handles_.back();
  free_handles_.pop_back();
  files_[static_cast<std::size_t>(file)] = opened;
  const int cut = (flags & kTruncate) != 0 ? truncate(file, 0) : 0;
  if (cut == 0) return file;
  close(file);
  return cut;
}

int FileSystemThread::close(int file) {
  fs::OpenFile* const open = opened(file);
  if (open == nullptr) return -EBADF;
  unmap(file);
  const auto [closed, generation] = std::pair(open->inode, open->generation);
  *open = {};
  free_handles_.push_back(file);
  Inode& inode = *closed;
  if (inode.opens.fetch_sub(1) != 1) return 0;
  const std::scoped_lock lock(inode.lock);
  if (inode.generation != generation || inode.opens != 0 || inode.type == InodeType::free) return 0;
  if (!inode.unlinked || core_.down) return 0;
  context_->transaction.reset();
  return core_.retire(inode, *context_);
}

// Under the directory's lock.
int FileSystemThread::create(Place& place, InodeType type, Inode** made) {
  Inode* const inode = core_.make_inode(*context_, type, place.directory->number);
  if (inode == nullptr) return -ENOSPC;
  context_->transaction.reset();
  core_.log_inode(*inode, context_->transaction);
  const int added = add_entry(place, *inode);
  const int result = added < 0 ? added : core_.commit(*context_);
  if (result < 0) {
    const std::scoped_lock lock(inode->lock);
    if (added < 0) core_.drop_inode(*inode);
    return result;
  }
  core_.settle(*place.directory);
  *made = inode;
  return 0;
}

// Into the transaction and into memory: the caller commits, and shuts down if that fails.
int FileSystemThread::add_entry(Place& place, Inode& inode) {
  Inode& parent = *place.directory;
  fs::EntryPlace spot = parent.directory->place_for(place.name.size());
  if (spot.lines == 0) {
    if (const int error = core_.reserve_slots(parent, *context_); error < 0) return error;
    const fs::Run run = core_.contents.meta.allocate(
        1, parent.extents.goal(parent.directory->blocks()), context_->index);
    if (run.count == 0) return -ENOSPC;
    // Nothing refers to it yet, so it needs no journal: the commit's first barrier comes after it.
    context_->block.fill(std::byte{0});
    if (context_->meta->write(core_.superblock.meta_offset(run.start), context_->block) < 0) {
      core_.down = true;
      return -EIO;
    }
    parent.extents.map(parent.directory->blocks(), run, parent.freed);
    parent.directory->add_blocks(1);
    parent.size += fs::kBlockBytes;
    parent.dirty = true;
    spot = parent.directory->place_for(place.name.size());
  }
  if (parent.dirty) core_.log_inode(parent, context_->transaction);
  core_.log_entry(parent, spot, place.name, &inode, context_->transaction);
  parent.directory->add(place.name, {inode.number, inode.generation, spot});
  return 0;
}

int FileSystemThread::remove(std::string_view path, bool directory) {
  Place place;
  if (const int error = find_parent(path, place); error < 0) return error;
  if (place.name.empty()) return directory ? -EBUSY : -EISDIR;
  const std::scoped_lock lock(place.directory->lock);
  const DirectoryEntry* const entry = place.entry();
  if (entry == nullptr) return -ENOENT;
  Inode& victim = core_.inode(entry->inode);
  const std::scoped_lock victim_lock(victim.lock);
  if (directory != (victim.type == InodeType::directory)) return directory ? -ENOTDIR : -EISDIR;
  if (directory && victim.directory->size() > 0) return -ENOTEMPTY;
  context_->transaction.reset();
  core_.log_entry(*place.directory, entry->place, place.name, nullptr, context_->transaction);
  if (const int error = remove_entry(place, victim); error < 0) return error;
  place.directory->directory->remove(place.name);
  if (directory) ++core_.tree_version;
  return 0;
}

// Commits a transaction after which no entry names `victim`. Under its lock.
int FileSystemThread::remove_entry(Place& place, Inode& victim) {
  // First the flag is set, then the opens are read: a close does it in the opposite order.
  victim.unlinked = true;
  const int result = core_.retire(victim, *context_);
  if (result == 0) core_.settle(*place.directory);
  return result;
}

int FileSystemThread::rename(std::string_view from_path, std::string_view to_path) {
  Place from, to;
  if (const int error = find_parent(from_path, from); error < 0) return error;
  if (const int error = find_parent(to_path, to); error < 0) return error;
  if (from.name.empty() || to.name.empty()) return -EBUSY;
  if (from.directory == to.directory) {
    const std::scoped_lock lock(from.directory->lock);
    return rename_locked(from, to);
  }
  // As in Linux: a directory may move, and while it does no other one's ancestors may change.
  const std::scoped_lock tree(core_.tree);
  const std::scoped_lock both(from.directory->lock, to.directory->lock);
  return rename_locked(from, to);
}

// Is `directory` this inode, or is it somewhere below it? Under the tree's lock.
bool FileSystemThread::lies_in(const Inode& directory, const Inode& inode) const {
  std::uint32_t at = directory.number;
  while (at != fs::kRootInode && at != inode.number) at = core_.inode(at).parent;
  return at == inode.number;
}

int FileSystemThread::rename_locked(Place& from, Place& to) {
  const DirectoryEntry* const entry = from.entry();
  if (entry == nullptr || !to.stands()) return -ENOENT;
  Inode& moved = core_.inode(entry->inode);
  const bool directory = moved.type == InodeType::directory;
  const bool other_parent = from.directory != to.directory;
  if (directory && other_parent && lies_in(*to.directory, moved)) return -EINVAL;
  const DirectoryEntry* const target = to.entry();
  if (target == entry) return 0;
  Inode* const victim = target != nullptr ? &core_.inode(target->inode) : nullptr;
  if (victim != nullptr && (directory || victim->type == InodeType::directory)) return -EEXIST;
  context_->transaction.reset();
  core_.log_entry(*from.directory, entry->place, from.name, nullptr, context_->transaction);
  if (victim != nullptr) {
    const std::scoped_lock lock(victim->lock);
    const DirectoryEntry fresh{moved.number, moved.generation, target->place};
    core_.log_entry(*to.directory, fresh.place, to.name, &moved, context_->transaction);
    if (const int error = remove_entry(to, *victim); error < 0) return error;
    to.directory->directory->add(to.name, fresh);
  } else {
    if (const int error = add_entry(to, moved); error < 0) return error;
    const std::scoped_lock lock(moved.lock);
    if (directory && other_parent) {
      moved.parent = to.directory->number;
      core_.log_inode(moved, context_->transaction);
    }
    if (const int error = core_.commit(*context_); error < 0) return error;
    core_.settle(*to.directory);
  }
  from.directory->directory->remove(from.name);
  if (directory) ++core_.tree_version;
  return 0;
}

int FileSystemThread::make_directory(std::string_view path) {
  Place place;
  if (const int error = find_parent(path, place); error < 0) return error;
  if (place.name.empty()) return -EEXIST;
  const std::scoped_lock lock(place.directory->lock);
  if (!place.stands()) return -ENOENT;
  if (place.entry() != nullptr) return -EEXIST;
  Inode* made = nullptr;
  return create(place, InodeType::directory, &made);
}

int FileSystemThread::stat(std::string_view path, FileStatus& status) {
  Place place;
  if (const int error = find_parent(path, place); error < 0) return error;
  status = {};
  status.directory = true;
  if (place.name.empty()) return 0;
  const std::shared_lock lock(place.directory->lock);
  const DirectoryEntry* const entry = place.entry();
  if (entry == nullptr) return -ENOENT;
  const Inode& inode = core_.inode(entry->inode);
  const std::shared_lock inode_lock(inode.lock);
  status.size_bytes = inode.size;
  status.directory = inode.type == InodeType::directory;
  if (status.directory) return 0;
  for (const fs::Extent& extent : inode.extents.all()) {
    const std::uint32_t skip = (0 - extent.logical) % fs::kHugeBlocks;
    const std::uint64_t at = core_.superblock.data_block + extent.physical + skip;
    if (skip >= extent.count || at % fs::kHugeBlocks != 0) continue;
    status.huge_mappable_bytes +=
        (extent.count - skip) / fs::kHugeBlocks * (fs::kHugeBlocks * fs::kBlockBytes);
  }
  return 0;
}

int FileSystemThread::read_directory(std::string_view path,
                                     const std::function<bool(std::string_view)>& see) {
  if (path.empty()) return -EINVAL;
  // As the parent of no name.
  const std::string within = path == "/" ? std::string(path) : std::string(path) + '/';
  Place place;
  if (const int error = find_parent(within, place); error < 0) return error;
  std::vector<std::string> names;
  {
    const std::shared_lock lock(place.directory->lock);
    if (!place.stands()) return -ENOENT;
    names = place.directory->directory->names();
  }
  static_cast<void>(std::all_of(names.begin(), names.end(), see));
  return 0;
}

}  // namespace pmembench
