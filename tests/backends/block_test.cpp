// The kernel's block path: engines, durability, refusals.
#include <sys/stat.h>

#include <cerrno>
#include <thread>

#include "backend_fixture.hpp"
#include "backends/block_medium.h"

namespace pmembench {
namespace {

const dax_operations& block() { return *builtin("block"); }

std::string refusal(const dax_media_info& media, int error) {
  const dax_host_info host = host_info();
  std::array<char, 512> reason{};
  void* handle = nullptr;
  std::uint64_t size = 0;
  EXPECT_EQ(block().open(&host, &media, &handle, &size, reason.data(), reason.size()), error);
  return reason.data();
}

dax_media_info block_media(const std::string& path, const char* options = "") {
  dax_media_info media{};
  media.struct_size = sizeof(media);
  media.kind = DAX_MEDIA_BLOCK;
  media.path = path.c_str();
  media.options = options;
  return media;
}

std::string facts(const OpenBackend& device) {
  std::array<char, 256> text{};
  EXPECT_EQ(device.table().describe(device.handle(), text.data(), text.size()), 0);
  return text.data();
}

TEST(Block, describes_what_it_opened) {
  const TemporaryFile file(PMEMBENCH_BINARY_DIR, OpenBackend::kSize);
  const OpenBackend plain(block(), 16, file.path());
  ASSERT_EQ(plain.error(), 0) << plain.reason();
  EXPECT_EQ(facts(plain).find("engine=pread durable=fdatasync queue_depth=1 io_alignment_bytes="),
            0U);
  const OpenBackend deep(block(), 16, file.path(), "queue_depth=8,engine=io_uring,durable=dsync");
  if (is_withheld_here(deep)) GTEST_SKIP() << deep.reason();
  ASSERT_EQ(deep.error(), 0) << deep.reason();
  EXPECT_EQ(facts(deep).find("engine=io_uring durable=dsync queue_depth=8 io_alignment_bytes="),
            0U);
}

TEST(Block, gives_a_driver_each_sector_in_one_piece_of_memory) {
  BlockMedium medium;
  adopt_direct_io(4096, 512, &medium);  // as a BTT's device says
  EXPECT_EQ(medium.io_alignment, 4096U);
  EXPECT_EQ(medium.buffer_alignment, 4096U);
  adopt_direct_io(512, 512, &medium);
  EXPECT_EQ(medium.buffer_alignment, 512U);
  adopt_direct_io(512, 4096, &medium);
  EXPECT_EQ(medium.io_alignment, 512U);
  EXPECT_EQ(medium.buffer_alignment, 4096U);
  adopt_direct_io(1, 4, &medium);
  EXPECT_EQ(medium.io_alignment, 512U);
  EXPECT_EQ(medium.buffer_alignment, 512U);
}

class BlockEngine : public testing::TestWithParam<const char*> {
 protected:
  BlockEngine()
      : file_(PMEMBENCH_BINARY_DIR, OpenBackend::kSize),
        device_(block(), 16, file_.path(), GetParam()) {}
  void SetUp() override {
    if (is_withheld_here(device_)) GTEST_SKIP() << device_.reason();
    ASSERT_EQ(device_.error(), 0) << device_.reason();
  }
  TemporaryFile file_;
  OpenBackend device_;
};

TEST_P(BlockEngine, writes_what_another_reader_finds) {
  std::mt19937_64 random(6);
  const Bytes data = random_bytes(OpenBackend::kSize, random);
  device_.fill(data);
  EXPECT_EQ(file_.read(), data);
}

TEST_P(BlockEngine, refuses_what_is_not_in_sectors) {
  Bytes buffer(4096);
  for (std::uint64_t dax_iter::*field :
       {&dax_iter::offset_bytes, &dax_iter::granule_bytes, &dax_iter::size_bytes}) {
    dax_iter iter = one_range(4096, 4096, buffer.data());
    iter.granule_bytes = 4096;
    iter.*field -= 8;
    const dax_iter before = iter;
    EXPECT_EQ(block().copy_from_iter(device_.handle(), &iter), -EINVAL);
    EXPECT_EQ(block().copy_to_iter(device_.handle(), &iter), -EINVAL);
    EXPECT_EQ(block().persist_from_iter(device_.handle(), &iter), -EINVAL);
    EXPECT_EQ(iter.count, before.count);
    EXPECT_EQ(iter.state, before.state);
  }
}

// A batch that walks over the end: the ranges before it are done and counted, the next call fails.
TEST_P(BlockEngine, stops_at_the_range_that_fails) {
  ASSERT_EQ(::truncate(file_.path().c_str(), 5 * 4096), 0);
  Bytes buffer(4096);
  dax_iter iter = one_range(0, 4096, buffer.data());
  iter.granule_bytes = 4096;
  iter.slots = 64;
  iter.increment = ~std::uint64_t{0} / 64 + 1;
  iter.count = 20;
  dax_iter stepped = iter;
  for (int range = 0; range < 5; ++range) dax_iter_next(&stepped);
  EXPECT_EQ(block().copy_to_iter(device_.handle(), &iter), 5 * 4096);
  EXPECT_EQ(iter.count, 15U);
  EXPECT_EQ(iter.state, stepped.state);
  EXPECT_EQ(block().copy_to_iter(device_.handle(), &iter), -EIO);
  EXPECT_EQ(iter.count, 15U);
  EXPECT_EQ(iter.state, stepped.state);
}

TEST_P(BlockEngine, zeroes_pages_and_recovers_them) {
  std::mt19937_64 random(8);
  Bytes expected = random_bytes(OpenBackend::kSize, random);
  device_.fill(expected);
  ASSERT_EQ(block().zero_page_range(device_.handle(), 3, 40), 0);  // more than one piece
  std::memset(expected.data() + 3 * 4096, 0, 40 * 4096);
  Bytes page = random_bytes(4096, random);
  dax_iter iter = one_range(4096, 4096, page.data());
  EXPECT_EQ(block().recovery_write(device_.handle(), &iter), 4096);
  std::memcpy(expected.data() + 4096, page.data(), 4096);
  iter = one_range(512, 4096, page.data());
  EXPECT_EQ(block().recovery_write(device_.handle(), &iter), 0);
  EXPECT_EQ(block().drain(device_.handle()), 0);
  EXPECT_EQ(file_.read(), expected);
  EXPECT_EQ(block().zero_page_range(device_.handle(), 63, 2), -ERANGE);
}

TEST_P(BlockEngine, has_no_lines_to_flush) {
  dax_iter iter = one_range(0, 4096, nullptr);
  iter.count = 3;
  EXPECT_EQ(block().flush(device_.handle(), &iter), 0);
  EXPECT_EQ(iter.count, 0U);
}

// Each thread has an engine of its own, and a thread that ends leaves its engine to the next.
TEST_P(BlockEngine, serves_many_threads_at_once_and_one_after_another) {
  constexpr std::uint64_t kThreads = 4;
  std::mt19937_64 random(12);
  const Bytes expected = random_bytes(OpenBackend::kSize, random);
  const std::uint64_t share = OpenBackend::kSize / kThreads;
  std::array<std::int64_t, kThreads> written{};
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      Bytes data(expected.begin() + static_cast<std::ptrdiff_t>(thread * share),
                 expected.begin() + static_cast<std::ptrdiff_t>((thread + 1) * share));
      for (std::uint64_t at = 0; at < share; at += 4096) {
        dax_iter iter = one_range(thread * share + at, 4096, data.data() + at);
        written.at(thread) += block().persist_from_iter(device_.handle(), &iter);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::int64_t bytes : written) EXPECT_EQ(bytes, static_cast<std::int64_t>(share));
  EXPECT_EQ(device_.contents(), expected);
  for (int round = 0; round < 1100; ++round) {  // more threads than there are engines
    std::int64_t got = 0;
    std::thread([&] {
      Bytes data(512);
      dax_iter iter = one_range(0, 512, data.data());
      got = block().copy_to_iter(device_.handle(), &iter);
    }).join();
    ASSERT_EQ(got, 512) << round;
  }
}

INSTANTIATE_TEST_SUITE_P(Options, BlockEngine,
                         testing::Values("engine=pread", "engine=pread,durable=dsync",
                                         "engine=io_uring", "engine=io_uring,queue_depth=8",
                                         "engine=io_uring,queue_depth=8,durable=dsync"));

// The descriptor that a device holds on a file.
int descriptor_of(const std::string& path) {
  struct stat wanted = {}, found = {};
  EXPECT_EQ(::stat(path.c_str(), &wanted), 0);
  for (int fd = 3; fd < 256; ++fd) {
    if (::fstat(fd, &found) == 0 && found.st_ino == wanted.st_ino &&
        found.st_dev == wanted.st_dev) {
      return fd;
    }
  }
  ADD_FAILURE() << "nobody holds " << path;
  return -1;
}

TEST(Block, goes_past_the_page_cache_and_makes_writes_durable_as_asked) {
  for (const bool dsync : {false, true}) {
    const TemporaryFile file(PMEMBENCH_BINARY_DIR, OpenBackend::kSize);
    const OpenBackend device(block(), 16, file.path(),
                             dsync ? "durable=dsync" : "durable=fdatasync");
    if (is_withheld_here(device)) GTEST_SKIP() << device.reason();
    const int fd = descriptor_of(file.path());
    const int flags = ::fcntl(fd, F_GETFL);
    EXPECT_EQ(flags & O_DIRECT, O_DIRECT);
    EXPECT_EQ(flags & O_DSYNC, dsync ? O_DSYNC : 0);
    EXPECT_EQ(block().drain(device.handle()), 0);
    // A pipe in the file's place tells whether drain asks the kernel: it cannot be synchronised.
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    ASSERT_EQ(::dup2(pipe[0], fd), fd);
    EXPECT_EQ(block().drain(device.handle()), dsync ? 0 : -EINVAL);
    ::close(pipe[0]);
    ::close(pipe[1]);
  }
}

TEST(Block, refuses_unknown_options_with_the_list) {
  for (const char* option : {"engine=aio", "durable=no", "queue_depth=0", "queue_depth=257",
                             "queue_depth=8x", "depth=8", "pread"}) {
    const std::string text = std::string("durable=dsync,") + option;
    EXPECT_EQ(refusal(block_media("/dev/shm/any", text.c_str()), -EINVAL),
              std::string("block does not take the option '") + option +
                  "'; it takes engine=pread|io_uring, durable=fdatasync|dsync, queue_depth=1..256");
  }
}

TEST(Block, refuses_a_queue_depth_without_a_queue) {
  EXPECT_EQ(refusal(block_media("/dev/shm/any", "queue_depth=4"), -EINVAL),
            "block: queue_depth=4 needs engine=io_uring, since pread has one range under way; add "
            "engine=io_uring or leave queue_depth out");
}

TEST(Block, refuses_media_of_another_kind) {
  dax_media_info media = block_media("/dev/shm/any");
  media.kind = DAX_MEDIA_DRAM;
  EXPECT_EQ(refusal(media, -EINVAL),
            "block opens a block device or a regular file and was given another kind of medium; "
            "name it block:PATH");
  EXPECT_EQ(refusal(block_media("/dev/shm/no_such_file"), -ENOENT),
            "block cannot open /dev/shm/no_such_file: No such file or directory; check the path "
            "and that you may read and write it");
  EXPECT_EQ(refusal(block_media("/dev/null"), -ENOTBLK),
            "block cannot use /dev/null: it is neither a block device nor a regular file; name one "
            "of those");
}

TEST(Block, refuses_a_file_system_without_direct_io) {
  // A regular file of a file system that never has direct I/O.
  EXPECT_EQ(refusal(block_media("/proc/self/oom_score_adj"), -EINVAL),
            "block cannot open /proc/self/oom_score_adj with O_DIRECT: its file system refuses "
            "direct I/O, so the page cache would be measured instead; use a block device or a file "
            "on ext4 or xfs");
}

TEST(Block, refuses_sizes_that_the_medium_does_not_have) {
  const TemporaryFile file(PMEMBENCH_BINARY_DIR, 8192);
  dax_media_info media = block_media(file.path());
  media.size_bytes = 16384;
  EXPECT_EQ(refusal(media, -ENOSPC),
            "block was asked for 16384 bytes of " + file.path() + ", which has 8192; ask for less");
  const TemporaryFile tiny(PMEMBENCH_BINARY_DIR, 100);
  const std::string reason = refusal(block_media(tiny.path()), -EINVAL);
  EXPECT_EQ(reason.find("block finds less than one sector of "), 0U) << reason;
  EXPECT_NE(reason.find(" bytes in " + tiny.path() + "; give a larger file or device"),
            std::string::npos)
      << reason;
}

TEST(Block, takes_the_whole_file_where_no_size_is_given) {
  const TemporaryFile file(PMEMBENCH_BINARY_DIR, 3 * 4096 + 100);
  const dax_media_info media = block_media(file.path());
  const dax_host_info host = host_info();
  void* handle = nullptr;
  std::uint64_t size = 0;
  ASSERT_EQ(block().open(&host, &media, &handle, &size, nullptr, 0), 0);
  EXPECT_EQ(size, 3U * 4096);
  block().close(handle);
}

}  // namespace
}  // namespace pmembench
