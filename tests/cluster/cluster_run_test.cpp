#include "cluster/cluster_run.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.hpp"
#include "results/row_parts.hpp"

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

// Runs of four hosts whose processes differ by 5 %, until there is enough of them. How often one of
// `slower` is named, and how often another one.
struct Named {
  unsigned right = 0, wrong = 0, replicates = 0;
};
Named simulate(unsigned runs, double slower) {
  Random random(17);
  Named named;
  for (unsigned run = 0; run < runs; ++run) {
    std::vector<Replicate> taken;
    MeasureSettings wide = settings();
    wide.minimum_replicates = 10;
    wide.maximum_replicates = 40;
    while (cluster_wants_more(taken, wide)) {
      Replicate replicate = totals(1, 0).front();
      ClusterHost host = replicate.details.cluster->hosts.front();
      replicate.details.cluster->hosts.clear();
      for (unsigned at = 0; at < 4; ++at) {
        double normal = -6;  // Irwin and Hall: the sum of twelve draws
        for (unsigned i = 0; i < 12; ++i) normal += random.unit();
        host.host = "n0" + std::to_string(at);
        host.ns_per_operation = 100 * std::exp(0.05 * normal) * (at == 2 ? 1 + slower : 1);
        replicate.details.cluster->hosts.push_back(host);
      }
      taken.push_back(replicate);
    }
    const auto cluster = cluster_of(taken, wide.confidence);
    if (!cluster) continue;
    named.replicates += static_cast<unsigned>(taken.size());
    bool wrong = false;
    for (const RowHost& each : cluster->hosts) {
      const bool found = each.verdict == "slower";
      named.right += found && each.host == "n02" && slower > 0 ? 1 : 0;
      wrong = wrong || (found && (each.host != "n02" || slower == 0));
    }
    named.wrong += wrong ? 1 : 0;
  }
  return named;
}

TEST(ClusterRun, looking_after_each_replicate_names_no_more_hosts) {
  const Named equal = simulate(300, 0), tenth = simulate(300, 0.10);
  EXPECT_LE(equal.wrong, 3U);
  EXPECT_LE(tenth.wrong, 3U);
  EXPECT_GE(tenth.right, 297U) << tenth.replicates << " replicates";
}

TEST(ClusterRun, the_total_is_to_be_known_too) {
  auto made = totals(10, 0);
  for (unsigned i = 0; i < 10; ++i) made[i].median_ns_per_operation = i % 2 == 0 ? 80 : 120;
  EXPECT_TRUE(cluster_wants_more(made, settings()));
}

}  // namespace
}  // namespace pmembench
