// Messages of the worker protocol with every member set, and how two of them are compared.
#pragma once

#include <gtest/gtest.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "run/protocol.hpp"

namespace pmembench {
namespace {

// ---- The members of each struct of the protocol. A structured binding must name them all: whoever
// adds a member is told here by the compiler, and below by a round trip that loses it. ----

auto members_of(const Placement& placement) {
  const auto& [asked, cpus, memory_node] = placement;
  return std::tie(asked, cpus, memory_node);
}

auto members_of(const Cell& cell) {
  // A worker need not know the last seven: how much is used stands in the request to open.
  [[maybe_unused]] const auto& [name, media, backend, backend_options, path, workload, parameters,
                                threads, placement, timing, durable, latency_mode, arrival, rate,
                                slots_ns, seed, skip_reason, pair, capabilities, sibling_threads,
                                used_bytes, expectations, cache_bytes, shares_mapping] = cell;
  return std::tie(name, media, backend, backend_options, path, workload, parameters, threads,
                  placement, timing, durable, latency_mode, arrival, rate, slots_ns, seed,
                  skip_reason);
}

auto members_of(const PluginSearch& plugins) {
  // A worker goes by the default limit.
  [[maybe_unused]] const auto& [files, folders, limit_ms] = plugins;
  return std::tie(files, folders);
}

auto members_of(const OpenRequest& open) {
  // The version is the protocol's: another one is refused.
  [[maybe_unused]] const auto& [version, media, backend, backend_options, node, destroy, plugins,
                                without_cpu, probe_media, probe_destroy, identity, probe_identity,
                                found_empty, probe_found_empty, used_bytes, joint, held] = open;
  return std::tie(media, backend, backend_options, node, destroy, plugins, without_cpu, probe_media,
                  probe_destroy, identity, probe_identity, found_empty, probe_found_empty,
                  used_bytes, joint, held);
}

auto members_of(const MediumFacts& medium) {
  const auto& [kind, size_bytes, page_bytes, huge_share, map_sync, persistence_domain, file_system,
               node_share, pages_asked, identity, created, claim, audit, backend, block_device,
               directory, dax_attribute, whole_bytes, placed_by, nodes_unknown, stack, probe] =
      medium;
  return std::tie(kind, size_bytes, page_bytes, huge_share, map_sync, persistence_domain,
                  file_system, node_share, pages_asked, identity, created, claim, audit, backend,
                  block_device, directory, dax_attribute, whole_bytes, placed_by, nodes_unknown,
                  stack, probe);
}

auto members_of(const TimerFacts& timer) {
  const auto& [ns_per_tick, step_ns, floor_issue_ns, floor_durable_ns, invariant, reading] = timer;
  return std::tie(ns_per_tick, step_ns, floor_issue_ns, floor_durable_ns, invariant, reading);
}

auto members_of(const OpenedReply& opened) {
  const auto& [version, medium, timer, ceiling_bytes_per_s, unnamed, probe_unnamed, software] =
      opened;
  return std::tie(version, medium, timer, ceiling_bytes_per_s, unnamed, probe_unnamed, software);
}

auto members_of(const CellRequest& request) {
  const auto& [cell, slice_ns, operations, slowdown, load_maximum, kernel] = request;
  return std::tie(cell, slice_ns, operations, slowdown, load_maximum, kernel);
}

auto members_of(const KernelChoice& kernel) {
  const auto& [name, margin] = kernel;
  return std::tie(name, margin);
}

auto members_of(const ReadyReply& ready) {
  const auto& [operations, kernel] = ready;
  return std::tie(operations, kernel);
}

auto members_of(const HelloReply& hello) {
  const auto& [protocol, version] = hello;
  return std::tie(protocol, version);
}

auto members_of(const SliceReply& slice) {
  const auto& [ns_per_operation, operations, bytes, overlap, involuntary_switches, faults,
               major_faults, load_bytes_per_s, backlog_ns, core_probes_ns, begun_ns, ended_ns] =
      slice;
  return std::tie(ns_per_operation, operations, bytes, overlap, involuntary_switches, faults,
                  major_faults, load_bytes_per_s, backlog_ns, core_probes_ns, begun_ns, ended_ns);
}

auto members_of(const LoadedDetails::Steady& steady) {
  const auto& [is_steady, within_precision, dropped_slices, bandwidth_half_width,
               latency_half_width, bandwidth_lag1, bandwidth_trend, latency_trend] = steady;
  return std::tie(is_steady, within_precision, dropped_slices, bandwidth_half_width,
                  latency_half_width, bandwidth_lag1, bandwidth_trend, latency_trend);
}

auto members_of(const LoadedDetails& loaded) {
  const auto& [chunk, asked_bytes_per_s, maximum_bytes_per_s, load_threads, slice_bytes_per_s,
               bytes_per_s, steady] = loaded;
  return std::tie(chunk, asked_bytes_per_s, maximum_bytes_per_s, load_threads, slice_bytes_per_s,
                  bytes_per_s, steady);
}

auto members_of(const OpenLoopDetails& open_loop) {
  const auto& [arrival, asked_per_s, closed_loop_per_s, low_per_s, high_per_s, ns_per_tick, service,
               achieved_per_s, backlog_ns] = open_loop;
  return std::tie(arrival, asked_per_s, closed_loop_per_s, low_per_s, high_per_s, ns_per_tick,
                  service, achieved_per_s, backlog_ns);
}

auto members_of(const PeriodDetails& period) {
  const auto& [period_ns, p_value, harmonics, found] = period;
  return std::tie(period_ns, p_value, harmonics, found);
}

auto members_of(const SlotDetails& slots) {
  const auto& [slot_ns, n, mean_ns, p50_ns, p99_ns, p999_ns, max_ns, last_share, cut, period_of_max,
               period_of_mean] = slots;
  return std::tie(slot_ns, n, mean_ns, p50_ns, p99_ns, p999_ns, max_ns, last_share, cut,
                  period_of_max, period_of_mean);
}

auto members_of(const CellExtra& extra) {
  const auto& [kernel, medium, loaded, open_loop, slots] = extra;
  return std::tie(kernel, medium, loaded, open_loop, slots);
}

auto members_of(const CellDoneReply& done) {
  const auto& [histogram, counters, figures, cpus, traced, extra] = done;
  return std::tie(histogram, counters, figures, cpus, traced, extra);
}

template <typename T>
concept HasMembers = requires(const T& value) {
  members_of(value);
};

// ---- Comparisons, member by member. ----

template <typename T>
bool is_same(const T& left, const T& right);

bool is_same(const Histogram& left, const Histogram& right) {
  return left.sparse() == right.sparse();
}

template <typename T>
bool is_same(const std::optional<T>& left, const std::optional<T>& right) {
  return left.has_value() == right.has_value() && (!left || is_same(*left, *right));
}

bool is_same(const std::vector<MediumFacts>& left, const std::vector<MediumFacts>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const auto& one, const auto& other) { return is_same(one, other); });
}

template <typename Members, typename Visit>
void each_pair(const Members& left, const Members& right, Visit visit) {
  constexpr auto kSize = std::tuple_size_v<Members>;
  [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
    (visit(kIndex, std::get<kIndex>(left), std::get<kIndex>(right)), ...);
  }
  (std::make_index_sequence<kSize>());
}

template <typename T>
bool is_same(const T& left, const T& right) {
  if constexpr (HasMembers<T>) {
    bool same = true;
    each_pair(members_of(left), members_of(right),
              [&](std::size_t, const auto& one, const auto& other) {
                same = same && is_same(one, other);
              });
    return same;
  } else {
    return left == right;
  }
}

// Every member has another value than by default, those of members too: an example that leaves one
// out proves nothing of it.
template <typename T>
void expect_all_set(const T& value, const std::string& where) {
  const T by_default{};
  each_pair(members_of(value), members_of(by_default),
            [&](std::size_t index, const auto& member, const auto& other) {
              const std::string name = where + ", member " + std::to_string(index);
              using Member = std::remove_cvref_t<decltype(member)>;
              if constexpr (HasMembers<Member>) {
                expect_all_set(member, name);
              } else {
                EXPECT_FALSE(is_same(member, other)) << name << " has its default";
              }
              if constexpr (requires { members_of(member.value()); }) {
                if (member) expect_all_set(*member, name);
              }
            });
}

template <typename T>
void expect_same(const T& left, const T& right, const std::string& what) {
  each_pair(members_of(left), members_of(right),
            [&](std::size_t index, const auto& one, const auto& other) {
              EXPECT_TRUE(is_same(one, other)) << "member " << index << " of " << what;
            });
}

nlohmann::json over_the_wire(const nlohmann::json& message) {
  return nlohmann::json::parse(message.dump());
}

// ---- An example of each message, with every member set. ----

Cell example_cell() {
  Cell cell;
  cell.name = "dram:1M/movnt/direct/random/operation_size=64B/t2";
  cell.media = "dram:1M";
  cell.backend = "movnt";
  cell.backend_options = "a=b";
  cell.path = "direct";
  cell.workload = "random";
  cell.parameters = {{"operation_size", "64"}, {"access", "write"}};
  cell.threads = 2;
  cell.placement = {"near", {0, 1}, 0};
  cell.timing = Timing::operation;
  cell.latency_mode = "issue";
  cell.durable = true;
  cell.arrival = "poisson";
  cell.rate = "50%";
  cell.slots_ns = 1'000'000;
  cell.seed = 0xFFFFFFFFFFFFFFFFULL;
  cell.skip_reason = "none";
  return cell;
}

OpenRequest example_open() {
  OpenRequest open;
  open.media = "dram:1M";
  open.backend = "clwb";
  open.backend_options = "a=b";
  open.node = 1;
  open.destroy = true;
  open.plugins.files = {"a.so"};
  open.plugins.folders = {"/folder"};
  open.without_cpu = "avx2";
  open.probe_media = "dram:2M";
  open.probe_destroy = true;
  open.identity = "file 8:1:42";
  open.probe_identity = "nothing";
  open.found_empty = open.probe_found_empty = true;
  open.used_bytes = std::uint64_t{1} << 30;
  open.joint = true;
  open.held = true;
  return open;
}

MediumFacts example_medium() {
  MediumFacts medium;
  medium.kind = "posix";
  medium.size_bytes = 1 << 20;
  medium.page_bytes = 2 << 20;
  medium.huge_share = 0.5;
  medium.map_sync = true;
  medium.persistence_domain = "memory_controller";
  medium.file_system = "ext4";
  medium.node_share = {{-1, 0.25}, {1, 0.75}};
  medium.pages_asked = 256;
  medium.identity = "file 8:1:42";
  medium.created = true;
  medium.claim = "durable";
  medium.audit = "the test suite";
  medium.backend = "engine=pread";
  medium.block_device = "loop device";
  medium.directory = "/mnt/pmembench-abc123";
  medium.dax_attribute = "on";
  medium.whole_bytes = std::uint64_t{1} << 40;
  medium.placed_by = "mbind";
  medium.nodes_unknown = "move_pages: no";
  medium.stack = "dm-0 on zram0";
  return medium;
}

OpenedReply example_opened() {
  OpenedReply opened;
  opened.version = 7;
  opened.medium = example_medium();
  opened.medium.probe = {example_medium()};
  opened.timer = {0.4, 10, 27, 90, true, kReadingByRdtscp};
  opened.ceiling_bytes_per_s = 1e11;
  opened.unnamed = opened.probe_unnamed = true;
  opened.software = "pmembench 1.0 (4f3a)";
  return opened;
}

CellRequest example_request() {
  CellRequest request;
  request.cell = example_cell();
  request.slice_ns = 700;
  request.operations = 7;
  request.slowdown = 0;  // barriers alone are not nothing
  request.load_maximum = 4e9;
  request.kernel = "plain";
  return request;
}

SliceReply example_slice() {
  SliceReply slice;
  slice.ns_per_operation = 1.5;
  slice.operations = 10;
  slice.bytes = 640;
  slice.overlap = 0.9;
  slice.involuntary_switches = 1;
  slice.faults = 2;
  slice.major_faults = 1;
  slice.load_bytes_per_s = 0;
  slice.backlog_ns = 1234.5;
  slice.core_probes_ns = {700, 712.5};
  slice.begun_ns = 5'000'000'000;
  slice.ended_ns = 5'000'500'000;
  return slice;
}

CellDoneReply example_done() {
  CellDoneReply done;
  done.histogram = {{3, 5}, {300, 1}};
  done.counters = {{"drains", 9}};
  done.figures = {{"share", 0.5}};
  done.cpus = {0, 1};
  done.traced = true;
  done.extra.kernel = {"plain", 0.25};
  done.extra.medium = example_medium();
  done.extra.medium->probe = {example_medium()};
  LoadedDetails& loaded = done.extra.loaded.emplace();
  loaded.chunk = 16;
  loaded.asked_bytes_per_s = 1e9;
  loaded.maximum_bytes_per_s = 2e9;
  loaded.load_threads = 3;
  loaded.slice_bytes_per_s = {0.9e9, 1.1e9};
  loaded.bytes_per_s = 1e9;
  LoadedDetails::Steady& steady = loaded.steady.emplace();
  steady.steady = steady.within_precision = false;
  steady.dropped_slices = 4;
  steady.bandwidth_half_width = 0.01;
  steady.latency_half_width = 0.02;
  steady.bandwidth_lag1 = 0.3;
  steady.bandwidth_trend = -0.1;
  steady.latency_trend = 0.1;
  OpenLoopDetails& open_loop = done.extra.open_loop.emplace();
  open_loop.arrival = "poisson";
  open_loop.asked_per_s = 5000;
  open_loop.closed_loop_per_s = 20'000;
  open_loop.closed_loop_low_per_s = 19'000;
  open_loop.closed_loop_high_per_s = 21'000;
  open_loop.ns_per_tick = 0.4;
  open_loop.service.record_many(100, 7);
  open_loop.achieved_per_s = 4990;
  open_loop.backlog_ns = 120;
  SlotDetails& slots = done.extra.slots.emplace();
  slots.slot_ns = 1e6;
  slots.n = {2, 3};
  slots.mean_ns = {100, 101};
  slots.p50_ns = {98, 99};
  slots.p99_ns = {110, 111};
  slots.p999_ns = {120, 121};
  slots.max_ns = {130, 131};
  slots.last_share = 0.5;
  slots.cut = true;
  slots.period_of_max = PeriodDetails{2e7, 0.001, 3, true};
  slots.period_of_mean = PeriodDetails{3e7, 0.5, 2, true};
  return done;
}

// `original` has every member set, and comes back as it was. The structs are compared, and not only
// their JSON, which is the same twice where a member is in neither.
}  // namespace
}  // namespace pmembench
