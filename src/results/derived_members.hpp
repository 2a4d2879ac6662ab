// What the parts of the document `derived` consist of, once each. For .cpp files only.
#pragma once

#include <cmath>
#include <limits>

#include "record/members.hpp"
#include "results/derive.hpp"

namespace pmembench {

template <typename T, typename V>
requires IsOf<T, ComparedBackend>
void describe(T& compared, V&& members) {
  members.field("backend", compared.backend);
  members.field("cell", compared.cell);
  members.field("ns_per_operation", compared.ns_per_operation);
  members.field("over_reference", compared.over_reference);
}

template <typename T, typename V>
requires IsOf<T, BackendComparison>
void describe(T& comparison, V&& members) {
  members.field("title", comparison.title);
  members.field("reference", comparison.reference);
  members.field("backends", comparison.backends);
}

template <typename T, typename V>
requires IsOf<T, RungCost>
void describe(T& cost, V&& members) {
  members.field("over", cost.over);
  members.field("cell", cost.cell);
  members.field("ns", cost.ns);
  members.field("share", cost.share);
}

template <typename T, typename V>
requires IsOf<T, LadderRung>
void describe(T& rung, V&& members) {
  members.field("cell", rung.cell);
  members.field("path", rung.path);
  members.field("name", rung.name);
  members.field("depth", rung.depth);
  members.field("ns_per_operation", rung.ns_per_operation);
  members.field("over_parents", rung.over_parents);
  members.field("over_direct", rung.over_direct);
  members.field("stored_per_byte", rung.stored_per_byte);
  members.field("amplification", rung.amplification);
}

template <typename T, typename V>
requires IsOf<T, Ladder>
void describe(T& ladder, V&& members) {
  members.field("title", ladder.title);
  members.field("rungs", ladder.rungs);
}

template <typename T, typename V>
requires IsOf<T, DurabilityStep>
void describe(T& step, V&& members) {
  members.field("cell", step.cell);
  members.field("step", step.step);
  members.field("ns_per_operation", step.ns_per_operation);
  members.field("cost_ns", step.cost_ns);
}

template <typename T, typename V>
requires IsOf<T, DurabilityCosts>
void describe(T& costs, V&& members) {
  members.field("of", costs.title);
  members.field("steps", costs.steps);
  members.field("issue_ns", costs.issue_ns);
  members.field("durable_ns", costs.durable_ns);
  members.field("dependent_ns", costs.dependent_ns);
  members.field("inverse_throughput_ns", costs.inverse_throughput_ns);
  members.field("in_flight", costs.in_flight);
}

// A size, or on which side of the measured sizes it is: "below", "above".
struct CrossoverSize {
  double bytes = 0;
};
template <>
struct JsonForm<CrossoverSize> {
  template <typename Maker>
  static nlohmann::json schema(Maker& /*maker*/) {
    return {{"anyOf", {{{"type", "number"}}, {{"enum", {"below", "above"}}}}}};
  }
  static nlohmann::json write(const CrossoverSize& size) {
    if (size.bytes <= 0) return "below";
    return std::isinf(size.bytes) ? nlohmann::json("above") : nlohmann::json(size.bytes);
  }
  static void read(const nlohmann::json& json, CrossoverSize& size) {
    if (json.is_string()) {
      size.bytes = json == "below" ? 0 : std::numeric_limits<double>::infinity();
    } else {
      decode(json, size.bytes);
    }
  }
};

template <>
struct JsonForm<Crossover> {
  template <typename Maker>
  static nlohmann::json schema(Maker& maker) {
    const nlohmann::json size = maker.template schema_of<CrossoverSize>();
    const nlohmann::json bound = maker.or_nothing(size);
    const nlohmann::json text = {{"type", "string"}}, number = {{"type", "number"}};
    return {{"type", "object"},
            {"properties",
             {{"of", text},
              {"cached", text},
              {"nontemporal", text},
              {"bytes", size},
              {"low", bound},
              {"high", bound},
              {"has_interval", {{"type", "boolean"}}},
              {"measured_from", number},
              {"measured_to", number}}},
            {"required",
             {"of", "cached", "nontemporal", "bytes", "low", "high", "has_interval",
              "measured_from", "measured_to"}},
            {"additionalProperties", false}};
  }
  static nlohmann::json write(const Crossover& crossover) {
    const auto bound = [&](double bytes) {
      return crossover.has_interval ? encode(CrossoverSize{bytes}) : nlohmann::json(nullptr);
    };
    return {{"of", crossover.title},
            {"cached", crossover.cached},
            {"nontemporal", crossover.nontemporal},
            {"bytes", encode(CrossoverSize{crossover.bytes})},
            {"low", bound(crossover.low)},
            {"high", bound(crossover.high)},
            {"has_interval", crossover.has_interval},
            {"measured_from", crossover.smallest_bytes},
            {"measured_to", crossover.largest_bytes}};
  }
  static void read(const nlohmann::json& json, Crossover& crossover) {
    decode(json.at("of"), crossover.title);
    decode(json.at("cached"), crossover.cached);
    decode(json.at("nontemporal"), crossover.nontemporal);
    decode(json.at("measured_from"), crossover.smallest_bytes);
    decode(json.at("measured_to"), crossover.largest_bytes);
    decode(json.at("has_interval"), crossover.has_interval);
    CrossoverSize size;
    decode(json.at("bytes"), size);
    crossover.bytes = crossover.low = crossover.high = size.bytes;
    if (!crossover.has_interval) return;
    decode(json.at("low"), size);
    crossover.low = size.bytes;
    decode(json.at("high"), size);
    crossover.high = size.bytes;
  }
};

template <typename T, typename V>
requires IsOf<T, MatrixField>
void describe(T& field, V&& members) {
  members.field("initiator_node", field.initiator_node);
  members.field("target", field.target);
  members.field("cell", field.cell);
  members.field("measured", field.measured);
  members.field("rated", field.rated);
  members.field("rated_by", field.rated_by);
  members.field("ratio", field.ratio);
}

template <typename T, typename V>
requires IsOf<T, NodeMatrix>
void describe(T& matrix, V&& members) {
  members.field("group", matrix.group);
  members.field("measure", matrix.measure);
  members.field("initiators", matrix.initiators);
  members.field("targets", matrix.targets);
  members.field("fields", matrix.fields);
}

template <typename T, typename V>
requires IsOf<T, SweepPoint>
void describe(T& point, V&& members) {
  members.field("cell", point.cell);
  members.field("weights", point.weights);
  members.field("first_share", point.first_share);
  members.field("bytes_per_s", point.bytes_per_s);
}

template <typename T, typename V>
requires IsOf<T, InterleaveSweep::Best>
void describe(T& best, V&& members) {
  members.field("point", best.point);
  members.field("low_share", best.low_share);
  members.field("high_share", best.high_share);
}

template <typename T, typename V>
requires IsOf<T, InterleaveSweep::Predicted>
void describe(T& predicted, V&& members) {
  members.field("first_share", predicted.first_share);
  members.field("bytes_per_s", predicted.bytes_per_s);
  members.field("nearest_point", predicted.nearest_point);
}

template <typename T, typename V>
requires IsOf<T, InterleaveSweep>
void describe(T& sweep, V&& members) {
  members.field("group", sweep.group);
  members.field("initiator_node", sweep.initiator_node);
  members.field("nodes", sweep.nodes);
  members.field("points", sweep.points);
  members.field("best", sweep.best);
  members.field("predicted", sweep.predicted);
}

template <typename T, typename V>
requires IsOf<T, CurveSummary>
void describe(T& summary, V&& members) {
  members.field("processes", summary.processes);
  members.field({"unloaded_latency", "ns"}, summary.unloaded_latency);
  members.field({"maximum_bandwidth", "bytes/s"}, summary.maximum_bandwidth);
  members.field({"latency_ratio", "", "at full load over unloaded"}, summary.latency_ratio);
  members.field({"knee_bandwidth", "bytes/s", "null where not every process has a knee"},
                summary.knee_bandwidth);
  members.field({"knee_latency", "ns"}, summary.knee_latency);
  members.field({"bandwidth_at_twice", "bytes/s", "where latency is twice the unloaded one"},
                summary.bandwidth_at_twice);
  members.field({"knee_reached", "", "processes with a knee"}, summary.knee_reached);
  members.field({"twice_reached", "", "processes in which latency doubled"}, summary.twice_reached);
}

template <typename T, typename V>
requires IsOf<T, LoadedPoint>
void describe(T& point, V&& members) {
  members.field("cell", point.cell);
  members.field("asked", point.asked);
  members.field("bytes_per_s", point.bytes_per_s);
  members.field("ns", point.ns);
  members.field("percentiles", point.percentiles);
}

template <typename T, typename V>
requires IsOf<T, LoadedCurve>
void describe(T& curve, V&& members) {
  members.field("group", curve.group);
  members.field("label", curve.label);
  members.field("emulated", curve.emulated);
  members.field("points", curve.points);
  members.field({"findings", "", "of the curves that each process measured as a whole"},
                curve.findings);
}

template <typename T, typename V>
requires IsOf<T, HeadlineLine>
void describe(T& line, V&& members) {
  members.field("what", line.what);
  members.field("value", line.value);
  members.field("of", line.of);
  members.field("cells", line.cells);
}

template <typename T, typename V>
requires IsOf<T, QuotableLight>
void describe(T& light, V&& members) {
  members.field("name", light.name);
  members.field({"answer", "", "yes, partly, no"}, light.answer);
  members.field("reason", light.reason);
}

template <typename T, typename V>
requires IsOf<T, RowFacts>
void describe(T& row, V&& members) {
  members.field("cell", row.cell);
  members.field("interval", row.interval);
  members.field("half_width", row.half_width);
  members.field("marks", row.marks);
  members.field("remarks", row.remarks);
  members.field("stored_per_byte", row.stored_per_byte);
}

template <typename T, typename V>
requires IsOf<T, RunNoise>
void describe(T& noise, V&& members) {
  members.field("processes", noise.processes);
  members.field("slices", noise.slices);
  members.field("disturbed", noise.disturbed);
  members.field("disturbed_share", noise.disturbed_share);
  members.field("involuntary_switches", noise.involuntary_switches);
  members.field("steal_share_max", noise.steal_share_max);
}

template <typename T, typename V>
requires IsOf<T, PageLimits>
void describe(T& limits, V&& members) {
  members.field("disturbed_share", limits.disturbed_share);
  members.field("steal_share", limits.steal_share);
}

template <typename T, typename V>
requires IsOf<T, PrintedColumn>
void describe(T& column, V&& members) {
  members.field("title", column.title);
  members.field("is_number", column.is_number);
}

template <typename T, typename V>
requires IsOf<T, PrintedRow>
void describe(T& row, V&& members) {
  members.field("cells", row.cells);
  members.unless_empty("repeated", row.repeated);
  members.unless_empty("heading", row.heading);
}

template <typename T, typename V>
requires IsOf<T, PrintedTable>
void describe(T& table, V&& members) {
  members.field("kind", table.kind);
  members.field("title", table.title);
  members.field("columns", table.columns);
  members.field("rows", table.rows);
  members.field("note", table.note);
}

template <typename T, typename V>
requires IsOf<T, Derived>
void describe(T& derived, V&& members) {
  members.field({"headline", "", "what the run found, in at most a dozen lines"}, derived.headline);
  members.field({"quotable", "", "may its numbers be quoted: five questions"}, derived.quotable);
  members.field({"backends", "", "each piece of work by each backend, against one of them"},
                derived.backends);
  members.field({"ladders", "", "the cost of each layer, as trees"}, derived.ladders);
  members.field({"durability", "", "the steps of a durable write and what each costs"},
                derived.durability);
  members.field({"crossovers", "", "from which size non-temporal stores are faster"},
                derived.crossovers);
  members.field({"matrices", "", "from every node to every memory"}, derived.matrices);
  members.field({"interleave", "", "bandwidth by share of the pages on the first node"},
                derived.interleave);
  members.field({"loaded", "", "latency under load"}, derived.loaded);
  members.field(
      {"rows", "", "what a page shows of each row: interval, flags, stored per byte asked"},
      derived.rows);
  members.field({"noise", "", "what was taken from the run, over all its replicates"},
                derived.noise);
  members.field({"harness_floor", "", "what the harness itself costs, in words"},
                derived.harness_floor);
  members.field({"parameter_kinds", "", "size, count, real, choice, text"},
                derived.parameter_kinds);
  members.field("path_parameters", derived.path_parameters);
  members.field({"limits", "", "thresholds that a page shows"}, derived.limits);
  members.field({"tables", "", "the same in words, as the terminal prints it"}, derived.tables);
}

}  // namespace pmembench
