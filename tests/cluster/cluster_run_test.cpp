#include "cluster/cluster_run.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

// `count` replicates whose total is the same in each, and in which the second of three hosts is
// `apart` slower and faster in turn.
std::vector<Replicate> totals(unsigned count, double apart) {
  std::vector<Replicate> made;
  for (unsigned i = 0; i < count; ++i) {
    Replicate replicate;
    replicate.median_ns_per_operation = 100;
    ClusterDetails details;
    const double sign = i % 2 == 0 ? 1 : -1;
    for (const double time : {100.0, 100 * (1 + sign * apart), 100.0}) {
      ClusterHost host;
      host.host = "n0" + std::to_string(details.hosts.size());
      host.ns_per_operation = time;
      details.hosts.push_back(host);
    }
    replicate.details.cluster = details;
    made.push_back(replicate);
  }
  return made;
}

MeasureSettings settings() {
  MeasureSettings made;
  made.minimum_replicates = 8;
  made.maximum_replicates = 20;
  return made;
}

TEST(ClusterRun, more_replicates_are_taken_until_each_host_is_known) {
  EXPECT_TRUE(cluster_wants_more({}, settings()));
  EXPECT_TRUE(cluster_wants_more(totals(7, 0), settings()));
  EXPECT_FALSE(cluster_wants_more(totals(8, 0), settings()));
  EXPECT_FALSE(cluster_wants_more(totals(8, 0.01), settings()));
  // The total is known, the second host is not: it could be a tenth slower.
  EXPECT_TRUE(cluster_wants_more(totals(8, 0.2), settings()));
  EXPECT_TRUE(cluster_wants_more(totals(19, 0.2), settings()));
  EXPECT_FALSE(cluster_wants_more(totals(20, 0.2), settings()));
}

TEST(ClusterRun, the_total_is_to_be_known_too) {
  auto made = totals(10, 0);
  for (unsigned i = 0; i < 10; ++i) made[i].median_ns_per_operation = i % 2 == 0 ? 80 : 120;
  EXPECT_TRUE(cluster_wants_more(made, settings()));
}

}  // namespace
}  // namespace pmembench
