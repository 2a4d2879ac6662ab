#include "workloads/path_posix.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "dax/created_directory.hpp"
#include "workloads/posix_files.hpp"

namespace pmembench {
namespace {

// The directory of one cell, in the medium's own.
class PosixFixture final : public PathFixture {
 public:
  PosixFixture(CreatedDirectory files, UniqueFd range, std::uint64_t size_bytes)
      : files_(std::move(files)), range_(std::move(range)), size_bytes_(size_bytes) {}
  [[nodiscard]] std::uint64_t size_bytes() const override { return size_bytes_; }
  [[nodiscard]] int directory() const { return files_.fd(); }
  [[nodiscard]] int range() const { return range_.get(); }

 private:
  CreatedDirectory files_;
  UniqueFd range_;
  std::uint64_t size_bytes_;
};

class PosixPath final : public Path {
 public:
  explicit PosixPath(const PosixFixture& fixture)
      : fd_(fixture.range()), size_bytes_(fixture.size_bytes()), files_(fixture.directory()) {}
  ~PosixPath() override {
    if (mapping_ != MAP_FAILED) munmap(mapping_, size_bytes_);
  }

  std::uint64_t size_bytes() const override { return size_bytes_; }

  std::int64_t read(dax_iter& iter) override {
    return each_range(iter, [this](const dax_iter& one, std::uint64_t offset_bytes) {
      return whole(
          [&](std::uint64_t done) {
            return pread(fd_, one.buffer + done, one.size_bytes - done,
                         static_cast<off_t>(offset_bytes + done));
          },
          one.size_bytes);
    });
  }

  std::int64_t write(dax_iter& iter) override {
    return each_range(iter, [this](const dax_iter& one, std::uint64_t offset_bytes) {
      return put(one, offset_bytes);
    });
  }

  std::int64_t persist(dax_iter& iter) override {
    return each_range(iter, [this](const dax_iter& one, std::uint64_t offset_bytes) {
      const int status = put(one, offset_bytes);
      return status < 0 ? status : drain();
    });
  }

  // There are no lines: what was written is in the kernel, and fdatasync makes it durable.
  std::int64_t flush(dax_iter& iter) override {
    for (; iter.count > 0; --iter.count) dax_iter_next(&iter);
    return 0;
  }
  int drain() override { return fdatasync(fd_) == 0 ? 0 : -errno; }

  // The page cache's pages, or the medium's own where the mount is DAX: what pread sees too.
  std::span<std::byte> mapping() override {
    if (mapping_ == MAP_FAILED) {
      mapping_ = mmap(nullptr, size_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
    }
    if (mapping_ == MAP_FAILED) return {};
    return {static_cast<std::byte*>(mapping_), size_bytes_};
  }
  FileInterface* files() override { return &files_; }

 private:
  template <typename Range>
  static std::int64_t each_range(dax_iter& iter, Range&& range) {
    std::int64_t bytes = 0;
    for (; iter.count > 0; --iter.count) {
      const int status = range(iter, dax_iter_next(&iter));
      if (status < 0) return status;
      bytes += static_cast<std::int64_t>(iter.size_bytes);
    }
    return bytes;
  }

  // The kernel may do less than it was asked for.
  template <typename Part>
  static int whole(Part&& part, std::uint64_t size_bytes) {
    for (std::uint64_t done = 0; done < size_bytes;) {
      const ssize_t did = part(done);
      if (did == 0) return -EIO;
      if (did < 0 && errno != EINTR) return -errno;
      if (did > 0) done += static_cast<std::uint64_t>(did);
    }
    return 0;
  }

  int put(const dax_iter& one, std::uint64_t offset_bytes) {
    return whole(
        [&](std::uint64_t done) {
          return pwrite(fd_, one.buffer + done, one.size_bytes - done,
                        static_cast<off_t>(offset_bytes + done));
        },
        one.size_bytes);
  }

  int fd_;
  std::uint64_t size_bytes_;
  PosixFiles files_;
  void* mapping_ = MAP_FAILED;
};

Result<std::unique_ptr<PathFixture>> prepare_posix(OpenedDevice& opened, const Parameters&) {
  const MediaFacts& facts = opened.facts;
  if (facts.directory.empty()) {
    return environment_error(
        "path posix works on a mounted file system, not on {} media: use media posix:DIRECTORY",
        facts.kind);
  }
  Result<CreatedDirectory> files = CreatedDirectory::create(facts.directory, "files");
  if (!files) return files.error();
  UniqueFd range(open((facts.directory + "/range").c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!range) {
    return environment_error(
        "{}/range cannot be opened; leave the directory alone while it is used", facts.directory);
  }
  return std::unique_ptr<PathFixture>(
      std::make_unique<PosixFixture>(std::move(*files), std::move(range), facts.size_bytes));
}

Result<std::unique_ptr<Path>> make_posix_path(DaxDevice&, PathFixture* fixture) {
  return std::unique_ptr<Path>(std::make_unique<PosixPath>(*static_cast<PosixFixture*>(fixture)));
}

// The page cache takes bytes of any size at any place.
std::uint64_t posix_granule_bytes(const Parameters&) { return 1; }

}  // namespace

PathType posix_path() {
  PathType type;
  type.name = "posix";
  type.summary = "files of a mounted file system, by system calls";
  type.make = make_posix_path;
  type.prepare = prepare_posix;
  type.granule_bytes = posix_granule_bytes;
  type.gives_files = true;
  type.maps_files = true;
  type.needs_mount = true;
  return type;
}

}  // namespace pmembench
