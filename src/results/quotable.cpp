#include "results/quotable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "base/result.hpp"
#include "base/units.hpp"
#include "record/limits.hpp"

namespace pmembench {
namespace {

// Of a row, the types of warnings that a light is about.
std::set<std::string> warnings_of(const Row& row, Light light) {
  std::set<std::string> types;
  for (const Warning& warning : row.warnings) {
    const WarningType* type = find_warning_type(warning.type);
    if (type != nullptr && type->light == light) types.insert(warning.type);
  }
  return types;
}

// How many rows have each; without those two that the row's own numbers are judged by.
std::map<std::string, std::size_t> warned_rows(const std::vector<const Row*>& rows, Light light) {
  std::map<std::string, std::size_t> counts;
  for (const Row* row : rows) {
    for (const std::string& type : warnings_of(*row, light)) {
      if (type != "disturbed" && type != "not_converged") ++counts[type];
    }
  }
  return counts;
}

std::string answer_of(std::size_t good, std::size_t all) {
  if (good == all) return "yes";
  return good == 0 ? "no" : "partly";
}

// "other_load all, shared_core 30".
std::string warnings_text(const std::map<std::string, std::size_t>& counts, std::size_t all) {
  std::vector<std::string> words;
  for (const auto& [type, count] : counts) {
    words.push_back(count == all ? type + " all" : fmt::format("{} {}", type, count));
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

using RowJudge = std::function<bool(const Row&)>;

// Good rows are those that the judge accepts and that have no warning of this light.
QuotableLight light_of(const std::vector<const Row*>& rows, Light light, const std::string& name,
                       const RowJudge& accepts, const std::string& when_good,
                       const std::string& when_bad) {
  std::size_t good = 0, refused = 0;
  for (const Row* row : rows) {
    const bool accepted = accepts(*row);
    refused += accepted ? 0 : 1;
    good += accepted && warnings_of(*row, light).empty() ? 1 : 0;
  }
  QuotableLight result{name, answer_of(good, rows.size()), when_good};
  if (good == rows.size()) return result;
  std::vector<std::string> reasons;
  if (refused > 0) {
    reasons.push_back(fmt::format("{} of {} rows {}", refused, rows.size(), when_bad));
  }
  const auto counts = warned_rows(rows, light);
  if (!counts.empty()) reasons.push_back(warnings_text(counts, rows.size()));
  result.reason = fmt::format("{}", fmt::join(reasons, "; "));
  return result;
}

bool medium_is_proved(const Row& row) {
  return row.medium.has_value() && row.medium->kind != "sim" &&
         (!row.capabilities.does_work || row.medium->size_bytes != 0);
}

bool placement_is_proved(const Row& row) { return !row.placement.verified.empty(); }

bool is_quiet(const Row& row) { return row.disturbed_share <= limits::kDisturbedShare; }

// Of a write: is it durable, as far as this host can show?
QuotableLight claim_light(const std::vector<const Row*>& rows) {
  std::map<std::string, std::size_t> counts;
  for (const Row* row : rows) ++counts[row->claim];
  const std::size_t writes = rows.size() - counts["volatile"];
  QuotableLight light{"claim", "yes", ""};
  if (counts[kSimulatedClaim] > 0) {
    light.answer = counts[kSimulatedClaim] == rows.size() ? "no" : "partly";
    light.reason = fmt::format("{} of {} rows are of a model in virtual time: nothing was measured",
                               counts[kSimulatedClaim], rows.size());
  } else if (counts[kImportedClaim] > 0) {
    light.answer = counts[kImportedClaim] == rows.size() ? "no" : "partly";
    light.reason = fmt::format("{} of {} rows were imported from other tools and not proved",
                               counts[kImportedClaim], rows.size());
  } else if (counts["emulated"] > 0) {
    light.answer = counts["durable"] > 0 ? "partly" : "no";
    light.reason = fmt::format("{} of {} durable rows on a stand-in: quote speed, not durability",
                               counts["emulated"], writes);
  } else if (counts["durable"] > 0) {
    light.reason = fmt::format("{} durable row{} on a medium that keeps its promise",
                               counts["durable"], counts["durable"] == 1 ? "" : "s");
  } else if (counts[kUnauditedClaim] > 0) {
    light.answer = "no";
    light.reason = "no audit shows that anything was made durable";
  } else {
    light.reason = "nothing was made durable";
  }
  const auto warned = warned_rows(rows, Light::claim);
  if (!warned.empty()) {
    if (light.answer == "yes") light.answer = "partly";
    light.reason += "; " + warnings_text(warned, rows.size());
  }
  return light;
}

}  // namespace

std::vector<QuotableLight> quotable_lights(const std::vector<Row>& rows) {
  std::vector<const Row*> measured;
  for (const Row& row : rows) {
    if (row.status == "ok") measured.push_back(&row);
  }
  if (measured.empty()) return {};
  return {
      light_of(measured, Light::medium, "medium proved", medium_is_proved,
               "pages and nodes read back after first touch", "without a proved medium"),
      light_of(measured, Light::placement, "placement proved", placement_is_proved,
               "threads pinned, CPUs and nodes read back", "without a proved placement"),
      light_of(measured, Light::noise, "quiet", is_quiet,
               "no row with more than a tenth of its slices disturbed", "disturbed or not watched"),
      light_of(
          measured, Light::precision, "converged", [](const Row& row) { return row.converged; },
          "all intervals as narrow as asked", "wider than asked"),
      claim_light(measured)};
}

}  // namespace pmembench
