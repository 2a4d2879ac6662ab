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

#include "fs/allocator.hpp"
#include "fs/directory.hpp"
#include "fs/extent_map.hpp"
#include "fs/file_lock.hpp"
#include "fs/file_system.hpp"
#include "fs/range_lock.hpp"

namespace pmembench::fs {

// An inode in memory. It stays where it is until unmount; its number may come to be another file's,
// which then has another generation.
struct Inode {
  mutable FileLock lock;  // over all that is not atomic
  std::uint32_t number = 0;
  std::uint32_t generation = 0;
  InodeType type = InodeType::free;
  std::uint64_t size = 0;
  ExtentMap extents;
  std::vector<std::uint32_t> chain;  // metadata blocks with the extents behind the inline ones
  std::uint32_t chain_logged = 0;    // so many of them are linked on the device
  std::vector<Run> freed;            // not referred to any more, once what is dirty is committed
  Run window;                        // blocks kept for the next appends
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
  std::unique_ptr<StoreSession> meta;
  std::unique_ptr<StoreSession> data;
  std::optional<DaxReader> reader;  // of the data device, for mappings
  Transaction transaction;
  std::uint32_t index = 0;  // its lane and its group
  alignas(kBlockBytes) std::array<std::byte, kBlockBytes> block{};
};

struct OpenFile {
  Inode* inode = nullptr;
  std::uint32_t generation = 0;
  std::span<std::byte> mapping;
  std::uint64_t mapping_offset = 0;  // on the device
};

class Core;

// A mount's claim on its dax device, or on the one beneath its block device.
class Holder final : public DaxHolder {
 public:
  Holder() = default;
  ~Holder() override;
  int hold(const MountSource& source);  // 0, or as DaxDevice::hold
  int notify_failure(std::uint64_t offset, std::uint64_t length, int flags) override;
  std::atomic<Core*> core{nullptr};  // null while it is being read

 private:
  DaxDevice* device_ = nullptr;
  std::uint64_t offset_bytes_ = 0;  // of the file system's device on it
};

class Core {
 public:
  // Beyond so many changed slots an inode is committed at once: they must fit into a lane.
  static constexpr std::size_t kDirtyLimit = 48;

  Core(const MountSource& source, const Superblock& superblock, MountOptions options,
       std::unique_ptr<Store> meta, std::unique_ptr<Store> data);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  ~Core();
  // The bytes [first, last] of the device with the data failed.
  int fail(std::uint64_t first, std::uint64_t last);

  // ---- mount ----
  // Fills everything from metadata that were checked. Frees what was unlinked while open.
  Status load(std::vector<std::byte> image);

  // ---- inodes ----
  [[nodiscard]] Inode* inode(std::uint32_t number) const { return table_[number].load(); }
  [[nodiscard]] Inode& root() const { return *inode(kRootInode); }
  Inode* make_inode(Context& context, InodeType type, std::uint32_t parent);  // null: none left
  // Its number and blocks are free again; it must be gone from the device. Under its lock.
  void drop_inode(Inode& inode, std::uint32_t shard);
  // Room for two more extents; -ENOSPC.
  int reserve_slots(Inode& inode, Context& context);
  Run allocate(Inode& inode, Context& context, std::uint32_t logical, std::uint32_t want);
  void release_window(Inode& inode);
  // For a file without extents: forgets the slots. The blocks that they lay in are to be freed
  // once that is committed.
  static std::vector<std::uint32_t> take_slots(Inode& inode);
  void free_chain(const std::vector<std::uint32_t>& chain);

  // ---- transactions ----
  [[nodiscard]] InodeHeader header_of(const Inode& inode, std::uint16_t links = 1) const;
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

  std::unique_ptr<Holder> holder;
  const MountSource source;
  const Superblock superblock;
  const MountOptions options;
  std::atomic<bool> down{false};
  std::atomic<std::uint64_t> tree_version{0};  // of directories' places
  std::mutex tree;
  std::atomic<std::uint32_t> threads{0};
  BlockAllocator meta_blocks;
  BlockAllocator data_blocks;

 private:
  [[nodiscard]] std::uint64_t slot_offset(const Inode& inode, std::uint32_t slot) const;
  Inode& adopt(std::uint32_t number, const InodeHeader& header);
  [[nodiscard]] InodeHeader load_header(std::span<const std::byte> image,
                                        std::uint32_t number) const;
  void load_inode(std::span<const std::byte> image, const InodeHeader& header);
  void load_directory(std::span<const std::byte> image, Inode& inode);

  std::unique_ptr<Store> meta_store_;
  std::unique_ptr<Store> data_store_;  // null: the same
  Journal journal_;
  InodeNumbers numbers_;
  std::unique_ptr<std::atomic<Inode*>[]> table_;
};

}  // namespace pmembench::fs
