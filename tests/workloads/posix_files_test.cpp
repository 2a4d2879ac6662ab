// What FileInterface promises, held by both of its implementations.
#include "workloads/posix_files.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>

#include "mount_bench.hpp"

namespace pmembench {
namespace {

class Files : public testing::TestWithParam<std::string> {
 protected:
  Files() : bench_(GetParam()), path_(bench_.path()), files_(*path_->files()) {}
  static std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
  }
  std::string read(int file, std::uint64_t offset_bytes, std::size_t size_bytes) {
    std::string text(size_bytes, '?');
    const std::int64_t got =
        files_.read(file, offset_bytes, std::as_writable_bytes(std::span(text.data(), size_bytes)));
    return got < 0 ? "error" : text.substr(0, static_cast<std::size_t>(got));
  }
  int make(std::string_view name) {
    return files_.open(name, FileInterface::kCreate | FileInterface::kExclusive);
  }
  MountBench bench_;
  std::unique_ptr<Path> path_;
  FileInterface& files_;
};

TEST_P(Files, keep_what_is_written_appended_and_cut) {
  const int file = make("/file");
  ASSERT_GE(file, 0);
  EXPECT_EQ(files_.write(file, 0, bytes("0123456789")), 10);
  EXPECT_EQ(files_.append(file, bytes("abc")), 13);
  EXPECT_EQ(files_.write(file, 2, bytes("xy")), 2) << "appending did not make writes append";
  EXPECT_EQ(files_.append(file, bytes("d")), 14);
  EXPECT_EQ(read(file, 0, 100), "01xy456789abcd");
  EXPECT_EQ(files_.truncate(file, 3), 0);
  EXPECT_EQ(read(file, 1, 10), "1x");
  EXPECT_EQ(files_.preallocate(file, 8192), 0);
  FileStat stat;
  EXPECT_EQ(files_.stat("/file", stat), 0);
  EXPECT_EQ(stat.size_bytes, 8192U);
  EXPECT_FALSE(stat.directory);
  EXPECT_EQ(read(file, 8000, 1), std::string(1, '\0'));
  EXPECT_EQ(files_.fsync(file), 0);
  EXPECT_EQ(files_.close(file), 0);
}

TEST_P(Files, keep_names) {
  EXPECT_EQ(files_.make_directory("/d"), 0);
  EXPECT_EQ(files_.make_directory("/d"), -EEXIST);
  for (const char* name : {"/d/a", "/d/b"}) EXPECT_EQ(files_.close(make(name)), 0);
  EXPECT_EQ(make("/d/a"), -EEXIST);
  EXPECT_EQ(files_.open("/d/missing", 0), -ENOENT);
  EXPECT_EQ(files_.rename("/d/a", "/d/b"), 0);
  EXPECT_EQ(files_.rename("/d/b", "/c"), 0);
  EXPECT_EQ(files_.rename("/d/b", "/c"), -ENOENT);
  FileStat stat;
  EXPECT_EQ(files_.stat("/d", stat), 0);
  EXPECT_TRUE(stat.directory);
  EXPECT_EQ(files_.stat("/d/b", stat), -ENOENT);
  std::set<std::string> names;
  const auto see = [&](std::string_view name) { return names.emplace(name).second; };
  EXPECT_EQ(files_.read_directory("/", see), 0);
  EXPECT_EQ(names, (std::set<std::string>{"c", "d"}));
  EXPECT_EQ(files_.unlink("/c"), 0);
  EXPECT_EQ(files_.unlink("/c"), -ENOENT);
  EXPECT_EQ(files_.remove_directory("/d"), 0);
  EXPECT_EQ(files_.stat("/d", stat), -ENOENT);
  EXPECT_LT(files_.open("/" + std::string(2000, 'n'), FileInterface::kCreate), 0);
}

TEST_P(Files, map_where_they_can) {
  if (!find_path(GetParam())->maps_files) GTEST_SKIP() << "no addresses on sectors";
  const int file = make("/mapped");
  ASSERT_EQ(files_.preallocate(file, 8192), 0);
  std::span<std::byte> mapping;
  ASSERT_EQ(files_.map(file, 8192, false, &mapping), 0);
  ASSERT_EQ(mapping.size(), 8192U);
  for (const MapSync how : {MapSync::flush, MapSync::msync, MapSync::fsync}) {
    const auto stamp = static_cast<std::byte>('a' + static_cast<int>(how));
    mapping[5000] = stamp;
    EXPECT_EQ(files_.sync_mapped(file, mapping.subspan(5000, 1), how), 0);
    EXPECT_EQ(read(file, 5000, 1), std::string(1, static_cast<char>(stamp)));
  }
  EXPECT_EQ(files_.unmap(file, mapping), 0);
  EXPECT_EQ(files_.close(file), 0);
}

TEST_P(Files, refuse_a_synchronous_mapping_that_would_not_be) {
  if (GetParam() != "posix") GTEST_SKIP() << "on a dax device it is";
  const int file = make("/mapped");
  ASSERT_EQ(files_.preallocate(file, 4096), 0);
  std::span<std::byte> mapping;
  EXPECT_EQ(files_.map(file, 4096, true, &mapping), -EOPNOTSUPP) << "a tmpfs";
  EXPECT_EQ(files_.close(file), 0);
}

INSTANTIATE_TEST_SUITE_P(Paths, Files, testing::ValuesIn(paths_with_files()));

}  // namespace
}  // namespace pmembench
