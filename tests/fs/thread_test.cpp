// Many threads in one directory, in one file and in their own; then fsck. Also under the thread
// sanitizer.
#include <atomic>
#include <thread>

#include "tests/fs/mounted.hpp"

namespace pmembench {
namespace {

constexpr int kThreads = 4;

class Threads : public Mounted, public testing::WithParamInterface<FileLocks> {
 protected:
  Threads() {
    format();
    MountOptions options;
    options.locks = GetParam();
    mount(options);
  }
  // `work(files, index, random)` on every thread at once.
  template <typename Work>
  void together(Work work) {
    std::vector<std::thread> threads;
    for (int index = 0; index < kThreads; ++index) {
      threads.emplace_back([this, work, index] {
        const auto files = file_system_->thread();
        Random random(mix_seed(static_cast<std::uint64_t>(index)));
        work(*files, index, random);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
};

TEST_P(Threads, make_rename_and_unlink_in_shared_and_private_directories) {
  ASSERT_EQ(files().make_directory("/s"), 0);
  ASSERT_EQ(files().make_directory("/t"), 0);
  std::atomic<int> odd{0};
  together([&odd](FileSystemThread& files, int index, Random& random) {
    const std::string own = "/p" + std::to_string(index);
    if (files.make_directory(own) != 0) ++odd;
    const auto some = pattern(3000, 1);
    for (int i = 0; i < 400; ++i) {
      const std::string name = std::to_string(random.below(12));
      const std::string other = std::to_string(random.below(12));
      const char* const shared = random.below(2) == 0 ? "/s/" : "/t/";
      const int file = files.open(shared + name, FileSystemThread::kCreate);
      if (file < 0) ++odd;
      if (files.append(file, some) < 0) ++odd;
      if (files.fsync(file) < 0) ++odd;
      const int renamed = files.rename(shared + name, "/s/" + other);
      if (renamed != 0 && renamed != -ENOENT) ++odd;
      const int unlinked = files.unlink("/t/" + other);
      if (unlinked != 0 && unlinked != -ENOENT) ++odd;
      if (files.close(file) < 0) ++odd;
      const int mine = files.open(own + "/" + name, FileSystemThread::kCreate);
      if (files.append(mine, some) < 0 || files.close(mine) != 0) ++odd;
      if (files.rename(own + "/" + name, own + "/x") != 0) ++odd;
      if (random.below(4) == 0 && files.unlink(own + "/x") != 0) ++odd;
      FileStatus status;
      files.stat("/s/" + name, status);
      files.read_directory("/s", [](std::string_view) { return true; });
    }
  });
  EXPECT_EQ(odd, 0);
  remount();
}

TEST_P(Threads, write_disjoint_ranges_of_one_file) {
  const int file = make("/shared");
  constexpr std::uint64_t kPart = 300'000;
  ASSERT_EQ(files().preallocate(file, kThreads * kPart / 2), 0);
  together([](FileSystemThread& files, int index, Random& random) {
    const int own = files.open("/shared", 0);
    const auto bytes = pattern(kPart, static_cast<std::uint64_t>(index));
    const std::uint64_t base = static_cast<std::uint64_t>(index) * kPart;
    std::vector<std::byte> back(10'000);
    for (std::uint64_t at = 0; at < kPart;) {
      const std::size_t size = std::min<std::size_t>(random.below(20'000) + 1, kPart - at);
      files.write(own, base + at, std::span(bytes).subspan(at, size));
      files.read(own, random.below(kThreads * kPart), back);
      if (random.below(4) == 0) files.fsync(own);
      at += size;
    }
    files.close(own);
  });
  const auto all = contents("/shared");
  ASSERT_EQ(all.size(), kThreads * kPart);
  for (int index = 0; index < kThreads; ++index) {
    const auto bytes = pattern(kPart, static_cast<std::uint64_t>(index));
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(),
                           all.begin() + static_cast<std::ptrdiff_t>(index * kPart)));
  }
  ASSERT_EQ(files().close(file), 0);
  remount();
}

TEST_P(Threads, append_to_one_file_without_losing_a_record) {
  together([](FileSystemThread& files, int index, Random&) {
    const int log = files.open("/log", FileSystemThread::kCreate);
    const std::vector<std::byte> record(64, static_cast<std::byte>(index + 1));
    for (int i = 0; i < 300; ++i) files.append(log, record);
    files.fsync(log);
    files.close(log);
  });
  const auto all = contents("/log");
  ASSERT_EQ(all.size(), kThreads * 300 * 64);
  std::array<int, kThreads + 1> counts{};
  for (std::size_t at = 0; at < all.size(); at += 64) {
    ASSERT_TRUE(std::all_of(all.begin() + static_cast<long>(at),
                            all.begin() + static_cast<long>(at + 64),
                            [&](std::byte byte) { return byte == all[at]; }));
    ++counts.at(static_cast<std::size_t>(all[at]));
  }
  for (int index = 1; index <= kThreads; ++index) {
    EXPECT_EQ(counts.at(static_cast<std::size_t>(index)), 300);
  }
  remount();
}

TEST_P(Threads, move_directories_past_one_another) {
  for (const char* const name : {"/a", "/b", "/a/x", "/b/y"}) {
    ASSERT_EQ(files().make_directory(name), 0);
  }
  together([](FileSystemThread& files, int, Random& random) {
    static constexpr std::array<const char*, 6> kNames = {"/a/x", "/b/y",   "/a/y",
                                                          "/b/x", "/a/x/y", "/b/y/x"};
    for (int i = 0; i < 300; ++i) {
      files.rename(kNames.at(random.below(6)), kNames.at(random.below(6)));
      files.make_directory(kNames.at(random.below(6)));
      files.remove_directory(kNames.at(random.below(6)));
    }
  });
  remount();
}

TEST_P(Threads, meet_the_death_of_the_device_with_an_error) {
  std::atomic<int> started{0};
  std::thread killer([&] {
    while (started < kThreads) std::this_thread::yield();
    device_->kill();
  });
  std::atomic<int> odd{0};
  together([&](FileSystemThread& files, int index, Random&) {
    const int file = files.open("/f" + std::to_string(index), FileSystemThread::kCreate);
    const auto some = pattern(5000, 1);
    ++started;
    for (int i = 0; i < 1'000'000; ++i) {
      const std::int64_t done = files.write(file, 0, some);
      if (done == 5000) continue;
      if (done != -EIO) ++odd;
      break;
    }
    if (files.fsync(file) != -EIO) ++odd;
    if (files.open("/g", FileSystemThread::kCreate) != -EIO) ++odd;
  });
  killer.join();
  EXPECT_EQ(odd, 0);
  EXPECT_TRUE(file_system_->shut_down());
  thread_.reset();
  EXPECT_FALSE(file_system_->unmount());
}

INSTANTIATE_TEST_SUITE_P(Locks, Threads,
                         testing::Values(FileLocks::whole_file, FileLocks::byte_range));

}  // namespace
}  // namespace pmembench
