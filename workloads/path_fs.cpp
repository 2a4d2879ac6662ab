#include "workloads/path_fs.hpp"

#include <algorithm>
#include <cerrno>

#include "workloads/fs_files.hpp"
#include "workloads/fs_fixture.hpp"
#include "workloads/parameters.hpp"

namespace pmembench {
namespace {

class FsPath final : public Path {
 public:
  explicit FsPath(FsFixture& fixture)
      : fixture_(fixture),
        size_bytes_(fixture.size_bytes()),
        files_(fixture.file_system().thread()) {}
  ~FsPath() override {
    if (!mapping_.empty()) files_.unmap(mapped_, mapping_);
  }

  std::uint64_t size_bytes() const override { return size_bytes_; }

  std::int64_t read(dax_iter& iter) override {
    return each_range(iter, [this](const dax_iter& one, std::uint64_t offset_bytes) {
      return whole(one, files_.read(range_, offset_bytes, bytes_of(one)));
    });
  }
  std::int64_t write(dax_iter& iter) override {
    return each_range(iter, [this](const dax_iter& one, std::uint64_t offset_bytes) {
      return whole(one, files_.write(range_, offset_bytes, bytes_of(one)));
    });
  }
  std::int64_t persist(dax_iter& iter) override {
    return each_range(iter, [this](const dax_iter& one, std::uint64_t offset_bytes) {
      const int status = whole(one, files_.write(range_, offset_bytes, bytes_of(one)));
      return status < 0 ? status : files_.fsync(range_);
    });
  }
  // Nothing is started before fsync.
  std::int64_t flush(dax_iter& iter) override {
    for (; iter.count > 0; --iter.count) dax_iter_next(&iter);
    return 0;
  }
  int drain() override {
    const int ready = open_range();
    return ready < 0 ? ready : files_.fsync(range_);
  }

  // By a separate handle. Empty if the file is not in one piece, or not on a dax device. While it
  // is mapped its blocks stay where they are, so copy-on-write is not asked for it.
  std::span<std::byte> mapping() override {
    if (!mapping_.empty() || fixture_.copies_on_write() || open_range() < 0) return mapping_;
    if (mapped_ < 0) mapped_ = files_.open(FsFixture::kRange, 0);
    if (mapped_ >= 0) files_.map(mapped_, size_bytes_, false, &mapping_);
    return mapping_;
  }
  FileInterface* files() override { return &files_; }

 private:
  static std::span<std::byte> bytes_of(const dax_iter& one) {
    return std::as_writable_bytes(std::span(one.buffer, one.size_bytes));
  }
  static int whole(const dax_iter& one, std::int64_t done) {
    if (done == static_cast<std::int64_t>(one.size_bytes)) return 0;
    return done < 0 ? static_cast<int>(done) : -EIO;
  }

  int open_range() {
    if (range_ >= 0) [[likely]]
      return 0;
    const int made = fixture_.make_range(files_);
    if (made < 0) return made;
    range_ = files_.open(FsFixture::kRange, 0);
    return std::min(range_, 0);
  }

  template <typename Range>
  std::int64_t each_range(dax_iter& iter, Range&& range) {
    const int ready = open_range();
    if (ready < 0) return ready;
    std::int64_t bytes = 0;
    for (; iter.count > 0; --iter.count) {
      const int status = range(iter, dax_iter_next(&iter));
      if (status < 0) return status;
      bytes += static_cast<std::int64_t>(iter.size_bytes);
    }
    return bytes;
  }

  FsFixture& fixture_;
  std::uint64_t size_bytes_;
  FsFiles files_;
  int range_ = -1;
  int mapped_ = -1;
  std::span<std::byte> mapping_;
};

Result<std::unique_ptr<Path>> make_fs_path(DaxDevice&, PathFixture* fixture) {
  return std::unique_ptr<Path>(std::make_unique<FsPath>(*static_cast<FsFixture*>(fixture)));
}

FsFixtureOptions options_of(const Parameters& parameters, FsKind kind) {
  FsFixtureOptions options;
  options.kind = kind;
  options.copy_on_write = text_of(parameters, "data") == "cow";
  options.range_locks = text_of(parameters, "range_locks") == "on";
  options.btt = kind == FsKind::block && text_of(parameters, "translation") == "btt";
  return options;
}

template <FsKind kKind>
Result<std::unique_ptr<PathFixture>> prepare_fs(OpenedDevice& opened,
                                                const Parameters& parameters) {
  auto fixture = FsFixture::make(opened, options_of(parameters, kKind));
  if (!fixture) return fixture.error();
  return std::unique_ptr<PathFixture>(*std::move(fixture));
}

template <FsKind kKind>
Result<std::unique_ptr<PathFixture>> reopen_fs(OpenedDevice& opened, const Parameters& parameters) {
  FsFixtureOptions options = options_of(parameters, kKind);
  options.format = false;
  auto fixture = FsFixture::make(opened, options);
  if (!fixture) return fixture.error();
  return std::unique_ptr<PathFixture>(*std::move(fixture));
}

// A file takes bytes of any number at any place.
std::uint64_t fs_granule_bytes(const Parameters&) { return 1; }

// By addresses any byte; by sectors, sectors of a page, unless a map is kept of them.
template <FsKind kKind>
std::uint64_t structure_bytes(const Parameters& parameters) {
  if (kKind != FsKind::block) return 1;
  return text_of(parameters, "translation") == "btt" ? 4 : DAX_PAGE_BYTES;
}

template <FsKind kKind>
PathType path_type(std::string_view name, std::string_view summary) {
  PathType type;
  type.name = name;
  type.summary = summary;
  type.needs_direct_access = kKind != FsKind::block;
  type.make = make_fs_path;
  type.prepare = prepare_fs<kKind>;
  type.reopen = reopen_fs<kKind>;
  type.parameters = {{"data",
                      ValueKind::choice,
                      "in-place",
                      {"in-place", "cow"},
                      "what is overwritten is changed in place, or written elsewhere"},
                     {"range_locks",
                      ValueKind::choice,
                      "off",
                      {"off", "on"},
                      "threads in one file wait for each other, or only where their bytes meet"}};
  type.granule_bytes = fs_granule_bytes;
  type.needs_host_mapping = kKind == FsKind::mixed;
  type.keeps_structures = true;
  type.structure_bytes = structure_bytes<kKind>;
  type.gives_files = true;
  type.names_are_durable = true;
  type.maps_files = kKind != FsKind::block;
  return type;
}

}  // namespace

PathType fs_dax_path() {
  PathType type = path_type<FsKind::dax>("fs-dax", "the small file system on the dax device");
  type.parents = {kRootPath};
  return type;
}

PathType fs_block_path() {
  PathType type =
      path_type<FsKind::block>("fs-block", "the small file system on a block device over it");
  type.parents = {"block-raw"};
  type.parameters.push_back({"translation",
                             ValueKind::choice,
                             "raw",
                             {"raw", "btt"},
                             "of the block device that it is mounted on"});
  return type;
}

PathType fs_mixed_path() {
  PathType type = path_type<FsKind::mixed>(
      "fs-mixed", "the small file system: metadata by sectors, data by addresses");
  type.parents = {"fs-dax", "block-raw"};
  return type;
}

}  // namespace pmembench
