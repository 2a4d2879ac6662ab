#include "dax/media.hpp"

#include <fcntl.h>
#include <linux/mman.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "dax/system_error.hpp"
#include "platform/fd_path.hpp"
#include "platform/topology.hpp"
#include "platform/used_range.hpp"

namespace pmembench {

namespace {

Error no_single_medium() {
  return usage_error(
      "'each' means several media, and only a campaign's cells can name them; name one");
}

}  // namespace

MediaSpec used_spec(const MediaSpec& spec, const OpenOptions& options) {
  MediaSpec used = spec;
  struct stat facts {};
  // Nothing is touched beforehand of a block device, and all is written of a file in its place.
  const bool on_device = spec.kind == DAX_MEDIA_BLOCK && stat(spec.path.c_str(), &facts) == 0 &&
                         S_ISBLK(facts.st_mode);
  if (spec.kind == DAX_MEDIA_POSIX || on_device) return used;
  if (spec.kind == DAX_MEDIA_DRAM && spec.size_bytes == 0) {
    const Topology topology = read_topology(options.sysfs_root);
    used.size_bytes =
        options.used_bytes != 0
            ? options.used_bytes
            : used_range_bytes(topology.cache_bytes(topology.usable_cpus, -1), topology);
  } else if (options.used_bytes != 0 && used.size_bytes > options.used_bytes) {
    used.size_bytes = options.used_bytes;
  }
  return used;
}

int asked_node(const MediaSpec& spec, const OpenOptions& options) {
  if (!spec.interleave.empty()) return -1;
  return spec.node >= 0 ? spec.node : options.node;
}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(address_, other.address_);
  std::swap(size_bytes_, other.size_bytes_);
  return *this;
}

bool Mapping::move_to(void* address) {
  void* const moved =
      mremap(address_, size_bytes_, size_bytes_, MREMAP_MAYMOVE | MREMAP_FIXED, address);
  if (moved == MAP_FAILED) return false;
  address_ = moved;
  return true;
}

Mapping::~Mapping() {
  if (address_ != nullptr) munmap(address_, size_bytes_);
}

CreatedFile& CreatedFile::operator=(CreatedFile&& other) noexcept {
  if (this == &other) return *this;
  remove();
  folder_ = std::move(other.folder_);
  held_ = std::move(other.held_);
  name_ = std::move(other.name_);
  unnamed_ = other.unnamed_;
  device_ = other.device_;
  inode_ = other.inode_;
  owner_ = other.owner_;
  return *this;
}

CreatedFile::~CreatedFile() { remove(); }

void CreatedFile::remove() {
  if (!folder_ || owner_ != getpid()) return;
  struct stat now {};
  const bool same = fstatat(folder_.get(), name_.c_str(), &now, AT_SYMLINK_NOFOLLOW) == 0 &&
                    now.st_dev == device_ && now.st_ino == inode_;
  if (same) unlinkat(folder_.get(), name_.c_str(), 0);
  folder_.reset();
  held_.reset();
}

Result<CreatedFile> CreatedFile::create(const std::string& path, UniqueFd& fd, bool named) {
  const std::filesystem::path full(path);
  const std::string parent = full.has_parent_path() ? full.parent_path().string() : ".";
  CreatedFile file;
  file.name_ = full.filename().string();
  UniqueFd folder(open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) {
    return system_error(errno, "folder {} cannot be opened; make it first", parent);
  }
  if (!named) {
    fd = UniqueFd(openat(folder.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    file.unnamed_ = static_cast<bool>(fd);
    if (fd) return file;
  }
  fd = UniqueFd(openat(folder.get(), file.name_.c_str(),
                       O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return system_error(errno, "{} cannot be made; name a path that can be written", path);
  struct stat made {};
  if (fstat(fd.get(), &made) != 0) {
    const int code = errno;
    unlinkat(folder.get(), file.name_.c_str(), 0);
    return system_error(code, "{} cannot be looked at", path);
  }
  file.own(std::move(folder), made.st_dev, made.st_ino);
  return file;
}

CreatedFile CreatedFile::adopt(const std::string& path) {
  const std::filesystem::path full(path);
  const std::string parent = full.has_parent_path() ? full.parent_path().string() : ".";
  CreatedFile file;
  file.name_ = full.filename().string();
  UniqueFd folder(open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return file;
  file.held_ = UniqueFd(openat(folder.get(), file.name_.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat made {};
  const bool found = file.held_ && fstat(file.held_.get(), &made) == 0;
  if (found && S_ISREG(made.st_mode)) file.own(std::move(folder), made.st_dev, made.st_ino);
  return file;
}

void CreatedFile::own(UniqueFd folder, dev_t device, ino_t inode) {
  device_ = device;
  inode_ = inode;
  owner_ = getpid();
  folder_ = std::move(folder);
}

Result<SharedMapping> map_shared(int fd, std::uint64_t size_bytes, std::uint64_t offset_bytes,
                                 bool read_only) {
  const int access = read_only ? PROT_READ : PROT_READ | PROT_WRITE;
  const auto offset = static_cast<off_t>(offset_bytes);
  void* address = mmap(nullptr, size_bytes, access, MAP_SHARED_VALIDATE | MAP_SYNC, fd, offset);
  if (address != MAP_FAILED) return SharedMapping{Mapping(address, size_bytes), true};
  address = mmap(nullptr, size_bytes, access, MAP_SHARED, fd, offset);
  if (address == MAP_FAILED) {
    return system_error(errno, "{} bytes cannot be mapped", size_bytes);
  }
  return SharedMapping{Mapping(address, size_bytes), false};
}

Status create_medium_file(const MediaSpec& spec, const OpenOptions& options, Medium& medium) {
  if (options.read_only) {
    return usage_error("{} does not exist, so there is nothing to read; name one that does",
                       spec.path);
  }
  Result<CreatedFile> created = CreatedFile::create(spec.path, medium.fd, options.keep_created);
  if (!created) return created.error();
  medium.created = std::move(*created);
  medium.facts.created = true;
  medium.facts.unnamed = medium.created.unnamed();
  if (medium.facts.unnamed) medium.path = fd_path(medium.fd.get());
  return {};
}

namespace {

// How each kind of medium is looked at and opened.
struct MediaKind {
  dax_media_kind kind;
  Status (*look)(const MediaSpec& spec, const OpenOptions& options);
  Result<Medium> (*open)(const MediaSpec& spec, const OpenOptions& options, bool map);
};
constexpr std::array<MediaKind, 6> kMediaKinds{{
    {DAX_MEDIA_DRAM, look_at_dram, open_dram},
    {DAX_MEDIA_FILE, look_at_file, open_file},
    {DAX_MEDIA_DEVDAX, look_at_devdax, open_devdax},
    {DAX_MEDIA_BLOCK, look_at_block,
     [](const MediaSpec& spec, const OpenOptions& options, bool) {
       return open_block(spec, options);
     }},
    {DAX_MEDIA_POSIX, look_at_posix,
     [](const MediaSpec& spec, const OpenOptions& options, bool) {
       return open_posix(spec, options);
     }},
    {DAX_MEDIA_SIM, look_at_sim, open_sim},
}};

Result<const MediaKind*> kind_of(const MediaSpec& spec) {
  PMB_CHECK(spec.parts.empty(), "a stack is opened part by part (media_stack)");
  if (spec.each) return no_single_medium();
  for (const MediaKind& each : kMediaKinds) {
    if (each.kind == spec.kind) return &each;
  }
  std::string known;
  for (const MediaKindWords& each : media_kinds()) {
    known += (known.empty() ? "" : ", ") + std::string(each.word);
  }
  return usage_error("this pmembench has no such medium; it has {}", known);
}

}  // namespace

Status look_at_medium(const MediaSpec& spec, const OpenOptions& options) {
  const auto kind = kind_of(spec);
  if (!kind) return kind.error();
  // The size that was asked for must be there, even if only a part of it is used.
  const bool sized = spec.kind == DAX_MEDIA_DRAM && spec.size_bytes == 0;
  return (*kind)->look(sized ? used_spec(spec, options) : spec, options);
}

Result<Medium> open_medium(const MediaSpec& spec, const OpenOptions& options, bool map) {
  const auto kind = kind_of(spec);
  if (!kind) return kind.error();
  return (*kind)->open(spec, options, map);
}

}  // namespace pmembench
