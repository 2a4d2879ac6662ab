#include "visibility/mutants.hpp"

#include <gtest/gtest.h>

#include "visibility/private_lines.hpp"
#include "visibility/trial.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kTries = 2'000;

// Two hosts without coherence on one memory.
struct TwoHosts {
  MessageLayout layout;
  std::vector<std::uint64_t> home =
      std::vector<std::uint64_t>(layout.size_bytes() / sizeof(std::uint64_t));
  PrivateLines writer, reader;
  explicit TwoHosts(std::uint64_t seed, PrivateLinesOptions options = {})
      : writer(home.data(), layout.size_bytes() / kLineBytes, with_seed(options, 2 * seed)),
        reader(home.data(), layout.size_bytes() / kLineBytes, with_seed(options, 2 * seed + 1)) {}
  static PrivateLinesOptions with_seed(PrivateLinesOptions options, std::uint64_t seed) {
    options.seed = seed;
    return options;
  }
};

TEST(VisibilityMutants, each_is_caught_for_every_seed) {
  EXPECT_GE(visibility_mutants().size(), 6U);
  for (const VisibilityMutant& mutant : visibility_mutants()) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      TwoHosts hosts(seed);
      WriterProgram writer = writer_program(mutant.way, hosts.layout);
      ReaderProgram reader{LoadWay::clflush, LoadWay::clflush};
      mutant.change(writer, reader);
      const VisibilityCounts counts = run_interleaved(hosts.writer, hosts.reader, mutant.way,
                                                      writer, reader, hosts.layout, kTries, seed);
      EXPECT_GT(counts.wrong(), 0U) << mutant.name << ", seed " << seed;
    }
  }
}

TEST(VisibilityMutants, the_right_programs_are_never_wrong) {
  for (const StoreWay way : {StoreWay::clwb, StoreWay::clflushopt, StoreWay::clflush,
                             StoreWay::movnt, StoreWay::movdir64b}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      TwoHosts hosts(seed);
      const WriterProgram writer = writer_program(way, hosts.layout);
      const ReaderProgram reader{LoadWay::clflush, LoadWay::clflush};
      const VisibilityCounts counts = run_interleaved(hosts.writer, hosts.reader, way, writer,
                                                      reader, hosts.layout, kTries, seed);
      EXPECT_EQ(counts.tries, kTries);
      EXPECT_EQ(counts.wrong(), 0U) << name_of(way) << ", seed " << seed;
    }
  }
}

TEST(VisibilityMutants, a_store_alone_and_a_reader_that_drops_nothing_are_wrong) {
  TwoHosts hosts(5);
  for (const LoadWay load : kLoadWays) {
    const VisibilityCounts counts = run_interleaved(hosts.writer, hosts.reader, StoreWay::none,
                                                    writer_program(StoreWay::none, hosts.layout),
                                                    {load, load}, hosts.layout, kTries, 5);
    EXPECT_GT(counts.stale, 0U) << name_of(load);
  }
  for (const StoreWay way : kStoreWays) {
    TwoHosts fresh(6);
    const VisibilityCounts counts =
        run_interleaved(fresh.writer, fresh.reader, way, writer_program(way, fresh.layout),
                        {LoadWay::plain, LoadWay::plain}, fresh.layout, kTries, 6);
    EXPECT_GT(counts.stale, 0U) << name_of(way);
  }
}

}  // namespace
}  // namespace pmembench
