// Ranges on the paths that lead to files, and what those paths say of media that they cannot use.
#include "workloads/path_posix.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "mount_bench.hpp"
#include "workloads/file_interface.hpp"

namespace pmembench {
namespace {

void run_ranges(MountBench& bench, const std::string& workload, const Parameters& changed) {
  SCOPED_TRACE(workload);
  const WorkloadType& type = *find_workload(workload);
  const Parameters parameters = parameters_of(workload, changed);
  for (unsigned position = 0; position < 2; ++position) {
    const auto path = bench.path();
    EXPECT_EQ(path->size_bytes(), bench.size_bytes());
    const auto work = type.make(parameters, *path, {position, 2, 42});
    ASSERT_TRUE(work->prepare());
    for (const std::uint64_t operations : {1, 50}) {
      work->refresh();
      EXPECT_EQ(work->run(operations).operations, operations) << work->failure();
    }
    const Status verified = work->verify();
    EXPECT_TRUE(verified) << verified.error().message;
  }
}

void run_all_ranges(MountBench& bench) {
  for (const char* durability : {"each", "batch", "none"}) {
    for (const char* size : {"4096", "100"}) {
      const Parameters changed{{"access", "write"},
                               {"durability", durability},
                               {"operation_size", size},
                               {"batch", "8"},
                               {"range_size", "262144"}};
      run_ranges(bench, "random", changed);
      run_ranges(bench, "sequential", changed);
    }
  }
  run_ranges(bench, "random", {{"range_size", "262144"}});
  run_ranges(bench, "copy", {{"range_size", "262144"}});
  run_ranges(bench, "mix", {{"range_size", "262144"}});
  run_ranges(bench, "persist", {{"range_size", "262144"}});
}

class FilePaths : public testing::TestWithParam<std::string> {};

TEST_P(FilePaths, lead_ranges_too) {
  MountBench bench(GetParam());
  run_all_ranges(bench);
}

INSTANTIATE_TEST_SUITE_P(Paths, FilePaths, testing::ValuesIn(paths_with_files()));

TEST(FsPaths, lead_ranges_with_copy_on_write_range_locks_and_btt) {
  MountBench cow("fs-dax", {{"data", "cow"}, {"range_locks", "on"}});
  run_all_ranges(cow);
  MountBench mixed("fs-mixed", {{"data", "cow"}});
  run_all_ranges(mixed);
  MountBench btt("fs-block", {{"translation", "btt"}});
  run_all_ranges(btt);
}

TEST(FsPaths, count_what_the_second_device_of_a_mixed_mount_does) {
  auto opened = open_builtin("eadr", "dram:16M");
  ASSERT_TRUE(opened);
  const PathType& type = *find_path("fs-mixed");
  auto fixture = type.prepare(*opened, {{"data", "in-place"}, {"range_locks", "off"}});
  ASSERT_TRUE(fixture) << fixture.error().message;
  auto path = type.make(*opened->device, fixture->get());
  const auto before = (*fixture)->counters();
  std::vector<unsigned char> bytes(4096, 7);
  dax_iter one{};
  one.slots = one.count = 1;
  one.size_bytes = one.granule_bytes = bytes.size();
  one.buffer = bytes.data();
  ASSERT_EQ((*path)->persist(one), 4096);
  auto after = (*fixture)->counters();
  EXPECT_GE(after["bytes_copied_from"] - before.at("bytes_copied_from"), 4096U);
  EXPECT_GT(after["sectors_written"], 0U);
}

TEST(FsPaths, refuse_a_backend_that_maps_the_medium_itself) {
  auto opened = open_builtin("eadr", "dram:16M");
  ASSERT_TRUE(opened);
  opened->mapping = nullptr;
  const auto refused =
      find_path("fs-mixed")->prepare(*opened, {{"data", "in-place"}, {"range_locks", "off"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "path fs-mixed divides the host's mapping, and backend eadr maps the medium itself: "
            "use movnt, clwb, clflushopt, clflush or eadr");
}

TEST(PosixPath, refuses_other_media) {
  auto opened = open_builtin("eadr", "dram:1M");
  ASSERT_TRUE(opened);
  const auto refused = find_path("posix")->prepare(*opened, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "path posix works on a mounted file system, not on dram media: use media "
            "posix:DIRECTORY");
}

TEST(PosixPath, leaves_nothing_behind_and_gives_each_cell_an_empty_directory) {
  const ScratchFolder folder("/dev/shm");
  {
    auto opened = open_builtin("block", "posix:" + folder.path() + ",size=1M");
    ASSERT_TRUE(opened) << opened.error().message;
    const PathType& type = *find_path("posix");
    for (int cell = 0; cell < 2; ++cell) {
      auto fixture = type.prepare(*opened, {});
      ASSERT_TRUE(fixture) << fixture.error().message;
      auto path = type.make(*opened->device, fixture->get());
      FileInterface& files = *(*path)->files();
      ASSERT_EQ(files.make_directory("/there"), 0) << "a cell before this one left it";
      const int file = files.open("/there/file", FileInterface::kCreate);
      ASSERT_GE(file, 0);
      EXPECT_EQ(files.close(file), 0);
    }
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace pmembench
