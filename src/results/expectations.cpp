#include "results/expectations.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "base/units.hpp"
#include "record/limits.hpp"
#include "results/loaded_curve.hpp"

namespace pmembench {
namespace {

struct Finding {
  ExpectationAnswer answer = ExpectationAnswer::cannot_tell;
  std::string found;
};

Finding cannot_tell(std::string why) { return {ExpectationAnswer::cannot_tell, std::move(why)}; }
Finding yes_or_no(bool met, std::string found) {
  return {met ? ExpectationAnswer::yes : ExpectationAnswer::no, std::move(found)};
}

using Format = std::string (*)(double);

// By where the whole interval is.
Finding by_interval(const Expectation& expectation, const std::optional<Estimate>& measured,
                    Format format, const char* absent) {
  if (!measured) return cannot_tell(absent);
  if (!measured->has_interval) {
    return cannot_tell(
        fmt::format("{} without an interval: too few processes", format(measured->estimate)));
  }
  std::string found = fmt::format("{} ({} to {})", format(measured->estimate),
                                  format(measured->low), format(measured->high));
  const double limit = expectation.number;
  const bool least = expectation.relation == ExpectedRelation::at_least;
  const bool all = least ? measured->low >= limit : measured->high <= limit;
  const bool none = least ? measured->high < limit : measured->low > limit;
  if (!all && !none) return cannot_tell(found + ": the limit is inside the interval");
  return yes_or_no(all, std::move(found));
}

Finding by_pages(const Expectation& expectation, const MediumFacts& medium) {
  if (medium.page_bytes == 0) return cannot_tell("the pages of the mapping are not known");
  const auto wanted = static_cast<std::uint64_t>(expectation.number);
  std::string found = format_size(medium.page_bytes);
  const bool huge = wanted >= kHugePageBytes;
  if (huge && medium.huge_share < 1) {
    found += fmt::format(", {:.3g} % of the bytes in huge pages", medium.huge_share * 100);
  }
  return yes_or_no(
      medium.page_bytes == wanted && (!huge || medium.huge_share >= limits::kHugeShare), found);
}

Finding by_node(const Expectation& expectation, const MediumFacts& medium) {
  if (medium.node_share.empty()) {
    return cannot_tell(medium.nodes_unknown.empty() ? "the node of the pages is not known"
                                                    : medium.nodes_unknown);
  }
  std::string found;
  for (const auto& [node, share] : medium.node_share) {
    found += fmt::format("{}{:.3g} % on node {}", found.empty() ? "" : ", ", share * 100, node);
  }
  const auto share = medium.node_share.find(static_cast<int>(expectation.number));
  return yes_or_no(share != medium.node_share.end() && share->second >= limits::kNodeShare, found);
}

Finding by_dax(const Expectation& expectation, const MediumFacts& medium) {
  const bool wanted = expectation.word == "true";
  if (medium.kind == "devdax") return yes_or_no(wanted, "a dax device");
  if (medium.map_sync) return yes_or_no(wanted, "MAP_SYNC held");
  if (medium.dax_attribute == "on") return yes_or_no(wanted, "the file has the DAX attribute");
  if (medium.dax_attribute == "off") return yes_or_no(!wanted, "the file has no DAX attribute");
  if (medium.dax_attribute == "unknown") return cannot_tell("the kernel does not say");
  return yes_or_no(!wanted, medium.kind == "file"
                                ? "MAP_SYNC was refused"
                                : fmt::format("a medium of kind {}", medium.kind));
}

Finding by_word(const Expectation& expectation, const std::string& found) {
  if (found.empty()) return cannot_tell("it is not known");
  return yes_or_no(found == expectation.word, found);
}

Finding by_medium(const Expectation& expectation, const Row& row) {
  if (!row.medium) return cannot_tell("the row has no medium that was verified");
  const MediumFacts& medium = *row.medium;
  if (expectation.name == "page_bytes") return by_pages(expectation, medium);
  if (expectation.name == "node") return by_node(expectation, medium);
  if (expectation.name == "dax") return by_dax(expectation, medium);
  if (expectation.name == "map_sync") {
    return yes_or_no(medium.map_sync == (expectation.word == "true"),
                     medium.map_sync ? "MAP_SYNC held" : "MAP_SYNC does not hold");
  }
  return by_word(expectation, expectation.name == "file_system" ? medium.file_system
                                                                : medium.persistence_domain);
}

Finding find_expected(const Expectation& expectation, const Row& row,
                      const std::vector<Replicate>& replicates, double confidence) {
  if (row.status != "ok") return cannot_tell(fmt::format("{}: {}", row.status, row.reason));
  const std::string& name = expectation.name;
  if (name == "bandwidth") {
    return by_interval(expectation, row.bytes_per_s, format_bandwidth, "nothing was moved");
  }
  if (name == "rate") {
    return by_interval(expectation, row.operations_per_s, format_rate, "the row has no rate");
  }
  if (name == "time") {
    return by_interval(expectation, row.ns_per_operation, format_duration_ns,
                       "the row has no time");
  }
  if (name == "claim") return by_word(expectation, row.claim);
  if (!name.starts_with("p") || name == "page_bytes" || name == "persistence_domain") {
    return by_medium(expectation, row);
  }
  const auto percentiles = process_percentiles(figures_of(replicates), confidence);
  const auto found = percentiles.find(name);
  return by_interval(expectation,
                     found == percentiles.end() ? std::nullopt : std::optional(found->second),
                     format_duration_ns,
                     "no process timed enough operations for this percentile: give timing: "
                     "operation, or more time");
}

}  // namespace

const char* name_of(ExpectationAnswer answer) {
  switch (answer) {
    case ExpectationAnswer::yes:
      return "yes";
    case ExpectationAnswer::no:
      return "no";
    case ExpectationAnswer::cannot_tell:
      break;
  }
  return "unknown";
}

JudgedExpectation judge_expectation(const Expectation& expectation, const Row& row,
                                    const std::vector<Replicate>& replicates, double confidence) {
  Finding finding = find_expected(expectation, row, replicates, confidence);
  return {row.cell, expectation.name, expectation.text, finding.answer, std::move(finding.found)};
}

nlohmann::json to_json(const JudgedExpectation& judged) {
  return {{"expectation", judged.name},
          {"cell", judged.cell},
          {"expected", judged.expected},
          {"answer", name_of(judged.answer)},
          {"found", judged.found}};
}

}  // namespace pmembench
