// devdax, opened. Where there is no dax device, /dev/zero plays one: it can be mapped shared, and a
// fake tree says of its number what sysfs says of a dax device.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <filesystem>
#include <string>

#include "open_helper.hpp"
#include "scratch_folder.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

class MediaDevdax : public testing::Test {
 protected:
  MediaDevdax() {
    tree_.file("sys/bus/nd/devices/region0/persistence_domain", "cpu_cache\n");
    device("size", "9437184\n");  // 9 MiB: 4 times the alignment and a rest
    device("align", "2097152\n");
    device("numa_node", "0\n");
    device("target_node", "4\n");
    std::filesystem::create_directories(tree_.at("sys/bus/dax/drivers/device_dax"));
    std::filesystem::create_directories(tree_.at("sys/bus/dax/drivers/kmem"));
    link("sys/bus/dax", kAt + "/subsystem");
    link("sys/bus/dax/drivers/device_dax", kAt + "/driver");
    std::filesystem::create_directories(tree_.at("sys/dev/char"));
    link(kAt, "sys/dev/char/1:5");
    options_.sysfs_root = tree_.path();
  }
  void device(const std::string& name, const std::string& content) {
    tree_.file(kAt + "/" + name, content);
  }
  void link(const std::string& to, const std::string& from) {
    std::filesystem::remove(tree_.at(from));
    std::filesystem::create_directory_symlink(
        std::filesystem::relative(tree_.at(to),
                                  std::filesystem::path(tree_.at(from)).parent_path()),
        tree_.at(from));
  }

  const std::string kAt = "sys/devices/ndbus0/region0/dax0.1/dax0/dax0.0";
  ScratchFolder tree_;
  OpenOptions options_;
};

TEST_F(MediaDevdax, is_mapped_as_sysfs_says) {
  const Result<OpenedDevice> opened = open_medium_with("example", "devdax:/dev/zero", options_);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->facts.kind, "devdax");
  EXPECT_EQ(opened->facts.size_bytes, 8U << 20) << "whole multiples of the alignment";
  EXPECT_EQ(opened->device->facts().alignment_bytes, 2U << 20);
  EXPECT_EQ(opened->device->facts().node, 0);
  EXPECT_EQ(opened->facts.persistence_domain, DAX_DOMAIN_CPU_CACHE);
  EXPECT_EQ(durable_claim(opened->facts), "durable");
  EXPECT_FALSE(opened->facts.map_sync) << "/dev/zero refuses it where it is validated";
  EXPECT_TRUE(opened->device->write_cache()) << "the backend's name decides about flushes";
}

TEST_F(MediaDevdax, an_unknown_domain_claims_nothing) {
  tree_.file("sys/bus/nd/devices/region0/persistence_domain", "something new\n");
  const Result<OpenedDevice> opened =
      open_medium_with("example", "devdax:/dev/zero,size=2M", options_);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->facts.size_bytes, 2U << 20);
  EXPECT_EQ(opened->facts.persistence_domain, DAX_DOMAIN_UNKNOWN);
  EXPECT_EQ(durable_claim(opened->facts), "emulated");
}

TEST_F(MediaDevdax, is_not_served_by_a_backend_for_nvdimms_where_it_is_none) {
  dax_operations table = plain_table("nvdimm");
  table.media = 1U << DAX_MEDIA_DEVDAX;
  table.capabilities |= DAX_CAP_NVDIMM_ONLY;
  BackendEntry backend = backend_called("example");
  backend.name = table.name;
  backend.operations = &table;
  const MediaSpec spec = *parse_media("devdax:/dev/zero");
  EXPECT_TRUE(check_media(backend, spec, options_));
  tree_.file("sys/bus/nd/devices/region0/persistence_domain", "unknown\n");
  const Status refused = check_media(backend, spec, options_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::environment);
  EXPECT_EQ(refused.error().message,
            "medium 'devdax:/dev/zero': backend nvdimm serves a dax device only where the kernel "
            "reports its persistence domain, as of NVDIMMs, and /dev/zero has none; use backend "
            "devdax");
}

TEST_F(MediaDevdax, takes_only_multiples_of_the_alignment_that_fit) {
  EXPECT_THAT(refusal_of("example", "devdax:/dev/zero,size=3M", options_),
              HasSubstr("size 3 MiB is not a multiple of dax0.0's alignment, 2 MiB"));
  EXPECT_THAT(refusal_of("example", "devdax:/dev/zero,size=10M", options_),
              HasSubstr("dax0.0 has 8 MiB, fewer than the 10 MiB asked for"));
  device("size", "0\n");
  EXPECT_THAT(refusal_of("example", "devdax:/dev/zero", options_),
              HasSubstr("dax0.0 has a size of 0 or an unknown one; create it with daxctl first"));
}

// Its parts are mapped on real devices (tests/vm): behind an offset /dev/zero has no bytes.
TEST_F(MediaDevdax, takes_a_part_only_from_a_multiple_of_the_alignment_on) {
  for (const char* part : {"devdax:/dev/zero,offset=2M", "devdax:/dev/zero,size=2M,offset=6M"}) {
    const Status looked = check_media(backend_called("example"), *parse_media(part), options_);
    EXPECT_TRUE(looked) << looked.error().message;
  }
  EXPECT_THAT(refusal_of("example", "devdax:/dev/zero,offset=1M", options_),
              HasSubstr("offset 1 MiB is not a multiple of dax0.0's alignment, 2 MiB"));
  EXPECT_THAT(refusal_of("example", "devdax:/dev/zero,size=4M,offset=6M", options_),
              HasSubstr("dax0.0 has 8 MiB, fewer than the 10 MiB asked for"));
  EXPECT_THAT(refusal_of("example", "devdax:/dev/zero,offset=8M", options_),
              HasSubstr("dax0.0 has 8 MiB, fewer than the 8 MiB asked for"));
}

TEST_F(MediaDevdax, in_another_driver_s_hands_is_refused) {
  link("sys/bus/dax/drivers/kmem", kAt + "/driver");
  EXPECT_THAT(refusal_of("example", "devdax:/dev/zero", options_),
              HasSubstr("dax0.0 is system RAM now (driver kmem); use dram:SIZE,node=4, or give it "
                        "back: daxctl reconfigure-device --mode=devdax dax0.0"));
  std::filesystem::remove(tree_.at(kAt + "/driver"));
  EXPECT_THAT(refusal_of("example", "devdax:/dev/zero", options_),
              HasSubstr("dax0.0 has no driver instead of the driver device_dax"));
}

TEST_F(MediaDevdax, that_is_none_is_refused) {
  EXPECT_THAT(refusal_of("example", "devdax:/dev/null", options_), HasSubstr("/dev/null"));
  EXPECT_THAT(refusal_of("example", "/dev/dax77.7"), HasSubstr("No such file"));
  const std::string file = tree_.file("file", std::string(4096, '\0'));
  EXPECT_THAT(refusal_of("example", "devdax:" + file), HasSubstr("is not a dax device"));
  EXPECT_THAT(refusal_of("example", "devdax:/dev/zero"), HasSubstr("is not a dax device"));
}

// As a container's own /dev has it, or mknod makes it.
TEST_F(MediaDevdax, is_one_medium_by_all_of_its_nodes) {
  const std::string node = tree_.at("node");
  if (mknod(node.c_str(), S_IFCHR | 0600, makedev(1, 5)) != 0) {
    GTEST_SKIP() << "no permission to make a device node";
  }
  if (const UniqueFd probe(open(node.c_str(), O_RDWR)); !probe) {
    GTEST_SKIP() << "this file system has no device nodes";
  }
  std::filesystem::create_directories(tree_.at("dev"));
  std::filesystem::create_symlink("/dev/zero", tree_.at("dev/dax0.0"));
  options_.claim_patience_ms = 0;
  const auto first = open_medium_with("example", "devdax:/dev/zero", options_);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_THAT(refusal_of("example", "devdax:" + node, options_), HasSubstr("in use"));
}

}  // namespace
}  // namespace pmembench
