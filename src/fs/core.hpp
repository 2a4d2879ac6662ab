// Core: what all threads of a mount share: inodes, free space, the journal.
//
// Locks, in the order in which they are taken: the tree's (a directory changes its parent), the
// directories' (parent before child; rename takes two without waiting for either while it holds
// one), a file's, a lane's, an allocator's.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>

#include "base/readers_writer_lock.hpp"
#include "fs/allocator.hpp"
#include "fs/directory.hpp"
#include "fs/extent_map.hpp"
#include "fs/file_system.hpp"
#include "fs/fsck.hpp"
#include "fs/range_lock.hpp"

namespace pmembench::fs {

// An inode in memory. It stays where it is until unmount; its number may come to be another file's,
// which then has another generation.
struct Inode {
  mutable ReadersWriterLock lock;  // over all that is not atomic
  std::uint32_t number = 0;
  std::uint32_t generation = 0;
  InodeType type = InodeType::free;
  std::uint64_t size = 0;
  ExtentMap extents;
  std::vector<std::uint32_t> chain;  // metadata blocks with the extents behind the inline ones
  std::uint32_t chain_logged = 0;    // so many of them are linked on the device
  std::vector<Run> freed;            // not referred to any more, once what is dirty is committed
  std::vector<std::uint32_t> freed_chain;  // likewise
  std::unique_ptr<Directory> directory;
  std::unique_ptr<RangeLock> ranges;
  std::atomic<std::uint32_t> parent{0};
  std::atomic<std::uint32_t> opens{0};
  std::atomic<std::uint32_t> maps{0};
  std::atomic<bool> unlinked{false};
  std::atomic<bool> failed{false};
  std::atomic<bool> dirty{false};  // size or extents differ from what is on the device
};

// What one thread has of its own.
struct Context {
  std::unique_ptr<ByteSession> meta;
  std::unique_ptr<ByteSession> data;
  std::optional<DaxReader> reader;  // of the data device, for mappings
  Transaction transaction;
  std::uint32_t index = 0;  // its lane and its group
  alignas(kBlockBytes) std::array<std::byte, kBlockBytes> block{};
};

struct OpenFile {
  Inode* inode = nullptr;  // null: closed
  std::uint32_t generation = 0;
  std::span<std::byte> mapping;
  std::uint64_t mapping_offset = 0;  // on the device
};

// As much of a range of a file as lies in one extent or one hole.
struct Piece {
  bool mapped = false;
  std::uint64_t at = 0;  // on the device
  std::uint64_t bytes = 0;
};

class Core final : public DaxHolder {
 public:
  // Beyond so many changed slots an inode is committed at once: they must fit into a lane.
  static constexpr std::size_t kDirtyLimit = 48;

  Core(const MountSource& source, MountOptions options, Stores stores);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  ~Core() override;

  // ---- mount ----
  // Claims the dax device, or what the block device lies on; 0, or as DaxDevice::hold.
  int hold();
  void release();
  int notify_failure(std::uint64_t offset, std::uint64_t length, int flags) override;
  // Reads and recovers. Errors: as those of mount.
  Status load();

  // ---- inodes ----
  [[nodiscard]] Inode* inode(std::uint32_t number) const { return table_[number].load(); }
  [[nodiscard]] Inode& root() const { return *inode(kRootInode); }
  Inode* make_inode(Context& context, InodeType type, std::uint32_t parent);  // null: none left
  // Its number and blocks are free again; it must be gone from the device. Under its lock.
  void drop_inode(Inode& inode);
  // Room for two more extents; -ENOSPC.
  int reserve_slots(Inode& inode, Context& context);
  // For a file without extents.
  static void drop_slots(Inode& inode);
  Run allocate(Inode& inode, Context& context, std::uint32_t logical, std::uint32_t want);
  [[nodiscard]] Piece piece(const Inode& inode, std::uint64_t offset, std::uint64_t size) const;

  // ---- transactions ----
  void log_inode(const Inode& inode, Transaction& transaction) const;
  void log_free_inode(const Inode& inode, Transaction& transaction) const;
  void log_entry(const Inode& directory, const EntryPlace& place, std::string_view name,
                 const Inode* target, Transaction& transaction) const;  // null: erases it
  // Commits the context's transaction; shuts down where that fails.
  int commit(Context& context);
  // After a commit that held log_inode(inode).
  void settle(Inode& inode);
  // Data first, then the inode. Under its lock.
  int commit_inode(Inode& inode, Context& context);
  std::unique_ptr<Context> make_context(std::uint32_t index);

  const MountSource source;
  const MountOptions options;
  Superblock superblock;  // this and what it counts are set by load()
  std::atomic<bool> down{false};
  std::atomic<std::uint64_t> tree_version{0};  // of directories' places
  std::mutex tree;
  std::atomic<std::uint32_t> threads{0};
  Allocator meta_blocks{0, 1};
  Allocator data_blocks{0, 1};

 private:
  [[nodiscard]] std::uint64_t slot_offset(const Inode& inode, std::uint32_t slot) const;
  Allocator& blocks_of(const Inode& inode) {
    return inode.type == InodeType::directory ? meta_blocks : data_blocks;
  }
  Inode& adopt(const InodeHeader& header);

  Stores stores_;
  std::optional<Journal> journal_;
  Allocator numbers_{0, 1};
  std::unique_ptr<std::atomic<Inode*>[]> table_;
  std::atomic<bool> loaded_{false};
  DaxDevice* held_ = nullptr;
  std::uint64_t held_offset_ = 0;  // of the file system's device on it
  bool held_in_place_ = true;      // false: its bytes lie anywhere there
};

}  // namespace pmembench::fs
