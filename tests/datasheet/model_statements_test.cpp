#include "datasheet/model_statements.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

StructureLine line_with(const char* property, const char* name, const char* only, double value = 0) {
  StructureLine line;
  line.inference.property = property;
  line.inference.determined = value > 0;
  line.inference.value = value;
  line.name = name;
  line.repeat_only = only;
  return line;
}

TEST(ModelStatements, stand_beside_what_was_inferred) {
  SimModel model;
  model.caches = {{"buffer", 16 << 10, 256, SimPolicy::lru, 140},
                  {"table", 16 << 20, 4096, SimPolicy::fifo, 120}};
  model.channels = 4;
  model.granule_bytes = 4096;
  model.parallelism = 12;
  model.refresh_period_ns = 7800;
  model.refresh_stall_ns = 290;
  std::vector<StructureLine> lines{line_with("capacity", "capacity", "capacity", 15000),
                                   line_with("capacity", "capacity", "capacity", 9e6),
                                   line_with("capacity", "device buffer or cache", "capacity"),
                                   line_with("read_line", "read line", "read_line"),
                                   line_with("interleave_granule", "interleave granule", "interleave"),
                                   line_with("interleave_ways", "interleave ways", "interleave"),
                                   line_with("parallelism", "loads under way", "parallelism"),
                                   line_with("turnaround", "change", "turnaround"),
                                   line_with("refresh", "refresh period", "refresh"),
                                   line_with("refresh_stall", "refresh stall", "refresh"),
                                   line_with("banks", "what a model has not", "figures")};
  state_model(model, lines);
  std::vector<std::string> stated;
  for (const StructureLine& each : lines) stated.push_back(each.firmware);
  EXPECT_EQ(stated,
            (std::vector<std::string>{
                "model: buffer 16 KiB (+140 ns)", "model: table 16 MiB (+120 ns)",
                "model: buffer 16 KiB (+140 ns), table 16 MiB (+120 ns)", "model: 256 B",
                "model: 4 KiB", "model: 4", "model: 12", "model: none", "model: 7.8 us",
                "model: 290 ns", ""}));
}

TEST(ModelStatements, say_none_of_what_is_not_there) {
  SimModel model;
  std::vector<StructureLine> lines{line_with("capacity", "capacity", "capacity", 4096),
                                   line_with("write_buffer", "write buffer", "write_buffer"),
                                   line_with("bank_classes", "bank classes", "banks"),
                                   line_with("prefetch", "prefetch", "prefetch"),
                                   line_with("wear", "wear period", "wear")};
  state_model(model, lines);
  for (const StructureLine& each : lines) EXPECT_EQ(each.firmware, "model: none") << each.name;
}

}  // namespace
}  // namespace pmembench
