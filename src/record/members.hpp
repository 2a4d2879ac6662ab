// What the types of the record consist of, once each: JSON, schemas, columns and documents follow
// from these lists (record/describe.hpp). For .cpp files only.
#pragma once

#include <charconv>
#include <system_error>

#include "record/cluster_members.hpp"
#include "record/describe.hpp"
#include "record/percentiles.hpp"
#include "record/replicate.hpp"
#include "record/row.hpp"
#include "record/warning_types.hpp"

namespace pmembench {

template <typename T, typename V>
requires IsOf<T, Estimate>
void describe(T& estimate, V&& members) {
  members.field("estimate", estimate.estimate);
  members.field("low", estimate.low);
  members.field("high", estimate.high);
  members.field("has_interval", estimate.has_interval);
}

// Without an interval low and high are null: equal bounds would read as perfect certainty.
// has_interval may be missing in documents of older versions; the bounds then decide.
template <>
struct JsonForm<Estimate> {
  static nlohmann::json write(const Estimate& estimate) {
    const auto bound = [&](double value) {
      return estimate.has_interval ? encode(value) : nlohmann::json(nullptr);
    };
    return {{"estimate", encode(estimate.estimate)},
            {"low", bound(estimate.low)},
            {"high", bound(estimate.high)},
            {"has_interval", estimate.has_interval}};
  }
  static void read(const nlohmann::json& json, Estimate& estimate) {
    decode(json.at("estimate"), estimate.estimate);
    estimate.low = estimate.high = estimate.estimate;
    const nlohmann::json& low = json.at("low");
    const nlohmann::json& high = json.at("high");
    estimate.has_interval = json.value("has_interval", !low.is_null() && !high.is_null());
    if (!estimate.has_interval) return;
    decode(low, estimate.low);
    decode(high, estimate.high);
  }
};

// [node, weight].
template <>
struct JsonForm<NodeWeight> {
  static nlohmann::json write(const NodeWeight& each) {
    return nlohmann::json::array({each.node, each.weight});
  }
  static void read(const nlohmann::json& json, NodeWeight& each) {
    decode(json.at(0), each.node);
    decode(json.at(1), each.weight);
  }
};

// A number of 64 bits as decimal text, which every reader of JSON keeps exactly. Documents from
// before have a number. Refers to the number.
template <typename T>
struct DecimalText {
  explicit DecimalText(T& number) : value(number) {}
  T& value;
};
template <typename T>
struct JsonForm<DecimalText<T>> {
  static nlohmann::json write(const DecimalText<T>& text) { return std::to_string(text.value); }
  static void read(const nlohmann::json& json, DecimalText<T>& text) {
    if (!json.is_string()) return decode(json, text.value);
    const auto digits = json.get<std::string>();
    std::uint64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, value);
    if (digits.empty() || parsed.ec != std::errc{} || parsed.ptr != end) {
      describe_detail::refuse_number(json);
    }
    text.value = value;
  }
  template <typename Maker>
  static nlohmann::json schema(Maker&) {
    return {{"type", "string"}, {"pattern", "^[0-9]+$"}};
  }
};

// Cause and remedy come from the catalogue, for readers that have none.
template <>
struct JsonForm<Warning> {
  static nlohmann::json write(const Warning& warning) {
    nlohmann::json json{{"type", warning.type}, {"sentence", warning.sentence}};
    if (const WarningType* type = find_warning_type(warning.type); type != nullptr) {
      json["cause"] = type->cause;
      json["remedy"] = type->remedy;
    }
    return json;
  }
  static void read(const nlohmann::json& json, Warning& warning) {
    decode(json.at("type"), warning.type);
    decode(json.at("sentence"), warning.sentence);
  }
};

template <typename T, typename V>
requires IsOf<T, BackendCapabilities>
void describe(T& backend, V&& members) {
  members.added("does_work", backend.does_work);
  members.added("needs_flush", backend.needs_flush);
  members.added("nontemporal_from_bytes", backend.nontemporal_from_bytes);
}

template <typename T, typename V>
requires IsOf<T, MediumFacts>
void describe(T& medium, V&& members) {
  members.added("kind", medium.kind);
  members.added("size_bytes", medium.size_bytes);
  members.added("page_bytes", medium.page_bytes);
  members.added("huge_share", medium.huge_share);
  members.added("map_sync", medium.map_sync);
  members.added("persistence_domain", medium.persistence_domain);
  members.added("file_system", medium.file_system);
  members.added("node_share", medium.node_share);
  members.added("pages_asked", medium.pages_asked);
  members.unless_empty("identity", medium.identity);
  members.added("created", medium.created);
  members.added("claim", medium.claim);
  members.unless_empty("audit", medium.audit);
  members.unless_empty("backend", medium.backend);
  members.unless_empty("block_device", medium.block_device);
  members.unless_empty("directory", medium.directory);
  members.unless_empty("dax_attribute", medium.dax_attribute);
  members.unless_empty("whole_bytes", medium.whole_bytes);
  members.unless_empty("placed_by", medium.placed_by);
  members.unless_empty("nodes_unknown", medium.nodes_unknown);
  members.unless_empty("stack", medium.stack);
  members.unless_empty("probe", medium.probe);
}

template <typename T, typename V>
requires IsOf<T, TimerFacts>
void describe(T& timer, V&& members) {
  members.added("ns_per_tick", timer.ns_per_tick);
  members.added("step_ns", timer.step_ns);
  members.added("floor_issue_ns", timer.floor_issue_ns);
  members.added("floor_durable_ns", timer.floor_durable_ns);
  members.added("invariant", timer.invariant);
  members.added("reading", timer.reading);
}

template <typename T, typename V>
requires IsOf<T, KernelChoice>
void describe(T& kernel, V&& members) {
  members.added("name", kernel.name);
  members.added("margin", kernel.margin);
}

template <typename T, typename V>
requires IsOf<T, CoreDetails>
void describe(T& core, V&& members) {
  members.added("shared_share", core.shared_share);
  members.added("slowdown", core.slowdown);
}

template <typename T, typename V>
requires IsOf<T, LoadedDetails::Steady>
void describe(T& steady, V&& members) {
  members.added("steady", steady.steady);
  members.added("within_precision", steady.within_precision);
  members.added("dropped_slices", steady.dropped_slices);
  members.added("bandwidth_half_width", steady.bandwidth_half_width);
  members.added("latency_half_width", steady.latency_half_width);
  members.added("bandwidth_lag1", steady.bandwidth_lag1);
  members.added("bandwidth_trend", steady.bandwidth_trend);
  members.added("latency_trend", steady.latency_trend);
}

template <typename T, typename V>
requires IsOf<T, LoadedDetails>
void describe(T& loaded, V&& members) {
  members.added("chunk", loaded.chunk);
  members.added("asked_bytes_per_s", loaded.asked_bytes_per_s);
  members.added("maximum_bytes_per_s", loaded.maximum_bytes_per_s);
  members.added("load_threads", loaded.load_threads);
  members.added("slice_bytes_per_s", loaded.slice_bytes_per_s);
  members.added("bytes_per_s", loaded.bytes_per_s);
  members.inlined("steady", loaded.steady);
}

template <typename T, typename V>
requires IsOf<T, OpenLoopDetails>
void describe(T& open, V&& members) {
  members.added("arrival", open.arrival);
  members.added("asked_per_s", open.asked_per_s);
  members.added("closed_loop_per_s", open.closed_loop_per_s);
  members.unless_empty("closed_loop_low_per_s", open.closed_loop_low_per_s);
  members.unless_empty("closed_loop_high_per_s", open.closed_loop_high_per_s);
  members.added("ns_per_tick", open.ns_per_tick);
  members.added("service", open.service);
  members.unless_empty("achieved_per_s", open.achieved_per_s);
  members.unless_empty("backlog_ns", open.backlog_ns);
}

template <typename T, typename V>
requires IsOf<T, PeriodDetails>
void describe(T& period, V&& members) {
  members.added("period_ns", period.period_ns);
  members.added("p_value", period.p_value);
  members.added("harmonics", period.harmonics);
  members.added("found", period.found);
}

template <typename T, typename V>
requires IsOf<T, SlotDetails>
void describe(T& slots, V&& members) {
  members.added("slot_ns", slots.slot_ns);
  members.added("n", slots.n);
  members.added("mean_ns", slots.mean_ns);
  members.added("p50_ns", slots.p50_ns);
  members.added("p99_ns", slots.p99_ns);
  members.added("p99.9_ns", slots.p999_ns);
  members.added("max_ns", slots.max_ns);
  members.added("last_share", slots.last_share);
  members.added("cut", slots.cut);
  members.added("period_of_max", slots.period_of_max);
  members.added("period_of_mean", slots.period_of_mean);
}

template <typename T, typename V>
requires IsOf<T, Details>
void describe(T& details, V&& members) {
  members.added("timer", details.timer);
  members.added("counters", details.counters);
  members.added("figures", details.figures);
  members.added("cpus", details.cpus);
  members.unless_empty("software", details.software);
  members.unless_empty("minor_faults", details.minor_faults);
  members.unless_empty("major_faults", details.major_faults);
  members.unless_empty("traced", details.traced);
  members.added("ceiling_bytes_per_s", details.ceiling_bytes_per_s);
  members.unless_empty("kernel", details.kernel);
  members.unless_empty("core", details.core);
  members.unless_empty("loaded", details.loaded);
  members.unless_empty("open_loop", details.open_loop);
  members.unless_empty("slots", details.slots);
  members.unless_empty("cluster", details.cluster);
  members.unless_empty("harness", details.harness);
}

template <typename T, typename V>
requires IsOf<T, LatencyResult>
void describe(T& latency, V&& members) {
  members.field("mode", latency.mode);
  members.field("n", latency.n);
  members.field("mean", latency.mean_ns);
  members.field("min", latency.minimum_ns);
  members.field("max", latency.maximum_ns);
  members.percentiles(latency.percentiles);
}

template <typename T, typename V>
requires IsOf<T, RowPlacement>
void describe(T& placement, V&& members) {
  members.field("asked", placement.asked);
  members.field("verified", placement.verified);
}

template <typename T, typename V>
requires IsOf<T, RowPair>
void describe(T& pair, V&& members) {
  members.field("initiator_node", pair.initiator_node);
  members.field("target", pair.target);
  members.field("target_node", pair.target_node);
  members.field("interleave", pair.interleave);
  members.field("group", pair.group);
  members.field("measure", pair.measure);
  members.field("rated", pair.rated);
  members.added("rated_by", pair.rated_by);
  members.field("ratio", pair.ratio);
}

// The field table of a row: the only list of its fields. JSON, CSV, SQL columns, the JSON schema
// and the table in docs/schema.md are made of it, in this order.
template <typename T, typename V>
requires IsOf<T, Row>
void describe(T& row, V&& members) {
  members.field({"cell", "", "stable name of the cell"}, row.cell);
  members.field({"media", "", "as typed"}, row.media);
  members.field({"backend", "", "what moves the bytes to the medium"}, row.backend);
  members.field({"path", "", "how the workload's bytes travel"}, row.path);
  members.field({"workload", "", "what is done"}, row.workload);
  members.field({"parameters", "", "of workload and path, as text"}, row.parameters);
  members.field({"threads", "", "that work at the same time"}, row.threads);
  members.field({"placement", "",
                 "which CPUs and nodes were asked for, and where threads and bytes "
                 "were found"},
                row.placement);
  members.field(
      {"status", "", "`ok`, `skipped`, `unmeasured` (the run ended before its turn) or `error`"},
      row.status);
  members.field({"reason", "", "why it is not `ok`"}, row.reason);
  members.field(
      {"claim", "",
       "what a write in this cell was worth: `durable`, `durable (unaudited)` (no audit of "
       "this code on this CPU shows it), `emulated` (on a stand-in for the medium), "
       "`volatile`, `imported` (from another tool's file, not proved), or `simulated` (by a model in "
       "virtual time: nothing was measured)"},
      row.claim);
  members.field({"operations", "", "in all timed slices of all replicates"}, row.operations);
  members.field({"bytes", "bytes", "in all timed slices of all replicates"}, row.bytes);
  members.field({"operations_per_s", "1/s", "of all threads together, without those that failed"},
                row.operations_per_s);
  members.field({"bytes_per_s", "bytes/s", "of all threads together; null: nothing was moved"},
                row.bytes_per_s);
  members.field({"ns_per_operation", "ns", "of all threads together: the inverse of the rate"},
                row.ns_per_operation);
  members.field({"latency_ns", "ns",
                 "if operations were timed one by one (`issue`, `durable`) or a "
                 "chain was walked (`dependent`: no percentiles)"},
                row.latency_ns);
  members.unless_empty({"service_ns", "ns",
                        "of an open loop only: from when an operation could begin; "
                        "`latency_ns` is from when it was due"},
                       row.service_ns);
  members.field({"floor_ns", "ns", "what the harness or the clock alone costs"}, row.floor_ns);
  members.field({"replicates", "", "processes that measured the cell"}, row.replicates);
  members.field({"slices", "", "timed slices in them"}, row.slices);
  members.field({"converged", "", "the interval is as narrow as was asked"}, row.converged);
  members.field({"disturbed_share", "", "of the slices, those that were preempted and repeated"},
                row.disturbed_share);
  members.field({"amplification", "1/operation",
                 "counted by the device and the layers on it: `bytes_asked`, of those "
                 "`bytes_to_store`, `bytes_stored`, "
                 "`bytes_loaded`, `lines_flushed`, `fences`, `sectors_written`, ..."},
                row.amplification);
  members.added({"figures", "",
                 "what the workload found out (of `ageing` the "
                 "`huge_mappable_share`): means over the replicates"},
                row.figures);
  members.field({"warnings", "",
                 "what a reader of the number must know: `type`, `sentence`, "
                 "`cause`, `remedy`"},
                row.warnings);
  DecimalText seed{row.seed};
  members.field({"seed", "", "of the cell, as decimal text: it uses all of 64 bits"}, seed);
  members.added({"numa", "",
                 "of a cell placed by nodes: from which node to which memory, and what "
                 "the firmware rates that"},
                row.numa);
  members.field({"medium", "", "as verified by the first process"}, row.medium);
  members.added({"capabilities", "", "what the backend declares of itself"}, row.capabilities);
  members.unless_empty(
      {"kernel", "",
       "the loop that read, of a backend that has several, and how much faster it was "
       "than the next one when it was chosen"},
      row.kernel);
  members.unless_empty({"host", "", "of one host's row of a cell that several hosts measured"},
                       row.host);
  members.unless_empty({"cluster", "",
                        "of a cell that several hosts measured together: the window in which all "
                        "of them ran, and each host's ratio to the rest"},
                       row.cluster);
  members.unless_empty(
      {"source", "", "of an imported row only: the tool that measured, and its version"},
      row.source);
}

}  // namespace pmembench
