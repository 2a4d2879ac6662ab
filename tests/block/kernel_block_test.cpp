// kernel: files behind the kernel's block path, by either engine.
#include "block/kernel_block.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "backends/builtin_backends.h"
#include "block_fixture.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kBytes = 64 * kPage;

const dax_operations& block_backend() {
  std::size_t count = 0;
  const dax_operations* const* tables = pmembench_builtin_backends(&count);
  for (std::size_t i = 0; i < count; ++i) {
    if (std::string("block") == tables[i]->name) return *tables[i];
  }
  std::abort();
}

class Kernel : public testing::TestWithParam<const char*> {
 protected:
  Kernel() : path_(PMEMBENCH_BINARY_DIR "/kernel_block_XXXXXX") {
    const int fd = mkstemp(path_.data());
    EXPECT_GE(fd, 0);
    EXPECT_EQ(ftruncate(fd, static_cast<off_t>(kBytes)), 0);
    close(fd);
  }
  ~Kernel() override {
    session_.reset();
    block_.reset();
    device_.reset();
    if (handle_ != nullptr) block_backend().close(handle_);
    unlink(path_.c_str());
  }
  void SetUp() override {
    dax_host_info host{};
    host.struct_size = sizeof host;
    dax_media_info media{};
    media.struct_size = sizeof media;
    media.kind = DAX_MEDIA_BLOCK;
    media.path = path_.c_str();
    media.options = GetParam();
    std::array<char, 512> reason{};
    std::uint64_t size = 0;
    const int error =
        block_backend().open(&host, &media, &handle_, &size, reason.data(), reason.size());
    if (error != 0) GTEST_SKIP() << reason.data();  // a sandbox without io_uring, or a tmpfs
    device_ = std::move(DaxDevice::allocate({.name = "file", .size_bytes = size}, &block_backend(),
                                            handle_, nullptr))
                  .value();
    block_ = std::move(make_kernel_block(*device_)).value();
    session_ = block_->session();
  }
  // What the file holds, by another way than the one that is tested.
  std::vector<std::byte> file_bytes(std::uint64_t offset, std::uint64_t size) {
    std::vector<std::byte> bytes(size);
    const int fd = ::open(path_.c_str(), O_RDONLY);
    EXPECT_EQ(pread(fd, bytes.data(), size, static_cast<off_t>(offset)),
              static_cast<ssize_t>(size));
    close(fd);
    return bytes;
  }

  std::string path_;
  void* handle_ = nullptr;
  std::unique_ptr<DaxDevice> device_;
  std::unique_ptr<BlockDevice> block_;
  std::unique_ptr<BlockSession> session_;
};

TEST_P(Kernel, reads_and_writes_sectors_of_the_file) {
  for (std::uint64_t sector = 0; sector < 8; ++sector) {
    ASSERT_EQ(session_->write_at(sector * kPage, sector_content(sector, 1, kPage)), 0);
  }
  ASSERT_EQ(session_->flush(), 0);
  for (std::uint64_t sector = 0; sector < 8; ++sector) {
    EXPECT_EQ(file_bytes(sector * kPage, kPage), sector_content(sector, 1, kPage));
    std::vector<std::byte> found(kPage);
    ASSERT_EQ(session_->read_at(sector * kPage, found), 0);
    EXPECT_EQ(found, sector_content(sector, 1, kPage));
  }
  EXPECT_EQ(block_->counters(), (std::map<std::string, std::uint64_t>{
                                    {"sectors_read", 8}, {"sectors_written", 8}, {"flushes", 1}}));
}

TEST_P(Kernel, takes_batches_from_any_memory) {
  std::vector<std::byte> unaligned = sector_content(3, 1, kPage + 8);
  dax_iter batch = ranges_in_a_row(8 * kPage, bytes_of(unaligned) + 1, kPage, 16);
  ASSERT_EQ(session_->write(batch), static_cast<std::int64_t>(16 * kPage));
  batch.count = 16;
  ASSERT_EQ(session_->write_fua(batch), static_cast<std::int64_t>(16 * kPage));
  const std::vector<std::byte> wanted(unaligned.begin() + 1, unaligned.begin() + 1 + kPage);
  for (std::uint64_t sector = 8; sector < 24; ++sector) {
    ASSERT_EQ(file_bytes(sector * kPage, kPage), wanted) << sector;
  }
}

TEST_P(Kernel, refuses_wrong_requests) {
  std::vector<std::byte> buffer(kPage);
  EXPECT_EQ(session_->write_at(512, buffer), -EINVAL);
  EXPECT_EQ(session_->read_at(kBytes, buffer), -EIO);
  device_->kill();
  EXPECT_EQ(session_->read_at(0, buffer), -ENXIO);
}

TEST_P(Kernel, gives_no_dax_device) {
  EXPECT_FALSE(block_->atomic_sectors());
  EXPECT_EQ(message_of(block_->dax()),
            "the kernel's block device 'file' gives no dax device: its bytes have no addresses "
            "here; open the memory itself with another backend");
}

INSTANTIATE_TEST_SUITE_P(Engines, Kernel,
                         testing::Values("", "durable=dsync", "engine=io_uring",
                                         "engine=io_uring,queue_depth=16",
                                         "engine=io_uring,queue_depth=256,durable=dsync"));

TEST(KernelBlock, refuses_a_backend_that_is_not_the_kernels) {
  FakeBackend fake(kBytes);
  const auto device = fake.device();
  EXPECT_EQ(message_of(make_kernel_block(*device)),
            "a kernel block device over 'fake0' needs a backend that goes through the kernel's "
            "block path, and backend fake does not; use backend block");
}

}  // namespace
}  // namespace pmembench
