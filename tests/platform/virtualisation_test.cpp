#include "platform/virtualisation.hpp"

#include <gtest/gtest.h>

#include "platform/cpu.hpp"
#include "platform/host_tree.hpp"
#include "tests/fakes/sysfs/bare.hpp"
#include "tests/fakes/sysfs/nvdimm_server.hpp"

namespace pmembench {
namespace {

std::string virtualisation_of(const fakes::SysfsTree& tree) {
  return read_virtualisation(HostTree(tree.root()));
}

TEST(ReadVirtualisation, says_none_only_where_the_cpu_lists_no_hypervisor) {
  fakes::SysfsTree server;
  write_nvdimm_server(server);
  EXPECT_EQ(virtualisation_of(server), "none");
  const fakes::SysfsTree empty;
  EXPECT_EQ(virtualisation_of(empty), "unknown");
}

TEST(ReadVirtualisation, names_the_hypervisor_from_dmi) {
  fakes::SysfsTree tree;
  write_bare(tree);
  EXPECT_EQ(virtualisation_of(tree), "hypervisor") << "one without a name";
  tree.file("sys/class/dmi/id/sys_vendor", "QEMU");
  tree.file("sys/class/dmi/id/product_name", "Standard PC (Q35 + ICH9, 2009)");
  EXPECT_EQ(virtualisation_of(tree), "qemu");
  tree.file("sys/class/dmi/id/sys_vendor", "Microsoft Corporation");
  tree.file("sys/class/dmi/id/product_name", "Virtual Machine");
  EXPECT_EQ(virtualisation_of(tree), "hyper-v");
  tree.file("sys/class/dmi/id/product_name", "Surface Pro");
  EXPECT_EQ(virtualisation_of(tree), "hypervisor");
}

TEST(ReadVirtualisation, does_not_take_a_clouds_bare_metal_for_a_guest) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  tree.file("sys/class/dmi/id/sys_vendor", "Amazon EC2");
  EXPECT_EQ(virtualisation_of(tree), "none");
}

TEST(ReadVirtualisation, trusts_the_hypervisors_own_file_first) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  tree.file("sys/hypervisor/type", "xen");
  EXPECT_EQ(virtualisation_of(tree), "xen");
}

TEST(ReadVirtualisation, of_this_host_agrees_with_cpuid) {
  const std::string name = read_virtualisation(HostTree("/"));
  if (HostTree("/").exists("sys/hypervisor/type")) GTEST_SKIP() << "answered by " << name;
  EXPECT_EQ(name == "none", !detect_cpu_features().hypervisor) << name;
}

TEST(HypervisorOfSignature, knows_signatures_with_and_without_their_padding) {
  EXPECT_EQ(hypervisor_of_signature("KVMKVMKVM"), "kvm");
  EXPECT_EQ(hypervisor_of_signature("VMwareVMware"), "vmware");
  EXPECT_EQ(hypervisor_of_signature("bhyve bhyve"), "bhyve");
  EXPECT_EQ(hypervisor_of_signature("unheard of"), "");
  EXPECT_EQ(hypervisor_of_signature(""), "");
}

}  // namespace
}  // namespace pmembench
