// The nodes of a row, and its number next to the firmware's rating.
#include "results/row_parts.hpp"

namespace pmembench {
namespace {

constexpr double kMiB = 1 << 20;

std::optional<double> rated_bytes_per_s(const std::optional<std::uint64_t>& mib_per_s) {
  return mib_per_s ? std::optional(static_cast<double>(*mib_per_s) * kMiB) : std::nullopt;
}

// What the firmware rates of this kind of work: it knows reads and writes, and no mix of them.
std::optional<double> rated_of(const RatedAccess& rated, const Cell& cell,
                               const std::string& measure) {
  if (measure == "latency_ns") {
    return rated.read_latency_ns ? std::optional(static_cast<double>(*rated.read_latency_ns))
                                 : std::nullopt;
  }
  const auto access = cell.parameters.find("access");
  if (access == cell.parameters.end()) return std::nullopt;
  if (access->second == "read" || access->second.starts_with("load")) {
    return rated_bytes_per_s(rated.read_bandwidth_mib_per_s);
  }
  if (access->second == "write") return rated_bytes_per_s(rated.write_bandwidth_mib_per_s);
  return std::nullopt;
}

Estimate divided(const Estimate& measured, double rated) {
  return {measured.estimate / rated, measured.low / rated, measured.high / rated,
          measured.has_interval};
}

}  // namespace

std::optional<RowPair> pair_of(const Cell& cell, const Row& row) {
  if (!cell.pair) return std::nullopt;
  RowPair pair;
  pair.initiator_node = cell.pair->initiator_node;
  pair.target = cell.pair->target;
  pair.target_node = cell.pair->target_node;
  pair.interleave = cell.pair->interleave;
  pair.group = cell.pair->group;
  const bool chain = cell.latency_mode == "dependent";
  const std::optional<Estimate>& measured = chain ? row.ns_per_operation : row.bytes_per_s;
  if (!measured) return pair;
  pair.measure = chain ? "latency_ns" : "bytes_per_s";
  if (cell.pair->rated) pair.rated = rated_of(*cell.pair->rated, cell, pair.measure);
  if (!pair.rated) return pair;
  pair.rated_by = cell.pair->rated->source;
  pair.ratio = divided(*measured, *pair.rated);
  return pair;
}

}  // namespace pmembench
