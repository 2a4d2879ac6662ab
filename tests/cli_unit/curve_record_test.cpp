// What a curve's writes cost in traffic follows from what the backend declares, not from its name.
#include "cli/curve_record.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

// The bytes that cross the bus for a byte that the load writes.
double write_traffic(const char* backend, BackendCapabilities capabilities,
                     const char* path = "direct") {
  Cell base;
  base.backend = backend;
  base.path = path;
  base.workload = "loaded";
  for (const ParameterSpec& spec : find_workload("loaded")->parameters) {
    base.parameters[spec.name] = spec.default_value;
  }
  base.capabilities = capabilities;
  return curve_record(base, CurveOutcome{}, {}, false).write_traffic;
}

TEST(CurveRecord, counts_a_write_past_the_caches_once) {
  EXPECT_EQ(write_traffic("libpmem2", {true, false, 1}), 1) << "it was counted twice, by its name";
  EXPECT_EQ(write_traffic("movnt", {true, false, 1}), 1);
  EXPECT_EQ(write_traffic("a_plugin", {true, false, 1}), 1);
}

TEST(CurveRecord, counts_a_write_into_the_caches_twice) {
  EXPECT_EQ(write_traffic("clwb", {true, true, 0}), 2) << "the line is read, then written";
  EXPECT_EQ(write_traffic("movnt", {true, true, 0}), 2) << "a plugin of that name";
  EXPECT_EQ(write_traffic("a_plugin", {true, false, 1 << 20}), 2) << "its small copies are cached";
}

TEST(CurveRecord, counts_stores_of_the_workload_itself_twice) {
  EXPECT_EQ(write_traffic("movnt", {true, false, 1}, "mapped"), 2);
}

TEST(CurveRecord, counts_a_backend_that_stores_nothing_once) {
  EXPECT_EQ(write_traffic("null", {false, false, 0}), 1);
}

}  // namespace
}  // namespace pmembench
