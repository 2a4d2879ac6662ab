// A row in which every field has a value that is not its default, by hand.
#pragma once

#include "record/row.hpp"

namespace pmembench::record_sample {

inline Estimate estimate(double value) { return {value, value * 0.75, value * 1.5, true}; }

inline LatencyResult latency(const std::string& mode, double scale) {
  LatencyResult latency;
  latency.mode = mode;
  latency.n = 100000;
  latency.mean_ns = 100 * scale;
  latency.minimum_ns = 50 * scale;
  latency.maximum_ns = 1000 * scale;
  latency.percentiles = {{"p50", 95 * scale}, {"p99", 200 * scale}, {"p99.9", 400 * scale}};
  return latency;
}

inline RowPair pair() {
  RowPair pair;
  pair.initiator_node = 1;
  pair.target = "interleave 0:3+1:1";
  pair.target_node = 0;
  pair.interleave = {{0, 3}, {1, 1}};
  pair.group = "movnt/direct/random/t1";
  pair.measure = "bytes_per_s";
  pair.rated = 6e8;
  pair.rated_by = "hwloc";
  pair.ratio = estimate(0.5);
  return pair;
}

inline MediumFacts medium() {
  MediumFacts medium;
  medium.kind = "file";
  medium.size_bytes = 1 << 20;
  medium.page_bytes = 4096;
  medium.huge_share = 0.5;
  medium.map_sync = true;
  medium.persistence_domain = "memory_controller";
  medium.file_system = "ext4";
  medium.node_share = {{-1, 0.25}, {0, 0.75}};
  medium.pages_asked = 256;
  medium.created = true;
  medium.claim = "durable";
  medium.backend = "granularity=page";
  medium.block_device = "/dev/pmem0";
  medium.directory = "/mnt/x";
  medium.dax_attribute = "on";
  return medium;
}

inline Row full_row() {
  Row row;
  row.cell = "dram:1M/movnt/direct/random/t2";
  row.media = "dram:1M";
  row.backend = "movnt";
  row.path = "direct";
  row.workload = "random";
  row.parameters = {{"access", "write"}, {"operation_size", "64"}};
  row.threads = 2;
  row.placement = {"near", "cpus 0,1; node 0: 100 %"};
  row.status = "ok";
  row.reason = "none";
  row.claim = "emulated";
  row.operations = 30000;
  row.bytes = 1920000;
  row.operations_per_s = estimate(1e7);
  row.bytes_per_s = estimate(6.4e8);
  row.ns_per_operation = estimate(100);
  row.latency_ns = latency("durable", 1);
  row.service_ns = latency("durable", 0.5);
  row.floor_ns = 2.5;
  row.replicates = 10;
  row.slices = 30;
  row.converged = true;
  row.disturbed_share = 0.125;
  row.amplification = {{"bytes_asked", 64}, {"bytes_stored", 96}, {"fences", 0.5}};
  row.figures = {{"huge_mappable_share", 0.75}};
  row.warnings = {{"steal", "in 3 of 10"}, {"of_a_later_version", "what"}};
  row.seed = 0xFEDCBA9876543210ULL;
  row.numa = pair();
  row.medium = medium();
  row.capabilities = {true, true, 64};
  row.kernel = {"plain", 0.25};
  row.host = "n02";
  row.cluster =
      RowCluster{4e7, 1500, 250, {{"n02", 112, estimate(1.125), 0.25, "slower", 500, 0.75}}};
  row.source = "fio-3.33";
  return row;
}

}  // namespace pmembench::record_sample
