#include "plan/cell_name.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace pmembench {
namespace {

const WorkloadType& random_workload() { return *find_workload("random"); }

Cell random_cell() {
  Cell cell;
  cell.media = "dram:1M";
  cell.backend = "movnt";
  cell.path = "direct";
  cell.workload = "random";
  for (const ParameterSpec& spec : random_workload().parameters) {
    cell.parameters[spec.name] = spec.default_value;
  }
  cell.placement.asked = "near";
  return cell;
}

std::string name_with(const Cell& cell, const std::set<std::string, std::less<>>& written) {
  return cell_name(cell, random_workload().parameters,
                   [&](std::string_view key) { return written.contains(key); });
}

TEST(CellName, has_the_parameters_that_were_written_in_the_workloads_order) {
  Cell cell = random_cell();
  cell.parameters["operation_size"] = "65536";
  EXPECT_EQ(name_with(cell, {}), "dram:1M/movnt/direct/random/t1");
  EXPECT_EQ(name_with(cell, {"operation_size"}),
            "dram:1M/movnt/direct/random/operation_size=64K/t1");
  EXPECT_EQ(name_with(cell, {"alpha", "access", "operation_size"}),
            "dram:1M/movnt/direct/random/operation_size=64K,access=read,alpha=0.99/t1");
}

TEST(CellName, says_what_is_not_usual) {
  Cell cell = random_cell();
  cell.threads = 4;
  cell.backend_options = "a=b,c=d";
  cell.placement.asked = "cpu_node=0;node=1";
  cell.timing = Timing::operation;
  cell.latency_mode = "durable";
  EXPECT_EQ(name_with(cell, {}),
            "dram:1M/movnt:a=b,c=d/direct/random/t4/cpu_node=0;node=1/operation-durable");
}

TEST(CellName, of_what_is_left_out_ends_with_the_backend) {
  EXPECT_EQ(left_out_name(random_cell()), "dram:1M/random/movnt");
}

TEST(CellIdentity, tells_apart_all_that_is_measured) {
  const Cell base = random_cell();
  std::set<std::string> identities{cell_identity(base)};
  const auto add = [&](auto change) {
    Cell cell = base;
    change(cell);
    EXPECT_TRUE(identities.insert(cell_identity(cell)).second) << cell_identity(cell);
  };
  add([](Cell& cell) { cell.media = "dram:2M"; });
  add([](Cell& cell) { cell.backend = "clwb"; });
  add([](Cell& cell) { cell.backend_options = "a=b"; });
  add([](Cell& cell) { cell.path = "mapped"; });
  add([](Cell& cell) { cell.workload = "sequential"; });
  add([](Cell& cell) { cell.parameters["access"] = "write"; });
  add([](Cell& cell) { cell.threads = 2; });
  add([](Cell& cell) { cell.placement.asked = "far"; });
  add([](Cell& cell) { cell.placement.cpus = {1}; });
  add([](Cell& cell) { cell.placement.memory_node = 1; });
  add([](Cell& cell) { cell.timing = Timing::operation; });
  add([](Cell& cell) { cell.latency_mode = "issue"; });
  add([](Cell& cell) { cell.skip_reason = "no"; });
  Cell renamed = base;
  renamed.name = "other";
  EXPECT_EQ(cell_identity(renamed), cell_identity(base));
}

TEST(Fnv1a, gives_the_published_values) {
  EXPECT_EQ(fnv1a(""), 0xCBF29CE484222325ULL);
  EXPECT_EQ(fnv1a("a"), 0xAF63DC4C8601EC8CULL);
  EXPECT_EQ(fnv1a("foobar"), 0x85944171F73967E8ULL);
}

}  // namespace
}  // namespace pmembench
