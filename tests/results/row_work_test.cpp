#include "results/row_work.hpp"

#include <gtest/gtest.h>

#include "sample.hpp"

namespace pmembench {
namespace {

TEST(RowWork, has_what_tells_one_piece_of_work_from_another) {
  Row row = sample::row();
  row.workload = "random";
  row.parameters = {{"access", "write"}, {"operation_size", "4096"}, {"batch", "256"}};
  row.threads = 1;
  row.placement.asked = "near";
  row.latency_ns.reset();
  EXPECT_EQ(work_of(row), "random access=write operation_size=4K, 1 thread") << "defaults left out";
  row.parameters["batch"] = "1";
  row.threads = 2;
  row.placement.asked = "cpus=0,1";
  row.latency_ns.emplace().mode = "durable";
  EXPECT_EQ(work_of(row),
            "random access=write batch=1 operation_size=4K, 2 threads, cpus=0,1, latency durable");
}

TEST(RowWork, leaves_out_what_a_path_has_for_itself) {
  Row row = sample::row();
  row.workload = "random";
  row.parameters = {{"access", "write"}, {"operation_size", "64"}, {"sector", "4096"}};
  row.latency_ns.reset();
  ASSERT_TRUE(is_path_key("sector"));
  EXPECT_FALSE(is_path_key("operation_size"));
  EXPECT_EQ(work_of(row).find("sector"), std::string::npos);
}

}  // namespace
}  // namespace pmembench
