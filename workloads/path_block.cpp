#include "workloads/path_block.hpp"

#include <algorithm>
#include <utility>

#include "block/btt.hpp"
#include "block/kernel_block.hpp"
#include "block/partition.hpp"
#include "block/raw_block.hpp"
#include "block/rmw.hpp"
#include "workloads/parameters.hpp"

namespace pmembench {
namespace {

class BlockPath final : public Path {
 public:
  explicit BlockPath(BlockDevice& block)
      : size_bytes_(block.size_bytes()), session_(block.session()) {}

  std::uint64_t size_bytes() const override { return size_bytes_; }
  std::int64_t read(dax_iter& iter) override { return session_->read(iter); }
  std::int64_t write(dax_iter& iter) override { return session_->write(iter); }
  std::int64_t persist(dax_iter& iter) override { return session_->write_fua(iter); }
  // A block device begins to write back when it pleases; drain is the call that asks for it.
  std::int64_t flush(dax_iter& iter) override {
    iter.count = 0;
    return 0;
  }
  int drain() override { return session_->flush(); }
  std::span<std::byte> mapping() override { return {}; }

 private:
  std::uint64_t size_bytes_;
  std::unique_ptr<BlockSession> session_;
};

ParameterSpec sector_spec() {
  return {"sector", ValueKind::size, "4096", {}, "bytes of a sector: 512 or 4096"};
}

std::uint64_t block_granule_bytes(const Parameters& parameters) {
  return std::max<std::uint64_t>(number_of(parameters, "sector"), 1);
}

// An entry of the map.
std::uint64_t btt_structure_bytes(const Parameters&) { return 4; }

Status check_sector(const Parameters& parameters, std::uint64_t /*device_bytes*/) {
  const std::uint64_t sector = number_of(parameters, "sector");
  if (sector == 512 || sector == 4096) return {};
  return usage_error("sector {} is not one that a block device has here; use 512 or 4096", sector);
}

Status check_rmw(const Parameters& parameters, std::uint64_t device_bytes) {
  if (const Status sector = check_sector(parameters, device_bytes); !sector) return sector;
  RmwOptions options;
  options.slice.sector_bytes = static_cast<std::uint32_t>(number_of(parameters, "sector"));
  options.erase_block_bytes = number_of(parameters, "erase_block");
  return check_erase_block(options, device_bytes);
}

SliceOptions slice_of(const Parameters& parameters) {
  SliceOptions options;
  options.sector_bytes = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(number_of(parameters, "sector"), UINT32_MAX));
  return options;
}

template <typename Device>
Result<std::unique_ptr<PathFixture>> fixture_of(Result<std::unique_ptr<Device>> block) {
  if (!block) return block.error();
  return std::unique_ptr<PathFixture>(std::make_unique<BlockFixture>(*std::move(block)));
}

Result<std::unique_ptr<PathFixture>> prepare_raw(OpenedDevice& opened,
                                                 const Parameters& parameters) {
  return fixture_of(make_raw_block(*opened.device, slice_of(parameters)));
}

// All sectors from partition_start to the end.
Result<std::unique_ptr<PathFixture>> prepare_partition(OpenedDevice& opened,
                                                       const Parameters& parameters) {
  auto whole = make_raw_block(*opened.device, slice_of(parameters));
  if (!whole) return whole.error();
  const std::uint64_t sector_bytes = (*whole)->sector_bytes();
  const std::uint64_t start = number_of(parameters, "partition_start") / sector_bytes;
  const std::uint64_t sectors = (*whole)->size_bytes() / sector_bytes;
  auto partition = make_partition(**whole, start, sectors > start ? sectors - start : 0);
  if (!partition) return partition.error();
  return std::unique_ptr<PathFixture>(
      std::make_unique<BlockFixture>(*std::move(partition), *std::move(whole)));
}

Status check_partition(const Parameters& parameters, std::uint64_t device_bytes) {
  if (const Status sector = check_sector(parameters, device_bytes); !sector) return sector;
  const std::uint64_t start = number_of(parameters, "partition_start");
  const std::uint64_t sector_bytes = number_of(parameters, "sector");
  if (start % sector_bytes != 0) {
    return usage_error("partition_start {} is not a multiple of the sector of {} bytes", start,
                       sector_bytes);
  }
  if (device_bytes == 0 || start + sector_bytes <= device_bytes) return {};
  return usage_error("partition_start {} leaves no sector of the {} bytes of the medium", start,
                     device_bytes);
}

Result<std::unique_ptr<PathFixture>> reopen_btt(OpenedDevice& opened,
                                                const Parameters& parameters) {
  BttOptions options;
  options.slice = slice_of(parameters);
  return fixture_of(open_btt(*opened.device, options));
}

Result<std::unique_ptr<PathFixture>> prepare_btt(OpenedDevice& opened,
                                                 const Parameters& parameters) {
  BttOptions options;
  options.slice = slice_of(parameters);
  if (const Status made = format_btt(*opened.device, options); !made) return made.error();
  return reopen_btt(opened, parameters);
}

Result<std::unique_ptr<PathFixture>> prepare_rmw(OpenedDevice& opened,
                                                 const Parameters& parameters) {
  RmwOptions options;
  options.slice = slice_of(parameters);
  options.erase_block_bytes = number_of(parameters, "erase_block");
  options.erase = text_of(parameters, "erase") == "on";
  return fixture_of(make_rmw(*opened.device, options));
}

Result<std::unique_ptr<PathFixture>> prepare_kernel(OpenedDevice& opened,
                                                    const Parameters& parameters) {
  return fixture_of(make_kernel_block(*opened.device, slice_of(parameters)));
}

PathType block_path(std::string_view name, std::string_view summary,
                    decltype(PathType::prepare) prepare) {
  PathType type;
  type.name = name;
  type.summary = summary;
  type.make = make_block_path;
  type.prepare = prepare;
  type.parameters = {sector_spec()};
  type.check = check_sector;
  type.granule_bytes = block_granule_bytes;
  type.structure_bytes = block_granule_bytes;
  return type;
}

}  // namespace

Result<std::unique_ptr<Path>> make_block_path(DaxDevice&, PathFixture* fixture) {
  PMB_CHECK(fixture != nullptr, "a block path without its block device");
  BlockDevice& block = static_cast<BlockFixture*>(fixture)->block();
  return std::unique_ptr<Path>(std::make_unique<BlockPath>(block));
}

PathType block_raw_path() {
  PathType type = block_path("block-raw", "sectors without a translation", prepare_raw);
  type.parents = {kRootPath};
  return type;
}

PathType block_partition_path() {
  PathType type = block_path("block-partition", "a partition of a block device", prepare_partition);
  type.parents = {"block-raw"};
  type.check = check_partition;
  type.parameters.push_back({"partition_start",
                             ValueKind::size,
                             "65536",
                             {},
                             "byte of the device at which the partition begins"});
  return type;
}

PathType block_btt_path() {
  PathType type =
      block_path("block-btt", "sectors kept whole by a block translation table", prepare_btt);
  type.parents = {"block-raw"};
  type.keeps_structures = true;
  type.structure_bytes = btt_structure_bytes;
  type.reopen = reopen_btt;
  return type;
}

PathType block_rmw_path() {
  PathType type =
      block_path("block-rmw", "erase blocks, read, modified and written back whole", prepare_rmw);
  type.parents = {"block-raw"};
  type.check = check_rmw;
  type.harms_neighbours = true;
  type.parameters.push_back(
      {"erase_block", ValueKind::size, "65536", {}, "bytes of an erase block, a power of two"});
  type.parameters.push_back({"erase",
                             ValueKind::choice,
                             "on",
                             {"on", "off"},
                             "fill a block with ones before it is written, as flash needs it"});
  return type;
}

PathType kernel_path() {
  PathType type = block_path("kernel", "a real block device or file, by the kernel's block path",
                             prepare_kernel);
  type.needs_block_path = true;
  return type;
}

}  // namespace pmembench
