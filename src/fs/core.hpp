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

#include "base/range_lock.hpp"
#include "base/readers_writer_lock.hpp"
#include "fs/allocator.hpp"
#include "fs/directory.hpp"
#include "fs/extent_map.hpp"
#include "fs/file_system.hpp"

namespace pmembench::fs {

// An inode in memory. Its number may be used again for another file, which then has another
// generation.
struct alignas(128) Inode {
  mutable ReadersWriterLock lock;  // over all that is not atomic
  std::uint32_t number = 0;
  std::uint32_t generation = 0;
  InodeType type = InodeType::free;
  std::uint64_t size = 0;
  ExtentMap extents;
  std::vector<std::uint32_t> chain;  // metadata blocks with the extents behind the inline ones
  std::uint32_t chain_logged = 0;    // as many of them are linked on the device
  std::vector<Run> freed;            // not referred to any more, once what is dirty is committed
  std::unique_ptr<Directory> directory;
  std::atomic<std::uint32_t> parent{0};
  std::atomic<std::uint32_t> opens{0};
  std::atomic<std::uint32_t> maps{0};
  std::atomic<bool> unlinked{false};
  std::atomic<bool> failed{false};
  std::atomic<bool> dirty{false};  // size or extents differ from what is on the device
};

// Empty: no inode, and all space free.
struct Contents {
  Contents(const Superblock& superblock, std::uint32_t groups);
  // By number. They stay where they are, in use or not.
  std::vector<Inode> inodes;
  Allocator numbers;
  Allocator meta, data;  // blocks
};

struct Stores {
  std::unique_ptr<ByteStore> meta;
  std::unique_ptr<ByteStore> data;  // null: the same
};
Result<Stores> make_stores(const MountSource& source);

// All metadata, from their device's first byte, the journal replayed into them.
struct Metadata {
  Superblock superblock;
  std::vector<std::byte> image;
  bool second_copy = false;  // the first superblock is damaged
};
// Replays on the device too where `repair`; looks whether dax and block belong together.
Result<Metadata> read_metadata(const MountSource& source, Stores& stores, bool repair);

// Fills empty contents with what the metadata describe, as far as it is not damaged, and checks:
// checksums; free inodes and free lines are zero; extents within the device, not twice allocated,
// not overlapping, not behind the end; directories reach every inode just once, from the root,
// under unique names.
std::vector<std::string> check_metadata(const Metadata& metadata, Contents& contents);

// The private state of one thread.
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

// As much of a range of a file as is in one extent or one hole.
struct Piece {
  bool mapped = false;
  std::uint64_t at = 0;  // on the device
  std::uint64_t bytes = 0;
};

class Core final : public DaxHolder {
 public:
  // An inode with more changed slots than this is committed at once: they must fit into a lane.
  static constexpr std::size_t kDirtyLimit = 48;

  Core(const MountSource& source, MountOptions options, Stores stores);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  ~Core() override { release(); }

  // ---- mount ----
  // Claims the dax device, or the device beneath the block device; 0, or as DaxDevice::hold.
  int hold();
  void release();
  int notify_failure(std::uint64_t offset, std::uint64_t length, int flags) override;
  // Reads and recovers. Errors: as those of mount.
  Status load();

  // ---- inodes ----
  [[nodiscard]] Inode& inode(std::uint32_t number) { return contents.inodes[number]; }
  Inode* make_inode(Context& context, InodeType type, std::uint32_t parent);  // null: none left
  // Its number and blocks are free again; it must be gone from the device. Under its lock.
  void drop_inode(Inode& inode);
  // Room for two more extents; -ENOSPC.
  int reserve_slots(Inode& inode, Context& context);
  Run allocate(Inode& inode, Context& context, std::uint32_t logical, std::uint32_t want);
  [[nodiscard]] Piece piece(const Inode& inode, std::uint64_t offset, std::uint64_t size) const;
  // The range locks of a file, which few others share; null: files are locked whole.
  [[nodiscard]] RangeLock* ranges_of(const Inode& inode) {
    return range_locks_.empty() ? nullptr : &range_locks_[inode.number % kRangeLocks];
  }

  // ---- transactions ----
  void log_inode(const Inode& inode, Transaction& transaction) const;
  void log_entry(const Inode& directory, const EntryPlace& place, std::string_view name,
                 const Inode* target, Transaction& transaction) const;  // null: erases it
  // Commits the context's transaction; shuts down where that fails.
  int commit(Context& context);
  // Commits the transaction with the end of an unlinked inode, or, while it is open, with its
  // unlinked flag. Under its lock.
  int retire(Inode& inode, Context& context);
  // After a commit that held log_inode(inode).
  void settle(Inode& inode);
  // Data first, then the inode. Under its lock.
  int commit_inode(Inode& inode, Context& context);
  std::unique_ptr<Context> make_context(std::uint32_t index);

  const MountSource source;
  const MountOptions options;
  Superblock superblock;  // this and the contents are set by load()
  Contents contents{superblock, 1};
  std::atomic<bool> down{false};
  std::atomic<std::uint64_t> tree_version{0};  // of directories' places
  std::mutex tree;
  std::atomic<std::uint32_t> threads{0};

 private:
  static constexpr std::size_t kRangeLocks = 64;
  Stores stores_;
  std::vector<RangeLock> range_locks_;
  std::optional<Journal> journal_;
  std::atomic<bool> loaded_{false};
  DaxDevice* held_ = nullptr;
  std::uint64_t held_offset_ = 0;  // of the file system's device on it
  bool held_in_place_ = true;      // false: its bytes may be anywhere there
};

}  // namespace pmembench::fs
