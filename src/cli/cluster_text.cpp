#include "cli/cluster_text.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/units.hpp"
#include "cli/text_table.hpp"

namespace pmembench {
namespace {

double percent_over_one(double ratio) { return 100 * (ratio - 1); }

}  // namespace

std::string standing_text(const Estimate& ratio, const std::string& verdict) {
  if (!ratio.has_interval) return fmt::format("{:+.1f} %", percent_over_one(ratio.estimate));
  return fmt::format("{:+.1f} % [{:+.1f}, {:+.1f}]{}", percent_over_one(ratio.estimate),
                     percent_over_one(ratio.low), percent_over_one(ratio.high),
                     verdict == "slower" ? " !" : "");
}

std::string cluster_text(const std::vector<Row>& rows) {
  TextTable table({{"host"},
                   {"time/op", Align::right},
                   {"against the rest", Align::right},
                   {"p", Align::right},
                   {"verdict"},
                   {"late", Align::right},
                   {"busy", Align::right}});
  for (const Row& row : rows) {
    if (!row.cluster || row.cluster->hosts.size() < 2) continue;
    const RowCluster& cluster = *row.cluster;
    table.add_heading(fmt::format("{}: all ran together for {}, clocks known within {}", row.cell,
                                  format_duration_ns(cluster.window_ns),
                                  format_duration_ns(cluster.clock_bound_ns)));
    for (const RowHost& host : cluster.hosts) {
      table.add({host.host, format_duration_ns(host.ns_per_operation),
                 standing_text(host.ratio, host.verdict), fmt::format("{:.2g}", host.p_value),
                 host.verdict, format_duration_ns(std::max(0.0, host.late_ns)),
                 fmt::format("{:.0f} %", 100 * host.busy_share)});
    }
  }
  return table.empty() ? "" : "\n" + table.text();
}

}  // namespace pmembench
