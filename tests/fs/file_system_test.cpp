// A mount on a dax device: what is written is there, now and after the next mount.
#include "fs/file_system.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "tests/fs/mounted.hpp"

namespace pmembench {
namespace {

class OneMount : public Mounted {
 protected:
  OneMount() {
    format();
    mount();
  }
};

TEST_F(OneMount, keeps_files_over_a_remount) {
  const auto bytes = pattern(123'457, 1);
  put("/a", bytes);
  ASSERT_EQ(files().make_directory("/d"), 0);
  put("/d/b", pattern(10, 2));
  remount();
  EXPECT_EQ(contents("/a"), bytes);
  EXPECT_EQ(contents("/d/b"), pattern(10, 2));
}

TEST_F(OneMount, appends_and_says_the_new_size) {
  const int file = make("/log");
  EXPECT_EQ(files().append(file, pattern(100, 1)), 100);
  EXPECT_EQ(files().append(file, pattern(5000, 2)), 5100);
  auto expected = pattern(100, 1);
  const auto more = pattern(5000, 2);
  expected.insert(expected.end(), more.begin(), more.end());
  EXPECT_EQ(contents("/log"), expected);
}

TEST_F(OneMount, reads_zeroes_from_holes_and_from_what_was_cut_off) {
  const int file = make("/h");
  ASSERT_EQ(files().write(file, 100'000, pattern(10, 1)), 10);
  std::vector<std::byte> into(50'000, std::byte{1});
  ASSERT_EQ(files().read(file, 50'000, into), 50'000);
  EXPECT_EQ(std::count(into.begin(), into.end(), std::byte{0}), 50'000);
  ASSERT_EQ(files().write(file, 0, pattern(9000, 3)), 9000);
  ASSERT_EQ(files().truncate(file, 4100), 0);
  ASSERT_EQ(files().truncate(file, 9000), 0);
  auto expected = pattern(9000, 3);
  std::fill(expected.begin() + 4100, expected.end(), std::byte{0});
  EXPECT_EQ(contents("/h"), expected);
}

TEST_F(OneMount, answers_wrong_names_with_the_errno_of_the_case) {
  put("/f", pattern(1, 1));
  ASSERT_EQ(files().make_directory("/d"), 0);
  EXPECT_EQ(files().open("/none", 0), -ENOENT);
  EXPECT_EQ(files().open("/none/f", 0), -ENOENT);
  EXPECT_EQ(files().open("/f/x", FileSystemThread::kCreate), -ENOTDIR);
  EXPECT_EQ(files().open("/d", 0), -EISDIR);
  EXPECT_EQ(files().open("f", 0), -EINVAL);
  EXPECT_EQ(files().open("/../f", 0), -EINVAL);
  EXPECT_EQ(files().open("/f", FileSystemThread::kCreate | FileSystemThread::kExclusive), -EEXIST);
  EXPECT_EQ(make("/" + std::string(256, 'n')), -ENAMETOOLONG);
  EXPECT_EQ(make("/" + std::string(256, 'n') + "/f"), -ENAMETOOLONG);
  EXPECT_GE(make("/" + std::string(255, 'n')), 0);
  EXPECT_EQ(files().make_directory("/d"), -EEXIST);
  EXPECT_EQ(files().unlink("/d"), -EISDIR);
  EXPECT_EQ(files().unlink("/none"), -ENOENT);
  EXPECT_EQ(files().remove_directory("/f"), -ENOTDIR);
  EXPECT_EQ(files().remove_directory("/"), -EBUSY);
  EXPECT_EQ(files().read(77, 0, {}), -EBADF);
  EXPECT_EQ(files().fsync(-1), -EBADF);
}

TEST_F(OneMount, removes_only_empty_directories) {
  ASSERT_EQ(files().make_directory("/d"), 0);
  put("/d/f", pattern(1, 1));
  EXPECT_EQ(files().remove_directory("/d"), -ENOTEMPTY);
  ASSERT_EQ(files().unlink("/d/f"), 0);
  EXPECT_EQ(files().remove_directory("/d"), 0);
  EXPECT_EQ(files().open("/d/f", FileSystemThread::kCreate), -ENOENT);
  // A new directory of the same name is not the old one.
  ASSERT_EQ(files().make_directory("/d"), 0);
  put("/d/g", pattern(2, 2));
  remount();
  EXPECT_EQ(contents("/d/g"), pattern(2, 2));
}

TEST_F(OneMount, renames_files_over_files_and_directories_between_directories) {
  put("/a", pattern(10, 1));
  put("/b", pattern(20, 2));
  ASSERT_EQ(files().rename("/a", "/b"), 0);
  EXPECT_EQ(contents("/b"), pattern(10, 1));
  EXPECT_EQ(files().open("/a", 0), -ENOENT);
  ASSERT_EQ(files().make_directory("/p"), 0);
  ASSERT_EQ(files().make_directory("/q"), 0);
  ASSERT_EQ(files().make_directory("/p/d"), 0);
  put("/p/d/f", pattern(30, 3));
  EXPECT_EQ(files().rename("/p", "/p/d/p"), -EINVAL);
  EXPECT_EQ(files().rename("/p/d", "/q"), -EEXIST);
  EXPECT_EQ(files().rename("/none", "/q/x"), -ENOENT);
  EXPECT_EQ(files().rename("/b", "/b"), 0);
  ASSERT_EQ(files().rename("/p/d", "/q/e"), 0);
  EXPECT_EQ(files().open("/p/d/f", 0), -ENOENT);
  remount();
  EXPECT_EQ(contents("/q/e/f"), pattern(30, 3));
  EXPECT_EQ(contents("/b"), pattern(10, 1));
}

TEST_F(OneMount, forgets_where_a_directory_was_that_has_moved) {
  files().make_directory("/old");
  put("/old/f", pattern(10, 1));  // this thread now remembers where /old is
  ASSERT_EQ(file_system_->thread()->rename("/old", "/new"), 0);
  FileStatus status;
  EXPECT_EQ(files().stat("/old/f", status), -ENOENT);
  EXPECT_EQ(make("/old/g"), -ENOENT);
  EXPECT_EQ(contents("/new/f"), pattern(10, 1));
}

// More extents than an inode and a block of them hold; in between it is synced.
TEST_F(OneMount, keeps_a_file_of_many_pieces) {
  const int file = make("/pieces");
  constexpr std::uint64_t kPieces = 700;
  for (std::uint64_t i = 0; i < kPieces; ++i) {
    ASSERT_EQ(files().write(file, i * 8192, pattern(4096, i)), 4096);
    if (i % 100 == 0) {
      ASSERT_EQ(files().fsync(file), 0);
    }
  }
  ASSERT_EQ(files().close(file), 0);
  remount();
  const auto bytes = contents("/pieces");
  ASSERT_EQ(bytes.size(), kPieces * 8192 - 4096);
  for (std::uint64_t i = 0; i < kPieces; ++i) {
    const auto piece = pattern(4096, i);
    ASSERT_TRUE(std::equal(piece.begin(), piece.end(), bytes.begin() + static_cast<long>(i) * 8192))
        << i;
  }
}

TEST_F(OneMount, keeps_an_unlinked_file_until_its_last_close) {
  put("/f", pattern(100'000, 1));
  const std::uint64_t before = file_system_->free_bytes();
  const int file = files().open("/f", 0);
  ASSERT_EQ(files().unlink("/f"), 0);
  std::vector<std::byte> bytes(100'000);
  EXPECT_EQ(files().read(file, 0, bytes), 100'000);
  EXPECT_EQ(bytes, pattern(100'000, 1));
  EXPECT_EQ(file_system_->free_bytes(), before);
  ASSERT_EQ(files().close(file), 0);
  EXPECT_GT(file_system_->free_bytes(), before);
  remount();
  EXPECT_EQ(files().open("/f", 0), -ENOENT);
}

TEST_F(OneMount, holds_ten_thousand_files_in_one_directory) {
  remount();
  unmount();
  format({.inodes = 11'000});
  mount();
  ASSERT_EQ(files().make_directory("/d"), 0);
  for (int i = 0; i < 10'000; ++i) {
    const int file = make("/d/file" + std::to_string(i));
    ASSERT_GE(file, 0) << i;
    ASSERT_EQ(files().close(file), 0);
  }
  for (int i = 0; i < 10'000; i += 2) {
    ASSERT_EQ(files().unlink("/d/file" + std::to_string(i)), 0);
  }
  remount();
  std::set<std::string> names;
  ASSERT_EQ(files().read_directory("/d",
                                   [&](std::string_view name) {
                                     names.emplace(name);
                                     return true;
                                   }),
            0);
  EXPECT_EQ(names.size(), 5000);
  EXPECT_TRUE(names.contains("file9999"));
}

TEST_F(OneMount, is_full_without_losing_anything) {
  put("/kept", pattern(1 << 20, 9));
  const int file = make("/big");
  const auto chunk = pattern(1'000'000, 1);
  std::int64_t size = 0;
  while (true) {
    const std::int64_t now = files().append(file, chunk);
    if (now == -ENOSPC) break;
    ASSERT_EQ(now, size + 1'000'000);
    size = now;
  }
  FileStatus status;
  ASSERT_EQ(files().stat("/big", status), 0);
  EXPECT_EQ(status.size_bytes, static_cast<std::uint64_t>(size));
  ASSERT_EQ(files().fsync(file), 0);
  remount();
  const auto bytes = contents("/big");
  ASSERT_EQ(bytes.size(), static_cast<std::size_t>(size));
  for (std::size_t at = 0; at < bytes.size(); at += chunk.size()) {
    ASSERT_TRUE(std::equal(chunk.begin(), chunk.end(), bytes.begin() + static_cast<long>(at)));
  }
  EXPECT_EQ(contents("/kept"), pattern(1 << 20, 9));
  ASSERT_EQ(files().unlink("/big"), 0);
  put("/again", chunk);
}

TEST_F(OneMount, runs_out_of_inodes_cleanly) {
  unmount();
  format({.inodes = 16});
  mount();
  int made = 0;
  while (make("/f" + std::to_string(made)) >= 0) ++made;
  EXPECT_EQ(made, 15);
  EXPECT_EQ(make("/more"), -ENOSPC);
  ASSERT_EQ(files().unlink("/f3"), 0);
  ASSERT_EQ(files().close(3), 0);
  EXPECT_GE(make("/more"), 0);
  remount();
}

// Random writes, truncates and preallocations of a few files against plain vectors, remounted now
// and then.
void random_files(Mounted& /*fixture*/, FileSystemThread& files, Random& random,
                  std::map<std::string, std::vector<std::byte>>& model) {
  const std::string path = "/f" + std::to_string(random.below(4));
  auto& expected = model[path];
  const int file = files.open(path, FileSystemThread::kCreate);
  ASSERT_GE(file, 0);
  const std::uint64_t offset = random.below(300'000);
  const auto data = pattern(random.below(40'000) + 1, random());
  switch (random.below(6)) {
    case 0:
      ASSERT_EQ(files.truncate(file, offset), 0);
      expected.resize(offset);
      break;
    case 1: {
      const std::int64_t size = files.append(file, data);
      expected.insert(expected.end(), data.begin(), data.end());
      ASSERT_EQ(size, static_cast<std::int64_t>(expected.size()));
      break;
    }
    case 2:
      ASSERT_EQ(files.preallocate(file, offset), 0);
      expected.resize(std::max<std::size_t>(expected.size(), offset));
      break;
    default:
      ASSERT_EQ(files.write(file, offset, data), static_cast<std::int64_t>(data.size()));
      expected.resize(std::max(expected.size(), offset + data.size()));
      std::copy(data.begin(), data.end(), expected.begin() + static_cast<long>(offset));
  }
  ASSERT_EQ(files.close(file), 0);
}

class EveryOption : public Mounted, public testing::WithParamInterface<std::tuple<bool, bool>> {
 protected:
  static MountOptions options() {
    MountOptions options;
    options.copy_on_write = std::get<0>(GetParam());
    options.locks = std::get<1>(GetParam()) ? FileLocks::byte_range : FileLocks::whole_file;
    return options;
  }
};

TEST_P(EveryOption, agrees_with_a_model) {
  format();
  mount(options());
  const std::uint64_t seed = testing::UnitTest::GetInstance()->random_seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  std::map<std::string, std::vector<std::byte>> model;
  for (int step = 0; step < 400; ++step) {
    ASSERT_NO_FATAL_FAILURE(random_files(*this, files(), random, model)) << step;
    if (step % 50 == 49) remount(options());
    if (step % 10 != 9) continue;
    for (const auto& [path, bytes] : model) ASSERT_EQ(contents(path), bytes) << path << step;
  }
  for (const auto& [path, bytes] : model) ASSERT_EQ(files().unlink(path), 0);
  remount(options());
}

INSTANTIATE_TEST_SUITE_P(Options, EveryOption, testing::Combine(testing::Bool(), testing::Bool()));

TEST_F(OneMount, frees_every_block_that_it_took) {
  const std::uint64_t before = file_system_->free_bytes();
  Random random(5);
  std::map<std::string, std::vector<std::byte>> model;
  for (int step = 0; step < 100; ++step) random_files(*this, files(), random, model);
  for (const auto& [path, bytes] : model) ASSERT_EQ(files().unlink(path), 0);
  EXPECT_EQ(file_system_->free_bytes(), before);
}

}  // namespace
}  // namespace pmembench
