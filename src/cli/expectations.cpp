#include "cli/expectations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/text_table.hpp"

namespace pmembench {
namespace {

bool has_answer(const std::vector<JudgedExpectation>& judged, ExpectationAnswer answer) {
  return std::any_of(judged.begin(), judged.end(),
                     [&](const JudgedExpectation& each) { return each.answer == answer; });
}

Status store_judged(const std::vector<JudgedExpectation>& judged, std::int64_t run, Store& store) {
  nlohmann::json list = nlohmann::json::array();
  for (const JudgedExpectation& each : judged) list.push_back(to_json(each));
  const char* verdict = has_answer(judged, ExpectationAnswer::no)            ? "NOT_MET"
                        : has_answer(judged, ExpectationAnswer::cannot_tell) ? "UNKNOWN"
                                                                             : "MET";
  const nlohmann::json document{
      {"schema", "pmembench-expectations"}, {"version", 1}, {"expectations", list}};
  const auto saved = store.replace_document({0, "", "expectations", run, verdict, document});
  return saved ? Status{} : Status{saved.error()};
}

}  // namespace

Result<std::vector<JudgedExpectation>> judge_expectations(const Plan& plan,
                                                          const MeasuredCampaign& measured,
                                                          Store& store) {
  std::vector<JudgedExpectation> judged;
  for (const Cell& cell : plan.cells) {
    if (cell.expectations.empty()) continue;
    const auto row = std::find_if(measured.rows.begin(), measured.rows.end(),
                                  [&](const Row& each) { return each.cell == cell.name; });
    if (row == measured.rows.end()) continue;
    const auto replicates = store.replicates(measured.run, cell.name);
    if (!replicates) return replicates.error();
    for (const Expectation& each : cell.expectations) {
      judged.push_back(judge_expectation(each, *row, *replicates, plan.settings.confidence));
    }
  }
  if (judged.empty()) return judged;
  if (const Status stored = store_judged(judged, measured.run, store); !stored) {
    return stored.error();
  }
  return judged;
}

std::string expectations_text(const std::vector<JudgedExpectation>& judged) {
  if (judged.empty()) return "";
  TextTable table({{"met"}, {"expected"}, {"found"}, {"cell"}});
  for (const JudgedExpectation& each : judged) {
    table.add({name_of(each.answer), fmt::format("{}: {}", each.name, each.expected), each.found,
               each.cell});
  }
  return "\nexpectations:\n" + table.text();
}

int expectations_status(const std::vector<JudgedExpectation>& judged) {
  if (has_answer(judged, ExpectationAnswer::no)) return kStatusFound;
  if (has_answer(judged, ExpectationAnswer::cannot_tell)) {
    return static_cast<int>(ErrorKind::environment);
  }
  return kStatusDone;
}

}  // namespace pmembench
