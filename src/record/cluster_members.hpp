// What the parts of a replicate and a row consist of that several hosts measured together: a part
// of record/members.hpp, which includes it. For .cpp files only.
#pragma once

#include "record/describe.hpp"
#include "record/replicate.hpp"
#include "record/row.hpp"

namespace pmembench {

template <typename T, typename V>
requires IsOf<T, ClusterHost>
void describe(T& host, V&& members) {
  members.added("host", host.host);
  members.added("rank", host.rank);
  members.added("ns_per_operation", host.ns_per_operation);
  members.added("operations", host.operations);
  members.added("bytes", host.bytes);
  members.added("slices", host.slices);
  members.added("slices_outside", host.slices_outside);
  members.added("busy_share", host.busy_share);
  members.added("late_ns", host.late_ns);
  members.added("done_ns", host.done_ns);
  members.added("offset_ns", host.offset_ns);
  members.added("bound_ns", host.bound_ns);
  members.added("drift_ppm", host.drift_ppm);
}

template <typename T, typename V>
requires IsOf<T, ClusterDetails>
void describe(T& cluster, V&& members) {
  members.added("begin_ns", cluster.begin_ns);
  members.added("window_ns", cluster.window_ns);
  members.added("hosts", cluster.hosts);
}

template <typename T, typename V>
requires IsOf<T, RowHost>
void describe(T& host, V&& members) {
  members.added("host", host.host);
  members.added("ns_per_operation", host.ns_per_operation);
  members.added("ratio", host.ratio);
  members.added("p_value", host.p_value);
  members.added("verdict", host.verdict);
  members.added("late_ns", host.late_ns);
  members.added("busy_share", host.busy_share);
}

template <typename T, typename V>
requires IsOf<T, RowCluster>
void describe(T& cluster, V&& members) {
  members.added("window_ns", cluster.window_ns);
  members.added("late_ns", cluster.late_ns);
  members.added("clock_bound_ns", cluster.clock_bound_ns);
  members.added("hosts", cluster.hosts);
}

}  // namespace pmembench
