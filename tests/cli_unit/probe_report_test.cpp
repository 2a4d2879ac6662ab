#include "cli/probe_report.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/fakes/sysfs/bare.hpp"
#include "tests/fakes/sysfs/cxl_host.hpp"
#include "tests/fakes/sysfs/nvdimm_server.hpp"

namespace pmembench {
namespace {

using nlohmann::json;
using ::testing::ContainerEq;
using ::testing::HasSubstr;
using ::testing::Not;

// The lines of one section, from its title to the blank line.
std::string section_of(const std::string& page, const std::string& title) {
  const std::string text = "\n" + page;
  const std::size_t begin = text.find("\n" + title + "\n");
  if (begin == std::string::npos) return "no such section";
  const std::size_t end = std::min(text.find("\n\n", begin + 1), text.size() - 1);
  return text.substr(begin + 1, end - begin);
}

TEST(ProbeText, shows_an_nvdimm_server) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  const std::string page = probe_text(probe_json(tree.root()));
  EXPECT_THAT(section_of(page, "Host"), HasSubstr("  virtualisation    none\n"));
  EXPECT_THAT(section_of(page, "CPU"),
              HasSubstr("  vendor            GenuineIntel, family 6, model 106, stepping 6\n"));
  EXPECT_THAT(section_of(page, "CPU"), HasSubstr("  CPUs usable       0-7\n"));
  EXPECT_THAT(section_of(page, "Caches of CPU 0"),
              HasSubstr("      3  Unified        60 MiB  64 B  0-1,4-5\n"));
  EXPECT_EQ(section_of(page, "Memory nodes"),
            "Memory nodes\n"
            "  node  CPUs          memory         free  distance to node  huge pages\n"
            "     0  0-1,4-5  251.579 GiB  228.882 GiB  0:10 1:20         2 MiB: 500 of 512 free\n"
            "     1  2-3,6-7  251.961 GiB  238.419 GiB  0:20 1:10         2 MiB: 512 of 512 free, "
            "1 GiB: 1 of 4 free\n");
  EXPECT_EQ(section_of(page, "dax devices"),
            "dax devices\n"
            "  device         size  alignment  driver      node  as memory on node  region   "
            "persistence domain\n"
            "  dax0.0  372.093 GiB      2 MiB  device_dax  0     2                  region0  "
            "memory_controller\n");
  EXPECT_THAT(section_of(page, "NVDIMM regions"),
              HasSubstr("namespace0.0 (devdax), namespace0.1 (fsdax)\n"));
  EXPECT_THAT(section_of(page, "NVDIMM regions"), HasSubstr("  cpu_cache           0  "));
  EXPECT_EQ(section_of(page, "CXL memory devices"), "CXL memory devices\n  none\n");
  EXPECT_THAT(
      section_of(page, "Block devices"),
      HasSubstr("  pmem0       187 GiB    512 B     4 KiB  yes  write back     /mnt/pmem 0\n"));
  EXPECT_THAT(section_of(page, "Settings"), HasSubstr("  governor          performance\n"));
  EXPECT_THAT(section_of(page, "Settings"),
              HasSubstr("  huge pages        madvise (defrag: madvise)\n"));
}

TEST(ProbeText, shows_a_cxl_host) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  const std::string page = probe_text(probe_json(tree.root()));
  EXPECT_THAT(section_of(page, "Memory nodes"),
              HasSubstr("     1  none      256 GiB  255.585 GiB  0:255 1:10        unknown\n"));
  EXPECT_EQ(
      section_of(page, "Rated by the firmware (HMAT) or by hwloc, not measured"),
      "Rated by the firmware (HMAT) or by hwloc, not measured\n"
      "  node  from node  by    read latency  write latency  read bandwidth  write bandwidth\n"
      "     0          0  HMAT        100 ns         100 ns    460800 MiB/s     460800 MiB/s\n"
      "     1          0  HMAT        250 ns         250 ns     60000 MiB/s      60000 MiB/s\n");
  EXPECT_THAT(section_of(page, "dax devices"),
              HasSubstr("  dax0.0  256 GiB      2 MiB  kmem        0        1    "));
  EXPECT_THAT(section_of(page, "dax devices"),
              HasSubstr("  dax1.0   64 GiB      1 GiB  device_dax  unknown  unknown    "));
  EXPECT_THAT(section_of(page, "CXL memory devices"),
              HasSubstr("  mem0     256 GiB         0 B  0     0xc9e1d00d  1.2.7\n"));
  EXPECT_THAT(section_of(page, "CXL regions"),
              HasSubstr("  region0  256 GiB  ram   unknown  1           256 B\n"));
  EXPECT_EQ(section_of(page, "NVDIMM regions"), "NVDIMM regions\n  none\n");
}

TEST(ProbeText, shows_a_bare_virtual_machine_with_unknown_for_what_it_does_not_say) {
  fakes::SysfsTree tree;
  write_bare(tree);
  const std::string page = probe_text(probe_json(tree.root()));
  EXPECT_THAT(section_of(page, "Host"), HasSubstr("  virtualisation    hypervisor\n"));
  EXPECT_THAT(section_of(page, "Host"), HasSubstr("  load, 1 minute    1.5\n"));
  EXPECT_THAT(section_of(page, "Host"), HasSubstr("  memory available  23.1663 GiB\n"));
  EXPECT_EQ(section_of(page, "dax devices"), "dax devices\n  none\n");
  EXPECT_EQ(section_of(page, "Rated by the firmware (HMAT) or by hwloc, not measured"),
            "Rated by the firmware (HMAT) or by hwloc, not measured\n  unknown\n");
  EXPECT_THAT(section_of(page, "Block devices"), HasSubstr("  without a medium: loop0\n"));
  for (const char* name : {"governor          ", "turbo             ", "SMT               ",
                           "prefetchers       ", "ASLR              ", "clock source      "}) {
    EXPECT_THAT(section_of(page, "Settings"), HasSubstr("  " + std::string(name) + "unknown\n"));
  }
}

TEST(ProbeText, of_a_fake_tree_says_nothing_of_the_cpu_that_runs_the_program) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  const json facts = probe_json(tree.root());
  EXPECT_TRUE(facts["cpu"]["features"].is_null());
  EXPECT_TRUE(facts["cpu"]["vector_bytes"].is_null());
  EXPECT_THAT(probe_text(facts), HasSubstr("  widest vectors    unknown\n"));
}

TEST(ProbeText, shows_the_timer_where_it_was_added) {
  json facts = json::object();
  EXPECT_THAT(probe_text(facts), Not(HasSubstr("Timer")));
  facts["timer"] = {{"ghz", 2.4454},
                    {"step_ns", 10.0},
                    {"floor_issue_ns", 30.25},
                    {"floor_durable_ns", 70.0},
                    {"invariant", true}};
  EXPECT_EQ(section_of(probe_text(facts), "Timer"),
            "Timer\n"
            "  TSC               2.445 GHz, invariant\n"
            "  step              10 ns\n"
            "  floor of issue    30.25 ns\n"
            "  floor of durable  70 ns\n");
  facts["timer"] = {{"invariant", false}};
  EXPECT_THAT(probe_text(facts), HasSubstr("  TSC               unknown, not invariant\n"));
  facts["timer"] = "the TSC is not invariant";
  EXPECT_THAT(probe_text(facts), HasSubstr("  TSC               the TSC is not invariant\n"));
}

TEST(ProbeText, reads_unknown_or_none_where_there_is_nothing_at_all) {
  const std::string page = probe_text(json::object());
  EXPECT_THAT(page, HasSubstr("  kernel            unknown unknown\n"));
  EXPECT_THAT(page, HasSubstr("Memory nodes\n  unknown\n"));
  EXPECT_THAT(page, HasSubstr("Block devices\n  none\n"));
  EXPECT_FALSE(page.ends_with("\n\n"));
}

TEST(ProbeJson, has_the_same_keys_for_every_host) {
  const auto keys_of = [](const json& object) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : object.items()) keys.push_back(key);
    return keys;
  };
  fakes::SysfsTree server;
  write_nvdimm_server(server);
  const fakes::SysfsTree empty;
  const json rich = probe_json(server.root());
  const json poor = probe_json(empty.root());
  EXPECT_THAT(keys_of(rich), ContainerEq(keys_of(poor)));
  for (const char* section : {"host", "cpu", "settings"}) {
    EXPECT_THAT(keys_of(rich[section]), ContainerEq(keys_of(poor[section])));
  }
}

TEST(ProbeJson, gives_null_and_unknown_and_never_a_zero_for_what_is_absent) {
  const fakes::SysfsTree empty;
  const json facts = probe_json(empty.root());
  EXPECT_TRUE(facts["host"]["load_1min"].is_null());
  EXPECT_TRUE(facts["host"]["memory_available_bytes"].is_null());
  EXPECT_TRUE(facts["cpu"]["cpus_online"].is_null());
  EXPECT_TRUE(facts["cpu"]["family"].is_null());
  EXPECT_TRUE(facts["nodes"][0]["memory_bytes"].is_null());
  EXPECT_EQ(facts["cpu"]["model_name"], "unknown");
  EXPECT_EQ(facts["settings"]["governor"], "unknown");
  EXPECT_EQ(facts["dax"], json::array());
  EXPECT_EQ(facts["block"], json::array());
}

TEST(ProbeJson, keeps_facts_as_numbers_with_their_units_in_the_name) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  const json facts = probe_json(tree.root());
  EXPECT_EQ(facts["nodes"][1]["cpus"], json::array());
  EXPECT_EQ(facts["nodes"][1]["rated"][0]["read_latency_ns"], 250);
  EXPECT_EQ(facts["nodes"][1]["rated"][0]["initiator_node"], 0);
  EXPECT_EQ(facts["nodes"][1]["rated"][0]["source"], "HMAT");
  EXPECT_EQ(facts["nodes"][0]["distance"]["1"], 50);
  EXPECT_EQ(facts["dax"][0]["size_bytes"], 274877906944);
  EXPECT_EQ(facts["dax"][0]["driver"], "kmem");
  EXPECT_TRUE(facts["dax"][1]["numa_node"].is_null());
  EXPECT_EQ(facts["cxl"][1]["interleave_granularity_bytes"], 256);
}

TEST(ProbeJson, can_be_dumped_whatever_a_mount_point_is_called) {
  fakes::SysfsTree tree;
  write_bare(tree);
  tree.raw("proc/self/mountinfo", "27 1 254:0 / /mnt/\xff\xfe rw - ext4 /dev/vda rw\n");
  const json facts = probe_json(tree.root());
  EXPECT_NO_THROW((void)facts.dump());
  EXPECT_THAT(probe_text(facts), HasSubstr("/mnt/\xEF\xBF\xBD"));
}

TEST(ProbeJson, of_this_host_knows_its_cpu) {
  const json facts = probe_json("/");
  EXPECT_TRUE(facts["cpu"]["features"].is_object());
  EXPECT_GE(facts["cpu"]["vector_bytes"], 16);
  EXPECT_FALSE(facts["cpu"]["cpus_usable"].empty());
  EXPECT_NE(probe_text(facts), "");
}

}  // namespace
}  // namespace pmembench
