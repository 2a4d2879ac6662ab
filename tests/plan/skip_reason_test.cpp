#include "plan/skip_reason.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/plan/fake_backends.hpp"

namespace pmembench {
namespace {

std::string reason(const std::string& backend, dax_media_kind kind, const std::string& path,
                   const std::string& workload, const Parameters& changes = {}) {
  const Registry registry = fake_registry();
  const WorkloadType& type = *find_workload(workload);
  Parameters parameters = changes;
  for (const ParameterSpec& spec : type.parameters) {
    parameters.emplace(spec.name, spec.default_value);
  }
  for (const ParameterSpec& spec : find_path(path)->parameters) {
    parameters.emplace(spec.name, spec.default_value);
  }
  return skip_reason(**registry.find(backend), kind, *find_path(path), type, parameters);
}

TEST(SkipReason, is_empty_where_nothing_stands_against_the_cell) {
  EXPECT_EQ(reason("movnt", DAX_MEDIA_DRAM, "direct", "random"), "");
  EXPECT_EQ(reason("movnt", DAX_MEDIA_DEVDAX, "mapped", "chase"), "");
  EXPECT_EQ(reason("block", DAX_MEDIA_BLOCK, "direct", "random"), "");
}

TEST(Capabilities, are_those_that_the_table_declares) {
  const auto declared = [](std::uint64_t bits, std::uint64_t nontemporal_from_bytes) {
    dax_operations table = fake_table("any_name", 1, bits);
    table.nontemporal_from_bytes = nontemporal_from_bytes;
    BackendEntry entry;
    entry.operations = &table;
    return capabilities_of(entry);
  };
  EXPECT_EQ(declared(0, 0), (BackendCapabilities{true, false, 0}));
  EXPECT_EQ(declared(DAX_CAP_NEEDS_FLUSH, 256), (BackendCapabilities{true, true, 256}));
  EXPECT_EQ(declared(DAX_CAP_NO_WORK, 0), (BackendCapabilities{false, false, 0}));
  EXPECT_EQ(capabilities_of(BackendEntry{}), BackendCapabilities{}) << "it did not load";
}

TEST(SkipReason, looks_at_each_part_of_a_medium_that_is_made_of_others) {
  const Registry registry = fake_registry();
  const auto of = [&](const std::string& backend, const std::string& media, const std::string& path,
                      const std::string& workload, Parameters parameters = {}) {
    const WorkloadType& type = *find_workload(workload);
    for (const ParameterSpec& spec : type.parameters) {
      parameters.emplace(spec.name, spec.default_value);
    }
    const auto spec = parse_media(media);
    EXPECT_TRUE(spec) << spec.error().message;
    return skip_reason(**registry.find(backend), *spec, *find_path(path), type, parameters);
  };
  EXPECT_EQ(of("movnt", "linear:dram:1M+dram:1M", "mapped", "chase"), "");
  EXPECT_EQ(of("movnt", "stripe:2,4K:dram:1M+dram:1M", "direct", "random"), "");
  EXPECT_EQ(of("movnt", "linear:dram:1M+block:/b", "direct", "random"),
            "backend movnt does not serve block media: it serves dram, file, devdax, sim");
  EXPECT_EQ(of("movnt", "linear:dram:1M+block:/b,backend=block", "direct", "random"), "")
      << "a part that names its own backend is that one's matter";
  EXPECT_NE(of("movnt", "linear:dram:1M,backend=clwb+dram:1M,backend=movnt", "direct", "random"),
            "")
      << "one cell measures it, not one for each backend";
  EXPECT_EQ(of("movnt", "linear:dram:1M,backend=movnt+dram:1M,backend=clwb", "direct", "random"),
            "");
  EXPECT_NE(of("null", "linear:dram:1M,backend=movnt+dram:1M", "direct", "random"), "")
      << "half of the work would be taken for the harness's own time";
  EXPECT_EQ(of("null", "linear:dram:1M+dram:1M", "direct", "random"), "");
  for (const char* path : {"mapped", "char"}) {
    EXPECT_NE(of("movnt", "stripe:2,4K:dram:1M+dram:1M", path, "random"), "") << path;
  }
  EXPECT_NE(of("movnt", "logwrites:dram:1M,log=dram:1M", "direct", "random", {{"access", "load"}}),
            "");
  EXPECT_NE(of("movnt", "stripe:2,4K:dram:1M+dram:1M", "direct", "loaded"), "");
  EXPECT_NE(of("movnt", "linear:dram:32M+dram:32M", "fs-mixed", "random"), "");
  EXPECT_NE(of("movnt", "linear:dram:32M+dram:32M", "direct", "lifetime"), "");
}

TEST(SkipReason, keeps_files_and_mounts_together) {
  EXPECT_EQ(reason("block", DAX_MEDIA_POSIX, "posix", "random"), "");
  EXPECT_EQ(reason("block", DAX_MEDIA_POSIX, "posix", "random", {{"operation_size", "64"}}), "");
  EXPECT_EQ(reason("block", DAX_MEDIA_POSIX, "posix", "varmail"), "");
  EXPECT_EQ(reason("block", DAX_MEDIA_POSIX, "posix", "mmap_store"), "");
  EXPECT_EQ(reason("movnt", DAX_MEDIA_DRAM, "fs-dax", "mmap_store"), "");
  EXPECT_EQ(reason("movnt", DAX_MEDIA_DRAM, "fs-block", "overwrite"), "");
  EXPECT_EQ(reason("movnt", DAX_MEDIA_DRAM, "posix", "varmail"),
            "path posix works on a mounted file system, not on dram media: use media "
            "posix:DIRECTORY");
  EXPECT_EQ(reason("movnt", DAX_MEDIA_DRAM, "fs-block", "mmap_store"),
            "workload mmap_store maps files, and path fs-block cannot map any: use path fs-dax");
  EXPECT_EQ(reason("movnt", DAX_MEDIA_DRAM, "fs-dax", "chase"),
            "workload chase works on addresses, and path fs-dax gives none: use path mapped");
  EXPECT_EQ(reason("movnt", DAX_MEDIA_DRAM, "direct", "varmail"),
            "workload varmail works on files, and path direct gives none: use path fs-dax");
  EXPECT_EQ(reason("block", DAX_MEDIA_BLOCK, "fs-dax", "varmail"),
            "path fs-dax needs addresses, and backend block gives none");
}

TEST(SkipReason, repeats_what_the_probe_said) {
  EXPECT_EQ(reason("clwb", DAX_MEDIA_DRAM, "direct", "random"),
            "backend clwb: the CPU has no clwb");
}

TEST(SkipReason, names_the_media_that_a_backend_serves) {
  EXPECT_EQ(reason("movnt", DAX_MEDIA_BLOCK, "direct", "random"),
            "backend movnt does not serve block media: it serves dram, file, devdax, sim");
  EXPECT_EQ(reason("block", DAX_MEDIA_DRAM, "direct", "random"),
            "backend block does not serve dram media: it serves block, posix");
}

TEST(SkipReason, asks_for_addresses_where_they_are_needed) {
  EXPECT_EQ(reason("block", DAX_MEDIA_BLOCK, "mapped", "random"),
            "path mapped needs addresses, and backend block gives none");
  EXPECT_EQ(reason("null", DAX_MEDIA_DRAM, "mapped", "chase"),
            "path mapped needs addresses, and backend null gives none");
  EXPECT_EQ(reason("movnt", DAX_MEDIA_DRAM, "direct", "chase"),
            "workload chase works on addresses, and path direct gives none: use path mapped");
}

TEST(SkipReason, keeps_to_the_smallest_io_and_alignment) {
  EXPECT_EQ(reason("block", DAX_MEDIA_BLOCK, "direct", "random", {{"operation_size", "64"}}),
            "operation_size 64 B is below the smallest I/O of backend block, 512 B");
  EXPECT_EQ(reason("block", DAX_MEDIA_BLOCK, "direct", "random", {{"operation_size", "768"}}),
            "operation_size 768 B is not a multiple of the alignment of backend block, 512 B");
  EXPECT_EQ(reason("block", DAX_MEDIA_BLOCK, "direct", "strided",
                   {{"operation_size", "512"}, {"stride", "4000"}}),
            "stride 3.90625 KiB is not a multiple of the alignment of backend block, 512 B");
  EXPECT_EQ(reason("block", DAX_MEDIA_BLOCK, "direct", "random", {{"operation_size", "512"}}), "");
}

TEST(SkipReason, knows_what_a_path_does_of_its_own_accord) {
  const Parameters sectors{{"sector", "4096"}, {"operation_size", "4096"}};
  const Parameters raw{{"translation", "raw"}}, btt{{"translation", "btt"}};
  EXPECT_EQ(reason("block", DAX_MEDIA_BLOCK, "kernel", "random", sectors), "");
  EXPECT_EQ(reason("movnt", DAX_MEDIA_DRAM, "kernel", "random", sectors),
            "path kernel goes through the kernel's block path, and backend movnt does not: use "
            "backend block and media block:PATH");
  EXPECT_EQ(reason("null", DAX_MEDIA_DRAM, "block-raw", "random", sectors), "");
  EXPECT_EQ(reason("null", DAX_MEDIA_DRAM, "block-btt", "random", sectors),
            "path block-btt reads back what it keeps on the device, and backend null keeps "
            "nothing: use path direct");
  EXPECT_EQ(reason("block", DAX_MEDIA_BLOCK, "block-raw", "random", sectors), "");
  EXPECT_EQ(reason("block", DAX_MEDIA_BLOCK, "block-btt", "random", sectors),
            "path block-btt writes 4 B at a time, and backend block multiples of 512 B: use "
            "another backend");
  EXPECT_EQ(reason("block", DAX_MEDIA_BLOCK, "fs-block", "varmail", raw), "");
  EXPECT_EQ(reason("block", DAX_MEDIA_BLOCK, "fs-block", "varmail", btt),
            "path fs-block writes 4 B at a time, and backend block multiples of 512 B: use "
            "another backend");
  EXPECT_EQ(reason("wide", DAX_MEDIA_DRAM, "fs-dax", "varmail", raw),
            "path fs-dax writes 1 B at a time, and backend wide multiples of 256 B: use another "
            "backend");
}

TEST(SkipReason, keeps_fs_mixed_to_the_mapping_of_the_host) {
  EXPECT_EQ(reason("movnt", DAX_MEDIA_DRAM, "fs-mixed", "random"), "");
  dax_operations own = fake_table("own", kDramBit, DAX_CAP_DIRECT_ACCESS);
  own.open = [](const dax_host_info*, const dax_media_info*, void**, std::uint64_t*, char*,
                std::uint64_t) { return -EIO; };
  BackendEntry entry;
  entry.name = "own";
  entry.operations = &own;
  Parameters parameters{{"translation", "raw"}};
  EXPECT_EQ(skip_reason(entry, DAX_MEDIA_DRAM, *find_path("fs-mixed"), *find_workload("random"),
                        parameters),
            "path fs-mixed divides the host's mapping, and backend own maps the medium itself: use "
            "movnt, clwb, clflushopt, clflush or eadr");
}

TEST(SkipReason, lets_pure_loads_work_on_addresses_alone) {
  const Parameters load{{"access", "load"}};
  EXPECT_EQ(reason("movnt", DAX_MEDIA_DRAM, "direct", "random", load), "");
  EXPECT_EQ(reason("movnt", DAX_MEDIA_DRAM, "mapped", "sequential", load), "");
  EXPECT_EQ(reason("movnt", DAX_MEDIA_DRAM, "block-raw", "random", load),
            "access load works on addresses, and path block-raw gives none: use path direct");
  EXPECT_EQ(reason("block", DAX_MEDIA_BLOCK, "direct", "random", load),
            "access load works on addresses, and backend block gives none");
}

TEST(SkipReason, lets_loads_and_stores_have_any_size) {
  EXPECT_EQ(reason("wide", DAX_MEDIA_DRAM, "direct", "random", {{"operation_size", "64"}}),
            "operation_size 64 B is below the smallest I/O of backend wide, 256 B");
  EXPECT_EQ(reason("wide", DAX_MEDIA_DRAM, "mapped", "random", {{"operation_size", "64"}}), "");
}

TEST(SkipReason, refuses_what_does_not_report_to_a_model) {
  EXPECT_EQ(reason("movnt", DAX_MEDIA_SIM, "direct", "random"), "");
  EXPECT_EQ(reason("movnt", DAX_MEDIA_SIM, "mapped", "chase"), "");
  EXPECT_EQ(reason("block", DAX_MEDIA_SIM, "direct", "random"),
            "backend block does not serve sim media: it serves block, posix");
  EXPECT_EQ(
      reason("movnt", DAX_MEDIA_SIM, "char", "random"),
      "path char does not report to a simulated memory what it does: use path direct or mapped");
  EXPECT_EQ(
      reason("movnt", DAX_MEDIA_SIM, "mapped", "handover"),
      "workload handover does not report to a simulated memory what it does; docs/sim.md names "
      "those that do");
  EXPECT_EQ(reason("movnt", DAX_MEDIA_SIM, "direct", "durability"), "");
  EXPECT_EQ(
      reason("movnt", DAX_MEDIA_SIM, "direct", "durability", {{"line", "shared"}}),
      "threads of workload durability wait for each other with these parameters, and those of a "
      "simulated host take turns");
  EXPECT_NE(reason("movnt", DAX_MEDIA_SIM, "direct", "loaded", {{"probe_media", "dram:1M"}}), "");
  EXPECT_EQ(reason("movnt", DAX_MEDIA_SIM, "mapped", "chase", {{"prefetchers", "as-found"}}), "");
  EXPECT_NE(reason("movnt", DAX_MEDIA_SIM, "mapped", "chase", {{"prefetchers", "off"}}), "");
  EXPECT_NE(reason("movnt", DAX_MEDIA_DRAM, "direct", "loaded", {{"probe_media", "sim:m"}}), "");
}

TEST(KindName, names_every_kind) {
  EXPECT_EQ(media_kind_name(DAX_MEDIA_DRAM), "dram");
  EXPECT_EQ(media_kind_name(DAX_MEDIA_SIM), "sim");
  EXPECT_EQ(media_kind_name(static_cast<dax_media_kind>(15)), "unknown");
}

TEST(SkipReason, is_asked_about_the_path_of_each_group) {
  const auto of = [](const std::string& path, const std::string& groups) {
    return reason("movnt", DAX_MEDIA_DRAM, path, "groups",
                  {{"groups", groups}, {"other_media", "dram:1M"}});
  };
  EXPECT_EQ(of("direct", "1*random+1*chase:path=mapped"), "");
  EXPECT_EQ(of("block-btt", "1*random+1*random:path=direct,medium=other"), "");
  EXPECT_NE(of("block-btt", "1*random+1*random:path=direct"), "") << "it would overwrite the map";
  EXPECT_NE(of("direct", "1*random:path=block-btt+1*random"), "");
  EXPECT_NE(of("block-raw", "1*random+1*random:medium=other"), "");
  EXPECT_NE(of("direct", "1*random:path=nowhere+1*random"), "");
}

}  // namespace
}  // namespace pmembench
