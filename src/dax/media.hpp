// Medium: the bytes beneath a device, opened and, where the host does that, mapped and proved.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "backends/dax_operations.h"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "dax/created_directory.hpp"
#include "dax/media_spec.hpp"

namespace pmembench {

// Has `part` called for 0 to parts - 1, by several threads if that helps; returns when all are
// done.
using InParallel =
    std::function<void(std::uint64_t parts, const std::function<void(std::uint64_t)>& part)>;

class AddressArea;
class Registry;
struct SimModel;

struct OpenOptions {
  bool destroy = false;          // --destroy: existing content may be overwritten
  std::string backend_options;   // "key=value,..." handed to the backend
  int node = -1;                 // bind dram here where the spec names no node; -1: local policy
  std::string sysfs_root = "/";  // for the facts of devices, nodes and memory
  std::string identity;          // medium_identity() that the path must have; empty: any
  // It held nothing when this run first opened it: what it holds now is this run's, unless it is
  // something that others recognise.
  bool found_empty = false;
  bool read_only = false;  // nothing of it is changed, not even a hole filled; it must exist
  // With read_only: the file may be behind a loop device, whose user can change it meanwhile.
  bool shared = false;
  // Other processes of this measurement use the same bytes: it is claimed as readers do.
  bool joint = false;
  bool held = false;          // the measurement that this process belongs to holds it (media_hold)
  bool virtual_time = false;  // who opens it reads a model's clock where it has one
  bool keep_created = false;  // what is made for the medium stays
  std::uint64_t claim_patience_ms = 2'500;  // for one who is about to end (media_claim)
  // Of a larger medium no more than this is used, and touched; 0: all of it. Of "dram:auto" it is
  // the size.
  std::uint64_t used_bytes = 0;
  InParallel in_parallel = nullptr;    // memory is touched so; null: by the caller alone
  const Registry* registry = nullptr;  // for parts that name their own backend
  AddressArea* area = nullptr;  // where the host's mapping is moved, if it can be; null: it stays
};

// What was really mapped, verified after first touch.
struct MediaFacts {
  std::string kind;  // "dram", "file", "devdax", "block", "posix", "sim"
  std::uint64_t size_bytes = 0;
  std::uint64_t page_bytes = 0;  // most of the mapping, from smaps; 0 unknown or not mapped
  double huge_share = 0;         // share of the bytes that are in pages of 2 MiB or more
  bool map_sync = false;         // MAP_SHARED_VALIDATE | MAP_SYNC was accepted
  dax_persistence_domain persistence_domain = DAX_DOMAIN_UNKNOWN;
  std::string file_system;  // "ext4", "tmpfs", ...; empty where there is none
  std::map<int, double>
      node_share;  // NUMA node -> share of the pages, by move_pages; empty unknown; -1: no node
  std::uint64_t pages_asked = 0;  // pages whose node was asked for; 0: the kernel cannot report it
  bool created = false;           // the file was made by us and goes with the device
  bool unnamed = false;           // it never had a name: nothing is left of it in any case
  std::string directory;          // that we made, of a posix medium; goes with the device
  std::string dax_attribute;  // statx of a posix medium's file: "on", "off", "unknown"; else empty
  std::string block_device;   // that a block medium's file is reached by, or why there is none
  std::uint64_t whole_bytes = 0;  // of the medium of which size_bytes are used; 0: those are all
  std::string placed_by;  // "mbind", "first touch": how dram came to its node; empty: not placed
  std::string nodes_unknown;  // why node_share is empty although it was asked for; empty: it is not
  std::string stack;         // what is beneath a file or block device, to the last: "dm-0 on zram0"
  std::string backend_says;  // "key=value key=value" of its `describe`; empty: nothing
};

// The spec with the size that is used: of dram:auto what the options or the host say, of another
// what the options leave of it.
[[nodiscard]] MediaSpec used_spec(const MediaSpec& spec, const OpenOptions& options);

// The node requested for dram: the spec's, else the options'; -1: none asked for, or several.
[[nodiscard]] int asked_node(const MediaSpec& spec, const OpenOptions& options);

// Owns one mapping or none. Move-only.
class Mapping {
 public:
  Mapping() = default;
  Mapping(void* address, std::uint64_t size_bytes) : address_(address), size_bytes_(size_bytes) {}
  Mapping(Mapping&& other) noexcept
      : address_(std::exchange(other.address_, nullptr)),
        size_bytes_(std::exchange(other.size_bytes_, 0)) {}
  Mapping& operator=(Mapping&& other) noexcept;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();
  [[nodiscard]] unsigned char* address() const { return static_cast<unsigned char*>(address_); }
  [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }
  // Gives the mapping up without unmapping it.
  void release() { address_ = nullptr; }
  // False: the kernel does not move it, and it is where it was. What was mapped there goes.
  bool move_to(void* address);

 private:
  void* address_ = nullptr;
  std::uint64_t size_bytes_ = 0;
};

// Owns a file that this process made. Where the file system can, it has no name and goes with its
// last descriptor, however the process ends. Else its name is removed at the end: only that very
// file (by inode), only from the process that made it, wherever the working directory has gone.
// Move-only.
class CreatedFile {
 public:
  CreatedFile() = default;
  CreatedFile(CreatedFile&& other) noexcept = default;
  CreatedFile& operator=(CreatedFile&& other) noexcept;
  CreatedFile(const CreatedFile&) = delete;
  CreatedFile& operator=(const CreatedFile&) = delete;
  ~CreatedFile();
  // Makes a file in the folder of `path`, which must not exist, open for reading and writing in
  // `fd`. `named`: under that name, even if it could go without.
  static Result<CreatedFile> create(const std::string& path, UniqueFd& fd, bool named = false);
  [[nodiscard]] bool unnamed() const { return unnamed_; }
  // From now on it stays.
  void keep() { folder_.reset(); }
  // Takes over the file that a child process made at `path`, for when that child dies before it
  // could remove it. Owns nothing if there is no regular file.
  static CreatedFile adopt(const std::string& path);

 private:
  void remove();
  void own(UniqueFd folder, dev_t device, ino_t inode);
  UniqueFd folder_;
  UniqueFd held_;  // of an adopted file: while it is open no other file gets the same inode
  std::string name_;
  bool unnamed_ = false;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  pid_t owner_ = 0;
};

// What an open medium holds; released from the last member to the first.
struct Medium {
  MediaFacts facts;
  std::uint64_t alignment_bytes = DAX_PAGE_BYTES;
  int node = -1;     // asked for or found; -1: unknown
  std::string path;  // of the file that the backend opens, where it is not the spec's
  CreatedDirectory directory;
  CreatedFile created;
  UniqueFd fd;       // -1 for dram
  UniqueFd loop;     // of the loop device over it, where there is one
  UniqueFd backing;  // by which it is claimed too: the file beneath the loop device that it is, or
                     // the kernel's node of a dax device
  Mapping mapping;   // empty where the backend opens the medium itself
  std::shared_ptr<SimModel> model;  // whose time it has; null: the hardware's
};

// ---- one pair a kind: look_at_* changes nothing; open_* looks, then opens; `map`: also maps it.
// Nothing is touched yet. Errors lack the context "medium '...'": the caller adds it. ----
Status look_at_dram(const MediaSpec& spec, const OpenOptions& options);
Result<Medium> open_dram(const MediaSpec& spec, const OpenOptions& options, bool map);
Status look_at_file(const MediaSpec& spec, const OpenOptions& options);
Result<Medium> open_file(const MediaSpec& spec, const OpenOptions& options, bool map);
Status look_at_devdax(const MediaSpec& spec, const OpenOptions& options);
Result<Medium> open_devdax(const MediaSpec& spec, const OpenOptions& options, bool map);
Status look_at_posix(const MediaSpec& spec, const OpenOptions& options);
Result<Medium> open_posix(const MediaSpec& spec, const OpenOptions& options);
Status look_at_block(const MediaSpec& spec, const OpenOptions& options);
Result<Medium> open_block(const MediaSpec& spec, const OpenOptions& options);
Status look_at_sim(const MediaSpec& spec, const OpenOptions& options);
Result<Medium> open_sim(const MediaSpec& spec, const OpenOptions& options, bool map);

// The pairs above by spec.kind.
Status look_at_medium(const MediaSpec& spec, const OpenOptions& options);
Result<Medium> open_medium(const MediaSpec& spec, const OpenOptions& options, bool map);

// Maps `size_bytes` of `fd` shared, from `offset_bytes` on, with MAP_SYNC where the kernel grants
// it. MAP_SYNC is only ever asked for with MAP_SHARED_VALIDATE: with MAP_SHARED the answer means
// nothing.
struct SharedMapping {
  Mapping mapping;
  bool map_sync = false;
};
Result<SharedMapping> map_shared(int fd, std::uint64_t size_bytes, std::uint64_t offset_bytes,
                                 bool read_only = false);

// Makes the file of a medium that does not exist, into `medium`; by a path that leads to it.
Status create_medium_file(const MediaSpec& spec, const OpenOptions& options, Medium& medium);

}  // namespace pmembench
