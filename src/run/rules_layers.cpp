// The rules of what is layered on a dax device: block devices and file systems.
#include <fmt/format.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "block/raw_block.hpp"
#include "block/rmw.hpp"
#include "dax/char_view.hpp"
#include "fs/file_system.hpp"
#include "run/rules.hpp"
#include "workloads/fs_fixture.hpp"

namespace pmembench {
namespace {

constexpr const char* kMountable = "dram:16M";
constexpr std::uint64_t kRuleBlock = 4096;

std::vector<std::byte> pattern_of(unsigned seed, std::uint64_t size) {
  std::vector<std::byte> data(size);
  for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::byte>(seed + i * 7);
  return data;
}

// Writes `data` to a new file of the mount and reads nothing.
bool write_file(FileSystem& mounted, const std::vector<std::byte>& data) {
  const auto files = mounted.thread();
  const int file = files->open("/file", FileSystemThread::kCreate);
  return file >= 0 && files->write(file, 0, data) == static_cast<std::int64_t>(data.size()) &&
         files->fsync(file) == 0 && files->close(file) == 0;
}

bool read_file(FileSystem& mounted, const std::vector<std::byte>& data) {
  const auto files = mounted.thread();
  const int file = files->open("/file", 0);
  std::vector<std::byte> found(data.size());
  return file >= 0 && files->read(file, 0, found) == static_cast<std::int64_t>(found.size()) &&
         found == data;
}

std::unique_ptr<FileSystem> mounted_on(DaxDevice& device, bool format, RuleSeen& seen) {
  MountSource source;
  source.dax = &device;
  if (format) {
    const Status made = FileSystem::format(source, {});
    seen.must(static_cast<bool>(made), made ? "" : made.error().message);
  }
  auto mounted = FileSystem::mount(source, {});
  if (!mounted) seen.must(false, mounted.error().message);
  return mounted ? *std::move(mounted) : nullptr;
}

void mount_supplies_no_operations(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kMountable, false));
  if (one == nullptr) return;
  const dax_operations* const before = one->device->operations();
  const void* const handle = one->device->handle();
  const auto mounted = mounted_on(*one->device, true, seen);
  if (mounted == nullptr) return;
  seen.must(one->device->operations() == before && one->device->handle() == handle,
            "the operations are the driver's before and after a mount");
  seen.saw(fmt::format("mounted, and the operations are {} as before", before->name));
}

void mounts_without_a_block_device(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kMountable, true));
  if (one == nullptr) return;
  const auto data = pattern_of(3, 100'000);
  auto mounted = mounted_on(*one->device, true, seen);
  if (mounted == nullptr) return;
  seen.must(write_file(*mounted, data), "a file is written");
  seen.must(static_cast<bool>(mounted->unmount()), "it is unmounted");
  mounted = mounted_on(*one->device, false, seen);
  seen.must(mounted != nullptr && read_file(*mounted, data), "the file is there after a new mount");
  seen.saw(
      "mounted, written, unmounted, mounted again: 100000 bytes are the same; no block device");
}

void files_go_through_the_devices_operations(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kMountable, false));
  if (one == nullptr) return;
  const auto mounted = mounted_on(*one->device, true, seen);
  if (mounted == nullptr) return;
  const std::uint64_t before = one->device->counters().bytes_copied_from;
  seen.must(write_file(*mounted, pattern_of(1, 8192)), "a file is written");
  const std::uint64_t more = one->device->counters().bytes_copied_from - before;
  seen.saw(fmt::format("8192 bytes written to a file: {} bytes copied by the device", more));
  seen.must(more >= 8192, "they pass the device's own copy");
}

void metadata_and_data_apart(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kMountable, false));
  if (one == nullptr) return;
  FsFixtureOptions options;
  options.kind = FsKind::mixed;
  auto fixture = FsFixture::make(*one, options);
  if (!fixture) return seen.must(false, fixture.error().message);
  const auto before = (*fixture)->counters();
  const auto files = (*fixture)->file_system().thread();
  const int file = files->open("/file", FileSystemThread::kCreate);
  files->fsync(file);
  const auto named = (*fixture)->counters();
  seen.must(file >= 0 && named.at("sectors_written") > before.at("sectors_written") &&
                named.at("bytes_copied_from") == before.at("bytes_copied_from"),
            "a new name is written by sectors alone");
  std::vector<std::byte> data = pattern_of(2, 8192);
  files->write(file, 0, data);
  files->fsync(file);
  const auto sectors = (*fixture)->counters().at("sectors_written");
  const std::uint64_t filled = (*fixture)->counters().at("bytes_copied_from");
  files->write(file, 0, data);
  const auto after = (*fixture)->counters();
  seen.must(
      after.at("bytes_copied_from") - filled == 8192 && after.at("sectors_written") == sectors,
      "an overwrite is data alone, by dax");
  seen.saw(
      fmt::format("a new file: {} sectors and no dax byte; an overwrite of 8192 bytes: 0 sectors "
                  "and {} dax bytes",
                  named.at("sectors_written") - before.at("sectors_written"),
                  after.at("bytes_copied_from") - filled));
  files->close(file);
}

void blocks_over_any_device(const RuleHost& host, RuleSeen& seen) {
  const std::vector<std::string> media{"dram:1M", "linear:dram:512K+dram:512K",
                                       "stripe:2,16K:dram:512K+dram:512K",
                                       "logwrites:dram:1M,log=dram:4M"};
  for (const std::string& medium : media) {
    OpenedDevice* const one = seen.take(host.open(medium, true));
    if (one == nullptr) return;
    one->device->bad_blocks().add(5 * kRuleBlock, 512);
    const auto block = make_raw_block(*one->device);
    if (!block) return seen.must(false, block.error().message);
    const auto session = (*block)->session();
    for (std::uint64_t sector = 0; sector < 64; ++sector) {
      seen.must(session->write_at(sector * kRuleBlock,
                                  pattern_of(static_cast<unsigned>(sector), kRuleBlock)) == 0,
                medium + ": every sector is written, the bad one too");
    }
    std::vector<std::byte> found(kRuleBlock);
    for (std::uint64_t sector = 0; sector < 64; ++sector) {
      seen.must(session->read_at(sector * kRuleBlock, found) == 0 &&
                    found == pattern_of(static_cast<unsigned>(sector), kRuleBlock),
                medium + ": every sector is read as it was written");
    }
  }
  seen.saw(fmt::format("the same sectors over {}", fmt::join(media, ", ")));
}

void rmw_amplifies(const RuleHost& host, RuleSeen& seen) {
  for (const bool erase : {false, true}) {
    OpenedDevice* const one = seen.take(host.open("dram:4M", false));
    if (one == nullptr) return;
    RmwOptions options;
    options.erase = erase;
    const auto rmw = make_rmw(*one->device, options);
    if (!rmw) return seen.must(false, rmw.error().message);
    const auto session = (*rmw)->session();
    const std::uint64_t before = one->device->counters().bytes_copied_from;
    constexpr std::uint64_t kWrites = 40;
    for (std::uint64_t i = 0; i < kWrites; ++i) {
      const std::uint64_t block = i * 37 % 60;  // never the one of before
      session->write_at(block * 65536 + i % 16 * kRuleBlock, pattern_of(1, kRuleBlock));
    }
    session->flush();
    const double each = static_cast<double>(one->device->counters().bytes_copied_from - before) /
                        kWrites / kRuleBlock;
    seen.saw(fmt::format("{} erasing: {:.2f} bytes stored for each byte of random 4 KiB writes",
                         erase ? "with" : "without", each));
    seen.must(each > (erase ? 31.6 : 15.8) && each < (erase ? 32.4 : 16.2), "16 times, or 32");
  }
}

void block_and_char_are_one_device(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open("dram:1M", false));
  if (one == nullptr) return;
  const auto block = make_raw_block(*one->device);
  if (!block) return seen.must(false, block.error().message);
  const auto session = (*block)->session();
  session->write_at(2 * kRuleBlock, pattern_of(5, kRuleBlock));
  session->flush();
  DaxReader reader = one->device->make_reader();
  {
    const ReadSection section(reader);
    const auto mapped =
        CharView(*one->device).map(section, {2 * kRuleBlock, kRuleBlock, MapKind::shared, false});
    seen.must(
        mapped && std::equal(mapped->begin(), mapped->end(), pattern_of(5, kRuleBlock).begin()),
        "bytes written by block are read through a mapping");
  }
  one->device->kill();
  std::vector<std::byte> found(kRuleBlock);
  const int dead = session->read_at(0, found);
  const ReadSection section(reader);
  const auto mapped = CharView(*one->device).map(section, {0, kRuleBlock, MapKind::shared, false});
  seen.must(dead == -ENXIO && !mapped, "a kill ends both");
  seen.saw("written by block, read through a mapping; a kill ends both");
}

void error_falls_back_to_io(const RuleHost& host, RuleSeen& seen) {
  OpenedDevice* const one = seen.take(host.open(kMountable, false));
  if (one == nullptr) return;
  const PathType& guarded = *find_path("guarded");
  for (const char* policy : {"fail", "device-fallback", "io-fallback", "recovery"}) {
    const Parameters parameters{{"bad_blocks", "1"}, {"error_policy", policy}, {"poison", "list"}};
    auto fixture = guarded.prepare(*one, parameters);
    if (!fixture) return seen.must(false, fixture.error().message);
    auto path = guarded.make(*one->device, fixture->get());
    if (!path) return seen.must(false, path.error().message);
    std::vector<unsigned char> page(kRuleBlock, 1);
    dax_iter iter{};
    iter.multiplier = 1;
    iter.increment = UINT64_MAX / (one->device->size_bytes() / kRuleBlock) + 1;
    iter.slots = iter.count = one->device->size_bytes() / kRuleBlock;
    iter.granule_bytes = iter.size_bytes = kRuleBlock;
    iter.buffer = page.data();
    (*path)->write(iter);
    const auto counters = (*fixture)->counters();
    const bool repaired = one->device->bad_blocks().empty();
    seen.saw(fmt::format("{}: {} failed, {} repaired", policy, counters.at("failed_operations"),
                         counters.at("mended_operations")));
    seen.must(repaired == (std::string_view(policy) != "fail"),
              "all policies but fail clear the bad block");
  }
}

}  // namespace

std::vector<DesignRule> layer_rules() {
  return {{4, "a mount supplies no operations", mount_supplies_no_operations},
          {5, "a dax device is mounted as a file system", mounts_without_a_block_device},
          {6, "a file's bytes go through the device's operations",
           files_go_through_the_devices_operations},
          {8, "metadata by block, data by dax", metadata_and_data_apart},
          {10, "block devices are a layer over any dax device", blocks_over_any_device},
          {11, "read, modify, write amplifies as MTD does", rmw_amplifies},
          {18, "block and character are layers over one device", block_and_char_are_one_device},
          {21, "what a write does that meets a bad block", error_falls_back_to_io}};
}

}  // namespace pmembench
