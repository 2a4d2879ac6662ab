// What can be mounted, what is refused, and what a failure of the device does to a mount.
#include <algorithm>
#include <array>

#include "block/btt.hpp"
#include "block/kernel_block.hpp"
#include "block/raw_block.hpp"
#include "block/rmw.hpp"
#include "fs/layout.hpp"
#include "tests/fs/mounted.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kSize = 4 << 20;

class Mounts : public Mounted {
 protected:
  Mounts() : Mounted(kSize), other_(kSize) {
    other_.record = false;
    other_device_ = other_.device({.name = "other"});
  }
  ~Mounts() override {
    thread_.reset();
    file_system_.reset();
  }
  void use_block(std::uint32_t sector_bytes, bool mixed) {
    SliceOptions slice;
    slice.sector_bytes = sector_bytes;
    auto block = make_raw_block(*other_device_, slice);
    ASSERT_TRUE(block);
    block_ = std::move(*block);
    source_ = {mixed ? device_.get() : nullptr, block_.get()};
  }
  std::string refusal(const MountSource& source) {
    const auto mounted = FileSystem::mount(source, {});
    return mounted ? "" : mounted.error().message;
  }

  fakes::FakeBackend other_;
  std::unique_ptr<DaxDevice> other_device_;
  std::unique_ptr<BlockDevice> block_;
};

TEST_F(Mounts, keep_files_on_sectors) {
  for (const std::uint32_t sector : {512U, 4096U}) {
    use_block(sector, false);
    format();
    mount();
    const auto bytes = pattern(100'001, sector);
    put("/f", bytes);
    const int file = files().open("/f", 0);
    ASSERT_EQ(files().write(file, 1001, pattern(777, 1)), 777);
    ASSERT_EQ(files().close(file), 0);
    remount();
    auto expected = bytes;
    const auto part = pattern(777, 1);
    std::copy(part.begin(), part.end(), expected.begin() + 1001);
    EXPECT_EQ(contents("/f"), expected);
    unmount();
  }
  EXPECT_EQ(fake_.calls.copy_from + fake_.calls.persist, 0);
}

TEST_F(Mounts, send_metadata_to_the_block_device_and_data_to_the_dax_device) {
  use_block(512, true);
  format();
  mount();
  const int file = make("/f");
  const auto sectors = block_->counters()["sectors_written"];
  const DeviceCounters before = device_->counters();
  ASSERT_EQ(files().write(file, 0, pattern(40'960, 1)), 40'960);
  EXPECT_EQ(device_->counters().bytes_copied_from - before.bytes_copied_from, 40'960);
  thread_.reset();
  EXPECT_EQ(block_->counters()["sectors_written"], sectors);
  thread_ = file_system_->thread();
  const DeviceCounters between = device_->counters();
  EXPECT_EQ(files().make_directory("/d"), 0);
  thread_.reset();
  EXPECT_GT(block_->counters()["sectors_written"], sectors);
  EXPECT_EQ(device_->counters(), between);
  thread_ = file_system_->thread();
  remount();
  EXPECT_EQ(contents("/f"), pattern(40'960, 1));
}

TEST_F(Mounts, keep_files_on_btt) {
  ASSERT_TRUE(format_btt(*other_device_));
  auto btt = open_btt(*other_device_);
  ASSERT_TRUE(btt) << btt.error().message;
  source_ = {nullptr, btt->get()};
  format();
  mount();
  put("/f", pattern(50'000, 1));
  remount();
  EXPECT_EQ(contents("/f"), pattern(50'000, 1));
  unmount();
}

TEST_F(Mounts, refuse_a_second_one_of_the_same_device) {
  format();
  mount();
  const auto again = FileSystem::mount(source_, {});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, EBUSY);
  EXPECT_EQ(again.error().kind, ErrorKind::environment);
  EXPECT_EQ(again.error().message,
            "the device is mounted or held by something else; unmount it first");
  // By way of its sectors too.
  const auto block = make_raw_block(*device_);
  ASSERT_TRUE(block);
  EXPECT_EQ(refusal({nullptr, block->get()}), again.error().message);
  unmount();
  EXPECT_EQ(refusal({nullptr, block->get()}), "");
}

TEST_F(Mounts, refuse_the_wrong_thing) {
  EXPECT_EQ(refusal({}), "a mount needs a dax device, a block device or both; name one");
  EXPECT_EQ(refusal(source_),
            "the dax device: it carries no file system of pmembench; format it first");
  use_block(4096, true);
  format();
  EXPECT_EQ(refusal({nullptr, block_.get()}),
            "the block device holds a part of a file system on two devices; mount both");
  EXPECT_EQ(refusal({device_.get(), nullptr}),
            "the dax device holds a part of a file system on two devices; mount both");
  ASSERT_TRUE(FileSystem::format({nullptr, block_.get()}, {}));
  EXPECT_EQ(refusal(source_),
            "the block device holds a part of a file system on two devices; mount both");
  ASSERT_TRUE(FileSystem::format(source_, {.id = 7}));
  fakes::FakeBackend third(kSize);
  const auto third_device = third.device();
  EXPECT_EQ(refusal({third_device.get(), block_.get()}),
            "the dax device: it carries no file system of pmembench; format it first");
  ASSERT_TRUE(FileSystem::format({device_.get(), block_.get()}, {.id = 7}));
  const auto copy = std::vector<unsigned char>(other_.bytes(), other_.bytes() + kSize);
  ASSERT_TRUE(FileSystem::format({device_.get(), block_.get()}, {.id = 8}));
  std::copy(copy.begin(), copy.end(), other_.bytes());
  EXPECT_EQ(refusal(source_),
            "the dax device does not belong to the block device's metadata; mount the pair that "
            "was formatted together");
}

TEST_F(Mounts, are_refused_a_second_time_whatever_lies_between) {
  const auto translations = std::to_array<Result<std::unique_ptr<BlockDevice>> (*)(DaxDevice&)>(
      {[](DaxDevice& device) -> Result<std::unique_ptr<BlockDevice>> {
         if (const Status made = format_btt(device, {}); !made) return made.error();
         auto btt = open_btt(device, {});
         if (!btt) return btt.error();
         return std::unique_ptr<BlockDevice>(*std::move(btt));
       },
       [](DaxDevice& device) -> Result<std::unique_ptr<BlockDevice>> {
         auto rmw = make_rmw(device, {});
         if (!rmw) return rmw.error();
         return std::unique_ptr<BlockDevice>(*std::move(rmw));
       },
       [](DaxDevice& device) { return make_kernel_block(device, {}); }});
  other_.operations.capabilities |= DAX_CAP_EMULATED;  // as behind the kernel's block path
  for (const auto translate : translations) {
    const auto device = other_.device({.name = "other"});
    auto block = translate(*device);
    ASSERT_TRUE(block) << block.error().message;
    source_ = {nullptr, block->get()};
    format();
    mount();
    put("/f", pattern(10, 1));
    auto again = make_raw_block(*device, {});
    ASSERT_TRUE(again) << "another block device over the same memory";
    for (BlockDevice* const one : {block->get(), again->get()}) {
      const auto second = FileSystem::mount({nullptr, one}, {});
      ASSERT_FALSE(second);
      EXPECT_EQ(second.error().code, EBUSY);
    }
    EXPECT_FALSE(FileSystem::mount({device.get(), nullptr}, {}));
    unmount();
    mount();
    EXPECT_EQ(contents("/f"), pattern(10, 1));
    // A failure somewhere in it is no file's in particular; its death is the end.
    EXPECT_EQ(device->notify_failure(0, 4096, 0), -EOPNOTSUPP);
    device->kill();
    EXPECT_TRUE(file_system_->shut_down());
    thread_.reset();
    file_system_.reset();
  }
}

TEST_F(Mounts, refuse_a_backend_that_copies_whole_units_only) {
  other_.operations.alignment_bytes = other_.operations.minimum_io_bytes = 4096;
  const auto device = other_.device({.name = "coarse"});
  EXPECT_EQ(refusal({device.get(), nullptr}),
            "coarse cannot be written byte by byte (its backend copies whole units); mount a block "
            "device over it");
}

TEST_F(Mounts, refuse_what_has_no_room_for_superblocks) {
  fakes::FakeBackend tiny(4096);
  const auto device = tiny.device();
  EXPECT_EQ(refusal({device.get(), nullptr}),
            "the dax device: it is smaller than a superblock; name a larger medium");
}

TEST_F(Mounts, refuse_to_be_made_too_small) {
  fakes::FakeBackend tiny(64 * 1024);
  const auto device = tiny.device();
  const Status made = FileSystem::format({device.get(), nullptr}, {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "a file system needs 192 KiB or more; name a larger medium");
  const Status full = FileSystem::format(source_, {.inodes = 100'000});
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().message, "100000 inodes do not fit into 4096 KiB; ask for fewer");
}

TEST_F(Mounts, answer_a_bad_block_in_data_with_an_error_and_no_more) {
  format();
  mount();
  put("/good", pattern(10'000, 1));
  put("/bad", pattern(10'000, 2));
  // Wherever the second file's bytes are.
  const auto bytes = pattern(10'000, 2);
  const auto* const at = std::search(fake_.bytes(), fake_.bytes() + kSize,
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()) + 4096);
  const auto offset = static_cast<std::uint64_t>(at - fake_.bytes());
  device_->bad_blocks().add(offset + 4096, 512);
  const int file = files().open("/bad", 0);
  std::vector<std::byte> into(4096);
  EXPECT_EQ(files().read(file, 0, into), 4096);
  EXPECT_EQ(files().read(file, 4096, into), -EIO);
  EXPECT_EQ(files().write(file, 4096, into), -EIO);
  std::span<std::byte> mapping;
  EXPECT_EQ(files().map(file, 10'000, false, &mapping), -EHWPOISON);
  EXPECT_EQ(contents("/good"), pattern(10'000, 1));
  EXPECT_FALSE(file_system_->shut_down());
  // Once the device reports it, the whole file is out of use, and no other.
  EXPECT_EQ(device_->notify_failure(offset + 4096, 512, 0), 0);
  EXPECT_EQ(files().read(file, 0, into), -EIO);
  EXPECT_EQ(files().append(file, into), -EIO);
  EXPECT_EQ(files().fsync(file), -EIO);
  EXPECT_EQ(files().map(file, 4096, false, &mapping), -EIO);
  EXPECT_EQ(contents("/good"), pattern(10'000, 1));
  ASSERT_EQ(files().close(file), 0);
}

TEST_F(Mounts, shut_down_where_metadata_fail) {
  format();
  mount();
  put("/f", pattern(10, 1));
  const int file = files().open("/f", 0);
  EXPECT_EQ(device_->notify_failure(kSize, 4096, 0), -ENXIO);
  EXPECT_FALSE(file_system_->shut_down());
  EXPECT_EQ(device_->notify_failure(2 * 4096, 64, 0), 0);
  EXPECT_TRUE(file_system_->shut_down());
  std::vector<std::byte> into(10);
  FileStatus status;
  EXPECT_EQ(files().read(file, 0, into), -EIO);
  EXPECT_EQ(files().write(file, 0, into), -EIO);
  EXPECT_EQ(files().truncate(file, 0), -EIO);
  EXPECT_EQ(files().stat("/f", status), -EIO);
  EXPECT_EQ(files().unlink("/f"), -EIO);
  EXPECT_EQ(files().read_directory("/", [](std::string_view) { return true; }), -EIO);
  thread_.reset();
  const Status done = file_system_->unmount();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message,
            "the file system was shut down by a failure of its device: what was not synced is "
            "lost");
}

TEST_F(Mounts, do_not_come_up_over_a_bad_block_in_metadata) {
  format();
  mount();
  put("/f", pattern(10, 1));
  unmount();
  device_->bad_blocks().add(4 * 4096, 1);
  EXPECT_EQ(refusal(source_),
            "the dax device has a bad block in its metadata; format it again with --destroy");
  device_->bad_blocks().clear(0, kSize);
  device_->bad_blocks().add(0, 1);  // the first superblock: there is another one
  mount();
  EXPECT_EQ(contents("/f"), pattern(10, 1));
  unmount();
  device_->bad_blocks().add(4096, 1);
  EXPECT_EQ(refusal(source_),
            "the dax device: it cannot be read: the device fails on both copies of its superblock");
  device_->bad_blocks().clear(0, kSize);
  mount();
  // A write of metadata that fails shuts down.
  device_->bad_blocks().add(0, kSize / 2);
  EXPECT_EQ(files().make_directory("/d"), -EIO);
  EXPECT_TRUE(file_system_->shut_down());
}

TEST_F(Mounts, map_whole_files_by_address) {
  format();
  mount();
  const int file = make("/f");
  ASSERT_EQ(files().write(file, 0, pattern(20'000, 1)), 20'000);
  std::span<std::byte> mapping;
  EXPECT_EQ(files().map(file, 20'001, false, &mapping), -EINVAL);
  ASSERT_EQ(files().map(file, 20'000, true, &mapping), 0);
  ASSERT_EQ(mapping.size(), 20'000);
  EXPECT_TRUE(std::equal(mapping.begin(), mapping.end(), pattern(20'000, 1).begin()));
  EXPECT_EQ(files().map(file, 20'000, true, &mapping), -EBUSY);
  EXPECT_EQ(files().truncate(file, 100), -EBUSY);
  mapping[5000] = std::byte{77};
  const std::uint64_t lines = device_->counters().lines_flushed;
  EXPECT_EQ(files().sync_mapped(file, mapping.subspan(5000, 1), 64), 0);
  EXPECT_EQ(device_->counters().lines_flushed - lines, 1);
  EXPECT_EQ(files().sync_mapped(file, mapping.subspan(5000, 1), 4096), 0);
  EXPECT_EQ(device_->counters().lines_flushed - lines, 65);
  EXPECT_EQ(files().unmap(file), 0);
  EXPECT_EQ(files().sync_mapped(file, mapping.subspan(0, 1), 64), -EINVAL);
  remount();
  EXPECT_EQ(contents("/f")[5000], std::byte{77});
  const int holes = make("/holes");
  ASSERT_EQ(files().write(holes, 8192, pattern(10, 1)), 10);
  EXPECT_EQ(files().map(holes, 100, false, &mapping), -EOPNOTSUPP);
  unmount();
  use_block(4096, false);
  format();
  mount();
  put("/f", pattern(10, 1));
  EXPECT_EQ(files().map(files().open("/f", 0), 10, false, &mapping), -EOPNOTSUPP);
}

TEST_F(Mounts, lay_large_files_where_large_pages_fit) {
  fakes::FakeBackend large(96 << 20);
  large.record = false;
  const auto device = large.device();
  source_ = {device.get(), nullptr};
  format();
  mount();
  put("/small", pattern(4096, 1));
  const int file = make("/large");
  ASSERT_EQ(files().preallocate(file, 8 << 20), 0);
  FileStatus status;
  ASSERT_EQ(files().stat("/large", status), 0);
  EXPECT_EQ(status.huge_mappable_bytes, 8 << 20);
  // One that grows in small steps too, but for its beginning.
  const int grown = make("/grown");
  const auto step = pattern(4096, 1);
  for (int i = 0; i < 2048; ++i) ASSERT_GT(files().append(grown, step), 0);
  ASSERT_EQ(files().stat("/grown", status), 0);
  EXPECT_GE(status.huge_mappable_bytes, 6 << 20);
  std::span<std::byte> mapping;
  ASSERT_EQ(files().map(file, 8 << 20, true, &mapping), 0);
  remount();
  ASSERT_EQ(files().stat("/large", status), 0);
  EXPECT_EQ(status.huge_mappable_bytes, 8 << 20);
  unmount();
}

TEST_F(Mounts, copy_instead_of_overwriting_where_asked_to) {
  format();
  MountOptions options;
  options.copy_on_write = true;
  mount(options);
  const auto old = pattern(40'960, 1);
  put("/f", old);
  const int file = files().open("/f", 0);
  const std::uint64_t before = file_system_->free_bytes();
  ASSERT_EQ(files().write(file, 4096, pattern(8192, 2)), 8192);
  EXPECT_EQ(file_system_->free_bytes(), before - 8192) << "old and new, until it is synced";
  const auto* const found = std::search(
      fake_.bytes(), fake_.bytes() + kSize, reinterpret_cast<const unsigned char*>(old.data()),
      reinterpret_cast<const unsigned char*>(old.data()) + 40'960);
  EXPECT_NE(found, fake_.bytes() + kSize);
  ASSERT_EQ(files().fsync(file), 0);
  EXPECT_EQ(file_system_->free_bytes(), before);
  ASSERT_EQ(files().close(file), 0);
  remount(options);
}

}  // namespace
}  // namespace pmembench
