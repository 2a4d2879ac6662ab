// Every workload on files, on every path that gives files, with one thread and two at once.
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "mount_bench.hpp"

namespace pmembench {
namespace {

struct Position {
  std::unique_ptr<Path> path;
  std::unique_ptr<Workload> workload;
  Status status;
  Work work;
};

void on_all(std::vector<Position>& positions,
            const std::function<void(Position&, unsigned)>& task) {
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < positions.size(); ++i) {
    threads.emplace_back([&, i] { task(positions[i], i); });
  }
  for (std::thread& thread : threads) thread.join();
}

void run_together(const FileCase& what, const std::string& path, unsigned threads) {
  SCOPED_TRACE(what.workload + " on " + path + " with " + std::to_string(threads));
  const WorkloadType& type = *find_workload(what.workload);
  const Parameters parameters = parameters_of(what.workload, what.changed);
  MountBench bench(path);
  const Status fits = type.check(parameters, bench.size_bytes(), threads);
  ASSERT_TRUE(fits) << fits.error().message;
  std::vector<Position> positions(threads);
  on_all(positions, [&](Position& position, unsigned index) {
    position.path = bench.path();
    position.workload = type.make(parameters, *position.path, {index, threads, 42});
    position.status = position.workload->prepare();
  });
  for (const Position& position : positions)
    ASSERT_TRUE(position.status) << position.status.error().message;
  for (const std::uint64_t operations : {1, 5, 60}) {
    for (Position& position : positions) position.workload->refresh();
    on_all(positions, [&](Position& position, unsigned) {
      position.work = position.workload->run(operations);
    });
    for (Position& position : positions) {
      EXPECT_EQ(position.work.operations, operations) << position.workload->failure();
      EXPECT_EQ(position.workload->failure(), "");
    }
  }
  for (Position& position : positions) {
    const Status verified = position.workload->verify();
    EXPECT_TRUE(verified) << verified.error().message;
  }
}

class FileWorkloads : public testing::TestWithParam<std::string> {};

TEST_P(FileWorkloads, do_their_work_alone_and_in_pairs) {
  for (const FileCase& what : file_cases()) {
    const bool maps = find_workload(what.workload)->needs_mapping;
    if (maps && !find_path(GetParam())->maps_files) continue;
    for (const unsigned threads : {1U, 2U}) run_together(what, GetParam(), threads);
  }
}

std::string test_name(const testing::TestParamInfo<std::string>& path) {
  std::string name = path.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Paths, FileWorkloads, testing::ValuesIn(paths_with_files()), test_name);

TEST(FileWorkloadTypes, all_have_a_case) {
  std::set<std::string> tested;
  for (const FileCase& what : file_cases()) tested.insert(what.workload);
  for (const WorkloadType& type : workload_list()) {
    EXPECT_EQ(tested.count(std::string(type.name)), type.needs_files ? 1U : 0U) << type.name;
  }
}

TEST(FileWorkloadTypes, refuse_more_than_fits) {
  const auto refusal = [](const std::string& workload, const Parameters& changed,
                          unsigned threads = 1, std::uint64_t mount_bytes = 64 << 20) {
    const Status status =
        find_workload(workload)->check(parameters_of(workload, changed), mount_bytes, threads);
    return status ? std::string("accepted") : status.error().message;
  };
  EXPECT_EQ(refusal("fileserver", {{"scale", "1"}}),
            "its files need 1.09863 GiB, more than four fifths of the mount (64 MiB): lower their "
            "number or size, or take a larger medium");
  EXPECT_EQ(refusal("fileserver", {{"scale", "1"}}, 1, 0), "accepted") << "its size is not known";
  EXPECT_EQ(refusal("varmail", {{"scale", "0"}}), "scale 0 is outside (0, 1000]");
  EXPECT_EQ(refusal("varmail", {{"scale", "0.01"}}, 2),
            "scale 0.01 leaves 10 files to 2 threads: each needs 10 or more");
  EXPECT_EQ(refusal("varmail", {{"io_size", "0"}}), "io_size 0 is outside 1 to 16777216");
  EXPECT_EQ(refusal("varmail", {{"directory_width", "1"}}),
            "directory_width 1 is outside 2 to 18446744073709551615");
  EXPECT_EQ(refusal("oltp", {{"scale", "0.01"}}), "scale 0.01 leaves no file of 10: give more");
  EXPECT_EQ(refusal("oltp", {{"file_size", "1024"}}),
            "file_size and log_size leave less than one io_size and log_io_size to each of 1 "
            "threads");
  EXPECT_EQ(refusal("overwrite", {{"file_size", "4096"}}, 2),
            "file_size 4096 has no operation_size 4096 for each of 2 threads");
  EXPECT_EQ(refusal("overwrite", {{"skew", "4096"}}), "skew 4096 is outside 0 to 4095");
  EXPECT_EQ(refusal("append_fsync", {{"file_size", "4096"}}),
            "file_size 4096 has no room for two appends of 1 threads");
  EXPECT_EQ(refusal("log_append", {{"log_size", "4096"}}),
            "log_size 4096 has no room for two groups of 1 threads");
  EXPECT_EQ(refusal("log_append", {{"record_size", "8"}}),
            "record_size 8 is outside 16 to 1048576");
  EXPECT_EQ(refusal("mmap_store", {{"file_size", "64"}}, 2),
            "file_size 64 has no operation_size 64 for each of 2 threads");
  EXPECT_EQ(refusal("first_touch", {{"file_size", "4096"}}, 2),
            "file_size 4096 has no page for each of 2 threads");
  EXPECT_EQ(refusal("rename", {{"files", "0"}}), "files 0 is outside 1 to 99999");
  EXPECT_EQ(refusal("create_unlink", {{"files", "100000"}}), "files 100000 is outside 0 to 99999");
  EXPECT_EQ(refusal("fxmark", {{"file_size", "4096"}}),
            "file_size 4096 leaves less than two blocks of 4 KiB to each of 1 threads");
  EXPECT_EQ(refusal("ageing", {{"utilisation", "96"}}), "utilisation 96 is outside 1 to 95");
  EXPECT_EQ(refusal("ageing", {{"utilisation", "1"}}),
            "utilisation 1 of the mount leaves each of 1 threads less than 8 files of file_size "
            "524288");
  EXPECT_EQ(refusal("overwrite", {{"operation_size", "0"}}),
            "operation_size 0 is outside 1 to 16777216");
}

}  // namespace
}  // namespace pmembench
