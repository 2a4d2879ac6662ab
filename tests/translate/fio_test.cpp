// Job files of fio.
#include "parts.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

GroupDraft only_group(const std::string& job) {
  const Translation translation = translated("[global]\n[j]\n" + job, "fio");
  EXPECT_EQ(translation.parts.size(), 1U);
  const bool has = !translation.parts.empty() && translation.parts.front().has_equivalent();
  EXPECT_TRUE(has) << job;
  return has ? translation.parts.front().groups.front() : GroupDraft();
}

std::string missing_of(const std::string& job) {
  const Translation translation = translated("[j]\n" + job, "fio");
  return joined(translation.parts.front().missing);
}

TEST(FioJob, translates_directions_sizes_and_engines) {
  const GroupDraft ring = only_group(
      "ioengine=libaio\niodepth=16\nrw=randwrite\nbs=4k\nfilename=/tmp/x\nsize=1g\nnumjobs=4\n");
  EXPECT_EQ(value_of(ring, "backend"), "block:engine=io_uring;queue_depth=16");
  EXPECT_EQ(value_of(ring, "media"), "block:/tmp/x,size=1G");
  EXPECT_EQ(value_of(ring, "workload"), "random");
  EXPECT_EQ(value_of(ring, "access"), "write");
  EXPECT_EQ(value_of(ring, "operation_size"), "4K");
  EXPECT_EQ(value_of(ring, "threads"), "4");
  const GroupDraft device = only_group("ioengine=dev-dax\nfilename=/dev/dax0.0\nrw=read\nbs=2m\n");
  EXPECT_EQ(value_of(device, "media"), "/dev/dax0.0");
  const GroupDraft mix = only_group("rw=randrw\nrwmixread=70\nioengine=mmap\nfilename=/tmp/x\n");
  EXPECT_EQ(value_of(mix, "read_share"), "70");
  EXPECT_EQ(value_of(mix, "path"), "mapped");
  EXPECT_EQ(value_of(only_group("rw=write\nfsync=1\n"), "durability"), "each");
  EXPECT_EQ(value_of(only_group("rw=randread\nrandom_distribution=zipf:1.2\n"), "alpha"), "1.2");
  EXPECT_EQ(value_of(only_group("rw=randread\nrandom_distribution=pareto:0.3\n"), "pareto_h"),
            "0.3");
  EXPECT_EQ(value_of(only_group("rw=randread\nrandom_distribution=zoned:60/10:40/90\n"), "zones"),
            "60:10+40:90");
  const GroupDraft split = only_group("rw=randwrite\nbssplit=8k/10,4k/60:64k\n");
  EXPECT_EQ(value_of(split, "workload"), "sizes");
  EXPECT_EQ(value_of(split, "sizes"), "4K:60+64K:40");
  EXPECT_EQ(value_of(split, "order"), "random");
  EXPECT_EQ(value_of(only_group("rw=randread\nrate_iops=20000\n"), "arrival"), "fixed");
}

TEST(FioJob, takes_options_of_global_and_the_longest_time) {
  const Translation translation = translated(
      "[global]\nbs=8k\nruntime=30\n[a]\nrw=read\n[b]\nrw=write\nbs=16k\nstonewall\n", "fio");
  EXPECT_EQ(value_of(translation.parts[0].groups.front(), "operation_size"), "8K");
  EXPECT_EQ(value_of(translation.parts[1].groups.front(), "operation_size"), "16K");
  ASSERT_EQ(translation.settings.size(), 1U);
  EXPECT_EQ(translation.settings.front().second, "30s");
}

TEST(FioJob, names_what_has_no_equivalent) {
  EXPECT_THAT(missing_of("ioengine=net\nrw=read\n"), HasSubstr("ioengine=net: "));
  EXPECT_THAT(missing_of("rw=randtrim\n"), HasSubstr("memory has no trim"));
  EXPECT_THAT(missing_of("rw=read\nbsrange=4k-64k\n"), HasSubstr("any size in a range"));
  EXPECT_THAT(missing_of("rw=randrw\nbssplit=4k/50:64k/50\n"), HasSubstr("bssplit="));
  EXPECT_THAT(missing_of("rw=read\nbssplit=4k/50:64k/49\n"), HasSubstr("add up to 100"));
  EXPECT_THAT(missing_of("rw=read\nbssplit=4k/50:x/50\n"), HasSubstr("bssplit="));
  EXPECT_THAT(missing_of("rw=read\nrandom_distribution=zipf:1.2\n"), HasSubstr("zipf:1.2: "));
  EXPECT_THAT(missing_of("rw=read\nzonemode=zbd\n"), HasSubstr("zonemode=zbd: no key"));
  EXPECT_THAT(missing_of("rw=write\nfsync=8\n"), HasSubstr("fsync=8: "));
}

TEST(FioJob, refuses_damage_with_its_line) {
  const auto translation = fio_translator().translate("[j]\nrw=read\n[broken\n", "x.fio");
  ASSERT_FALSE(translation);
  EXPECT_THAT(translation.error().message, HasSubstr("x.fio:3: the section has no ']'"));
}

}  // namespace
}  // namespace pmembench
