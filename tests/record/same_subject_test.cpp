#include "record/same_subject.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace pmembench {
namespace {

Replicate measured(unsigned index) {
  Replicate replicate;
  replicate.index = index;
  replicate.medium.kind = "file";
  replicate.medium.size_bytes = 256 << 20;
  replicate.medium.page_bytes = 4096;
  replicate.medium.identity = "8:1 inode 42";
  replicate.medium.persistence_domain = "page_cache";
  replicate.medium.node_share = {{0, 0.9}, {1, 0.1}};
  replicate.details.software = "pmembench 1.0 (aa)";
  return replicate;
}

TEST(SameSubject, is_the_same_where_only_shares_differ) {
  Replicate later = measured(1);
  later.medium.node_share = {{0, 1.0}};
  later.medium.huge_share = 0.5;
  EXPECT_EQ(subject_difference(measured(0), later), "");
}

// A file of 256 MiB was replaced by one of 1 MiB between an interrupt and --resume.
TEST(SameSubject, names_what_differs) {
  Replicate later = measured(3);
  later.medium.size_bytes = 1 << 20;
  EXPECT_EQ(
      subject_difference(measured(0), later),
      "the medium's size was 256 MiB in replicate 0 and is 1 MiB in replicate 3: they are not "
      "the same and cannot be one row; measure again with what is there now");
}

TEST(SameSubject, looks_at_every_fact) {
  const std::vector<std::function<void(Replicate&)>> changes{
      [](Replicate& r) { r.medium.kind = "dram"; },
      [](Replicate& r) { r.medium.identity = "8:1 inode 43"; },
      [](Replicate& r) { r.medium.page_bytes = 2 << 20; },
      [](Replicate& r) {
        r.medium.node_share = {{1, 0.9}, {0, 0.1}};
      },
      [](Replicate& r) { r.medium.persistence_domain = "memory_controller"; },
      [](Replicate& r) { r.medium.map_sync = true; },
      [](Replicate& r) { r.details.software = "pmembench 1.0 (bb)"; },
  };
  for (const auto& change : changes) {
    Replicate earlier = measured(0), later = measured(1);
    change(later);
    EXPECT_NE(subject_difference(earlier, later), "");
  }
}

TEST(SameSubject, says_nothing_of_what_an_older_version_did_not_keep) {
  Replicate older = measured(0);
  older.medium.identity.clear();
  older.details.software.clear();
  EXPECT_EQ(subject_difference(older, measured(1)), "");
}

TEST(SameSubject, looks_at_the_probe_s_medium_too) {
  Replicate earlier = measured(0), later = measured(1);
  earlier.medium.probe = {earlier.medium};
  later.medium.probe = {earlier.medium.probe.front()};
  later.medium.probe.front().size_bytes = 4096;
  EXPECT_NE(subject_difference(earlier, later), "");
}

}  // namespace
}  // namespace pmembench
