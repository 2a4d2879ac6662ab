// Configurations of PMDK's pmembench.
#include "parts.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

TEST(PmdkCfg, translates_copies_with_their_ranges) {
  const Translation translation = translated(
      "[global]\nfile = /mnt/pmem/f\nthreads = 1:*2:16\nops-per-thread = 1000\n\n"
      "[sizes]\nbench = pmem_memcpy\ndata-size = 64:*2:8192\ndest-mode = rand\npersist = false\n"
      "[offsets]\nbench = pmem_memcpy\nthreads = 1\ndata-size = 512\ndest-offset = 1:+1:63\n",
      "pmdk");
  ASSERT_EQ(translation.parts.size(), 2U);
  const GroupDraft& sizes = translation.parts[0].groups.front();
  EXPECT_EQ(value_of(sizes, "media"), "file:/mnt/pmem/f,size=256M");
  EXPECT_EQ(value_of(sizes, "threads"), "1:*2:16");
  EXPECT_EQ(value_of(sizes, "operation_size"), "64:*2:8192");
  EXPECT_EQ(value_of(sizes, "workload"), "random");
  EXPECT_EQ(value_of(sizes, "durability"), "none");
  const GroupDraft& offsets = translation.parts[1].groups.front();
  EXPECT_EQ(value_of(offsets, "workload"), "durability");
  EXPECT_EQ(value_of(offsets, "destination_offset"), "1:+1:63");
}

TEST(PmdkCfg, knows_the_calls_of_msync_that_store_nothing) {
  const Translation translation = translated(
      "[a]\nbench = pmem_flush\noperation = msync_0\n[b]\nbench = pmem_flush\n"
      "operation = msync_nodirty\n[c]\nbench = pmem_flush\noperation = msync\n",
      "pmdk");
  const GroupDraft& empty = translation.parts[0].groups.front();
  EXPECT_EQ(value_of(empty, "workload"), "msync");
  EXPECT_EQ(value_of(empty, "mode"), "empty");
  const GroupDraft& clean = translation.parts[1].groups.front();
  EXPECT_EQ(value_of(clean, "mode"), "sync");
  EXPECT_EQ(value_of(clean, "pages"), "clean");
  EXPECT_EQ(value_of(translation.parts[2].groups.front(), "workload"), "mmap_store");
}

TEST(PmdkCfg, names_what_has_no_equivalent_with_the_reason) {
  const Translation translation = translated(
      "[global]\nfile = f\n[a]\nbench = obj_tx_alloc\n[b]\nbench = map_insert\ntype = ctree\n"
      "[c]\nbench = pmem_flush\noperation = msync_err\n[d]\nbench = pmem_flush\n"
      "operation = persist\nmode = rand\nstrange = 1\n",
      "pmdk");
  EXPECT_THAT(joined(translation.parts[0].missing), HasSubstr("transactions of libpmemobj"));
  EXPECT_THAT(joined(translation.parts[1].missing), HasSubstr("trees and tables"));
  EXPECT_THAT(joined(translation.parts[2].missing), HasSubstr("operation=msync_err: "));
  EXPECT_TRUE(translation.parts[3].has_equivalent());
  EXPECT_THAT(joined(translation.parts[3].missing), HasSubstr("strange=1: no key"));
  EXPECT_EQ(parts_sentence(translation), "of its 4 parts 1 has an equivalent (d)");
}

}  // namespace
}  // namespace pmembench
