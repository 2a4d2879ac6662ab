// A thread's work on names: finding, making, removing and moving them.
#include <cerrno>
#include <mutex>

#include "fs/core.hpp"

namespace pmembench {

using fs::Directory;
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
  [[nodiscard]] const DirectoryEntry* entry() const { return directory->directory->find(name); }
};

FileSystemThread::FileSystemThread(fs::Core& core, std::uint32_t index)
    : core_(core), context_(core.make_context(index)) {}

FileSystemThread::~FileSystemThread() {
  for (int file = 0; file < static_cast<int>(files_.size()); ++file) close(file);
}

fs::OpenFile* FileSystemThread::file_at(int file) {
  if (file < 0 || static_cast<std::size_t>(file) >= files_.size()) return nullptr;
  return files_[static_cast<std::size_t>(file)].get();
}

// Splits off the last name and finds its directory. "/" has no name.
int FileSystemThread::find_parent(std::string_view path, Place& place) {
  if (core_.down) return -EIO;
  if (path.empty() || path.front() != '/') return -EINVAL;
  const std::size_t slash = path.rfind('/');
  place.name = path.substr(slash + 1);
  if (place.name == "." || place.name == "..") return -EINVAL;
  if (place.name.size() > fs::kMaximumName) return -ENAMETOOLONG;
  path = path.substr(0, slash);
  const std::uint64_t version = core_.tree_version;
  if (last_directory_ == nullptr || version != last_version_ || path != last_path_) {
    const int found = walk(path, place);
    if (found < 0) return found;
    last_path_ = path;
    last_directory_ = place.directory;
    last_generation_ = place.generation;
    last_version_ = version;
  }
  place.directory = last_directory_;
  place.generation = last_generation_;
  return 0;
}

int FileSystemThread::walk(std::string_view path, Place& place) {
  Place at{&core_.root(), 1, {}};
  while (!path.empty()) {
    path.remove_prefix(1);
    at.name = path.substr(0, path.find('/'));
    path.remove_prefix(at.name.size());
    if (at.name.empty() || at.name == "." || at.name == "..") return -EINVAL;
    if (at.name.size() > fs::kMaximumName) return -ENAMETOOLONG;
    const std::shared_lock lock(at.directory->lock);
    const DirectoryEntry* const entry = at.stands() ? at.entry() : nullptr;
    if (entry == nullptr) return -ENOENT;
    Inode* const next = core_.inode(entry->inode);
    // Its type was settled before the entry was, and stays while the entry does.
    if (next->type != InodeType::directory) return -ENOTDIR;
    at.directory = next;
    at.generation = entry->generation;
  }
  place.directory = at.directory;
  place.generation = at.generation;
  return 0;
}

int FileSystemThread::open(std::string_view path, unsigned flags) {
  Place place;
  const int found = find_parent(path, place);
  if (found < 0) return found;
  if (place.name.empty()) return -EISDIR;
  Inode* inode = nullptr;
  if ((flags & kExclusive) == 0) {
    const std::shared_lock lock(place.directory->lock);
    if (!place.stands()) return -ENOENT;
    if (const DirectoryEntry* const entry = place.entry(); entry != nullptr) {
      inode = core_.inode(entry->inode);
      if (inode->type == InodeType::directory) return -EISDIR;
      ++inode->opens;  // pins it, as whoever unlinks it needs the directory's lock
    } else if ((flags & kCreate) == 0) {
      return -ENOENT;
    }
  }
  if (inode == nullptr) {
    const std::scoped_lock lock(place.directory->lock);
    if (!place.stands()) return -ENOENT;
    if (const DirectoryEntry* const entry = place.entry(); entry != nullptr) {
      inode = core_.inode(entry->inode);
      if ((flags & kExclusive) != 0) return -EEXIST;
      if (inode->type == InodeType::directory) return -EISDIR;
    } else {
      const int made = create(place, false, &inode);
      if (made < 0) return made;
    }
    ++inode->opens;
  }
  return open_found(*inode, flags);
}

// A handle for an inode that is pinned.
int FileSystemThread::open_found(Inode& inode, unsigned flags) {
  auto opened = std::make_unique<fs::OpenFile>();
  opened->inode = &inode;
  {
    const std::shared_lock lock(inode.lock);
    opened->generation = inode.generation;
  }
  int file = static_cast<int>(files_.size());
  if (free_handles_.empty()) {
    files_.push_back(std::move(opened));
  } else {
    file = free_handles_.back();
    free_handles_.pop_back();
    files_[static_cast<std::size_t>(file)] = std::move(opened);
  }
  if ((flags & kTruncate) == 0) return file;
  const int cut = truncate(file, 0);
  if (cut == 0) return file;
  close(file);
  return cut;
}

int FileSystemThread::close(int file) {
  fs::OpenFile* const opened = file_at(file);
  if (opened == nullptr) return -EBADF;
  if (!opened->mapping.empty()) unmap(file);
  Inode& inode = *opened->inode;
  const std::uint32_t generation = opened->generation;
  files_[static_cast<std::size_t>(file)].reset();
  free_handles_.push_back(file);
  if (inode.opens.fetch_sub(1) != 1) return 0;
  const std::scoped_lock lock(inode.lock);
  if (inode.generation != generation || inode.opens != 0 || inode.type == InodeType::free) return 0;
  core_.release_window(inode);
  if (!inode.unlinked || core_.down) return 0;
  context_->transaction.reset();
  core_.log_free_inode(inode, context_->transaction);
  const int result = core_.commit(*context_);
  if (result == 0) core_.drop_inode(inode, context_->index);
  return result;
}

// Under the directory's lock.
int FileSystemThread::create(Place& place, bool directory, Inode** made) {
  Inode* const inode = core_.make_inode(
      *context_, directory ? InodeType::directory : InodeType::file, place.directory->number);
  if (inode == nullptr) return -ENOSPC;
  context_->transaction.reset();
  context_->transaction.add(core_.superblock.inode_offset(inode->number),
                            fs::bytes_of(core_.header_of(*inode)));
  const int added = add_entry(place, *inode);
  const int result = added < 0 ? added : core_.commit(*context_);
  if (result < 0) {
    const std::scoped_lock lock(inode->lock);
    if (added < 0) core_.drop_inode(*inode, context_->index);
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
    const int room = core_.reserve_slots(parent, *context_);
    if (room < 0) return room;
    const fs::Run run = core_.meta_blocks.allocate(
        1, parent.extents.goal(parent.directory->blocks()), context_->index);
    if (run.count == 0) return -ENOSPC;
    // Nothing refers to it yet, so it needs no journal: the commit's first barrier comes after it.
    context_->block.fill(std::byte{0});
    if (context_->meta->write(core_.superblock.meta_offset(run.start), context_->block) < 0) {
      core_.down = true;
      return -EIO;
    }
    parent.extents.map(parent.directory->blocks(), run, parent.freed);
    parent.directory->add_block();
    parent.size += fs::kBlockBytes;
    parent.dirty = true;
    spot = parent.directory->place_for(place.name.size());
  }
  if (parent.dirty) core_.log_inode(parent, context_->transaction);
  core_.log_entry(parent, spot, place.name, &inode, context_->transaction);
  parent.directory->add(place.name, {inode.number, inode.generation, spot});
  return 0;
}

int FileSystemThread::unlink(std::string_view path) { return remove(path, false); }
int FileSystemThread::remove_directory(std::string_view path) { return remove(path, true); }

int FileSystemThread::remove(std::string_view path, bool directory) {
  Place place;
  const int found = find_parent(path, place);
  if (found < 0) return found;
  if (place.name.empty()) return directory ? -EBUSY : -EISDIR;
  const std::scoped_lock lock(place.directory->lock);
  if (!place.stands()) return -ENOENT;
  const DirectoryEntry* const entry = place.entry();
  if (entry == nullptr) return -ENOENT;
  Inode& victim = *core_.inode(entry->inode);
  const std::scoped_lock victim_lock(victim.lock);
  if (directory != (victim.type == InodeType::directory)) return directory ? -ENOTDIR : -EISDIR;
  if (directory && victim.directory->size() > 0) return -ENOTEMPTY;
  context_->transaction.reset();
  core_.log_entry(*place.directory, entry->place, place.name, nullptr, context_->transaction);
  const int result = remove_entry(place, victim);
  if (result < 0) return result;
  place.directory->directory->remove(place.name);
  if (directory) ++core_.tree_version;
  return 0;
}

// Commits a transaction after which no entry names `victim`. Under its lock.
int FileSystemThread::remove_entry(Place& place, Inode& victim) {
  // First the mark and then the look: whoever closes it does it the other way round.
  victim.unlinked = true;
  const bool open = victim.opens != 0;
  open ? core_.log_inode(victim, context_->transaction)
       : core_.log_free_inode(victim, context_->transaction);
  const int result = core_.commit(*context_);
  if (result < 0) return result;
  core_.settle(*place.directory);
  open ? core_.settle(victim) : core_.drop_inode(victim, context_->index);
  return 0;
}

int FileSystemThread::rename(std::string_view from_path, std::string_view to_path) {
  // A directory that moves to another one needs all others to stand still, and whether it is one
  // shows only when its parent is locked.
  for (const bool exclusive_tree : {false, true}) {
    std::unique_lock<std::mutex> tree(core_.tree, std::defer_lock);
    if (exclusive_tree) tree.lock();
    Place from, to;
    int found = find_parent(from_path, from);
    if (found == 0) found = find_parent(to_path, to);
    if (found < 0) return found;
    if (from.name.empty() || to.name.empty()) return -EBUSY;
    std::unique_lock<fs::FileLock> first(from.directory->lock, std::defer_lock);
    std::unique_lock<fs::FileLock> second;
    if (from.directory == to.directory) {
      first.lock();
    } else {
      second = std::unique_lock(to.directory->lock, std::defer_lock);
      std::lock(first, second);
    }
    const int result = rename_locked(from, to, exclusive_tree);
    if (result != -EAGAIN) return result;
  }
  return -EIO;
}

// -EAGAIN: it needs the tree's lock.
int FileSystemThread::rename_locked(Place& from, Place& to, bool exclusive_tree) {
  if (!from.stands() || !to.stands()) return -ENOENT;
  const DirectoryEntry* const entry = from.entry();
  if (entry == nullptr) return -ENOENT;
  const fs::EntryPlace old_place = entry->place;
  Inode& moved = *core_.inode(entry->inode);
  const bool directory = moved.type == InodeType::directory;
  const bool other_parent = from.directory != to.directory;
  if (directory && other_parent) {
    if (!exclusive_tree) return -EAGAIN;
    for (std::uint32_t at = to.directory->number; at != fs::kRootInode;
         at = core_.inode(at)->parent) {
      if (at == moved.number) return -EINVAL;  // into itself
    }
  }
  const DirectoryEntry* const target = to.entry();
  if (target == entry) return 0;
  Inode* const victim = target != nullptr ? core_.inode(target->inode) : nullptr;
  if (victim != nullptr && (directory || victim->type == InodeType::directory)) return -EEXIST;
  std::unique_lock<fs::FileLock> moved_lock, victim_lock;
  context_->transaction.reset();
  core_.log_entry(*from.directory, old_place, from.name, nullptr, context_->transaction);
  if (victim != nullptr) {
    victim_lock = std::unique_lock(victim->lock);
    core_.log_entry(*to.directory, target->place, to.name, &moved, context_->transaction);
    const DirectoryEntry fresh{moved.number, moved.generation, target->place};
    const int result = remove_entry(to, *victim);
    if (result < 0) return result;
    to.directory->directory->add(to.name, fresh);
  } else {
    const int added = add_entry(to, moved);
    if (added < 0) return added;
    if (directory && other_parent) {
      moved_lock = std::unique_lock(moved.lock);
      moved.parent = to.directory->number;
      core_.log_inode(moved, context_->transaction);
    }
    const int result = core_.commit(*context_);
    if (result < 0) return result;
    core_.settle(*to.directory);
  }
  from.directory->directory->remove(from.name);
  if (directory) ++core_.tree_version;
  return 0;
}

int FileSystemThread::make_directory(std::string_view path) {
  Place place;
  const int found = find_parent(path, place);
  if (found < 0) return found;
  if (place.name.empty()) return -EEXIST;
  const std::scoped_lock lock(place.directory->lock);
  if (!place.stands()) return -ENOENT;
  if (place.entry() != nullptr) return -EEXIST;
  Inode* made = nullptr;
  return create(place, true, &made);
}

int FileSystemThread::stat(std::string_view path, FileStatus& status) {
  Place place;
  const int found = find_parent(path, place);
  if (found < 0) return found;
  status = {};
  status.directory = true;
  if (place.name.empty()) return 0;
  const std::shared_lock lock(place.directory->lock);
  const DirectoryEntry* const entry = place.stands() ? place.entry() : nullptr;
  if (entry == nullptr) return -ENOENT;
  const Inode& inode = *core_.inode(entry->inode);
  const std::shared_lock inode_lock(inode.lock);
  status.size_bytes = inode.size;
  status.directory = inode.type == InodeType::directory;
  if (status.directory) return 0;
  for (const fs::Extent& extent : inode.extents.all()) {
    const std::uint32_t skip =
        (fs::kHugeBlocks - extent.logical % fs::kHugeBlocks) % fs::kHugeBlocks;
    const std::uint64_t at = core_.superblock.data_block + extent.physical + skip;
    if (skip >= extent.count || at % fs::kHugeBlocks != 0) continue;
    status.huge_mappable_bytes +=
        (extent.count - skip) / fs::kHugeBlocks * (fs::kHugeBlocks * fs::kBlockBytes);
  }
  return 0;
}

int FileSystemThread::read_directory(std::string_view path,
                                     const std::function<bool(std::string_view)>& see) {
  if (core_.down) return -EIO;
  if (path.empty() || path.front() != '/') return -EINVAL;
  Place place;
  const int found = walk(path == "/" ? std::string_view() : path, place);
  if (found < 0) return found;
  std::vector<std::string> names;
  {
    const std::shared_lock lock(place.directory->lock);
    if (!place.stands()) return -ENOENT;
    names = place.directory->directory->names();
  }
  for (const std::string& name : names) {
    if (!see(name)) break;
  }
  return 0;
}

}  // namespace pmembench
