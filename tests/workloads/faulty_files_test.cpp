// A file system that lies is found out, by the operation itself or by verify().
#include "faulty_files.hpp"

#include <gtest/gtest.h>

#include "mount_bench.hpp"

namespace pmembench {
namespace {

// What the workload says of a file system that lies from the first run on: the first of failure()
// and verify(). Empty: it noticed nothing.
std::string found_out(const FileCase& what, FileFault fault, std::uint64_t* hits) {
  MountBench bench("posix");
  const Parameters parameters = parameters_of(what.workload, what.changed);
  FaultyPath path(bench.path());
  auto workload = find_workload(what.workload)->make(parameters, path, {0, 1, 42});
  const Status prepared = workload->prepare();
  EXPECT_TRUE(prepared) << prepared.error().message;
  workload->refresh();
  path.files()->fault = fault;
  const Work work = workload->run(50);
  *hits = path.files()->hits;
  if (work.operations < 50) return workload->failure();
  const Status verified = workload->verify();
  *hits = path.files()->hits;
  return verified ? "" : verified.error().message;
}

class LyingFiles : public testing::TestWithParam<FileFault> {};

TEST_P(LyingFiles, are_found_out_by_every_workload_that_they_touch) {
  unsigned touched = 0;
  for (const FileCase& what : file_cases()) {
    std::uint64_t hits = 0;
    const std::string said = found_out(what, GetParam(), &hits);
    if (hits == 0) continue;
    ++touched;
    EXPECT_NE(said, "") << what.workload << " believed it";
  }
  EXPECT_GT(touched, 0U) << "no workload does what is broken here";
}

INSTANTIATE_TEST_SUITE_P(Faults, LyingFiles,
                         testing::Values(FileFault::drops_writes, FileFault::stale_reads,
                                         FileFault::loses_appends, FileFault::keeps_removed,
                                         FileFault::loses_created, FileFault::shifts_writes,
                                         FileFault::short_reads, FileFault::keeps_renamed,
                                         FileFault::keeps_size, FileFault::drops_mapped));

TEST(LyingFilesSentence, says_where_the_first_wrong_byte_is) {
  std::uint64_t hits = 0;
  const std::string said =
      found_out({"varmail", {{"scale", "0.04"}}}, FileFault::loses_appends, &hits);
  EXPECT_NE(said.find("wrong byte in /d000/d000/f0000"), std::string::npos) << said;
  EXPECT_NE(said.find("found 0x00"), std::string::npos) << said;
}

}  // namespace
}  // namespace pmembench
