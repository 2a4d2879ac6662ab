#include "cli/gate_session.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace pmembench {
namespace {

class Session {
 public:
  Session(const Plan& plan, const GateSchedule& schedule, const GateRules& rules,
          const MeasureStage& measure, const std::function<void(const std::string&)>& say,
          GateSamples& samples)
      : plan_(plan),
        schedule_(schedule),
        rules_(rules),
        measure_(measure),
        say_(say),
        samples_(samples) {
    for (const Cell& cell : plan.cells) facts_.declared.push_back(cell.name);
  }

  Result<SuiteVerdict> run(const Clock& clock) {
    const std::uint64_t until_ns = clock.now_ns() + schedule_.budget_ns;
    auto first = measure(facts_.declared, 0);
    if (!first) return first.error();
    samples_.stage1 = *std::move(first);
    for (unsigned look = 1;; ++look) {
      auto suite = judge_and_confirm();
      if (!suite) return suite;
      const std::vector<std::string> undecided = undecided_cells(*suite);
      if (undecided.empty() || look >= schedule_.looks || clock.now_ns() >= until_ns) return suite;
      say_(fmt::format("{} cell{} undecided: measuring on", undecided.size(),
                       undecided.size() == 1 ? " is" : "s are"));
      auto more = measure(undecided, until_ns);
      if (!more) return more.error();
      for (ArmSamples& each : *more) append(std::move(each));
    }
  }

 private:
  Result<std::vector<ArmSamples>> measure(const std::vector<std::string>& names,
                                          std::uint64_t until_ns) {
    const std::set<std::string> wanted(names.begin(), names.end());
    GateStage stage;
    for (const Cell& cell : plan_.cells) {
      if (wanted.contains(cell.name)) stage.cells.push_back(&cell);
    }
    stage.replicates = schedule_.replicates;
    stage.until_ns = until_ns;
    return measure_(stage);
  }

  [[nodiscard]] SuiteVerdict judge() const {
    return judge_suite(samples_.stage1, samples_.confirmations, rules_, facts_);
  }

  Result<SuiteVerdict> judge_and_confirm() {
    SuiteVerdict suite = judge();
    if (suite.wants_confirmation.empty()) return suite;
    say_(fmt::format("{} cell{} to have changed: measuring again in fresh processes",
                     suite.wants_confirmation.size(),
                     suite.wants_confirmation.size() == 1 ? " seems" : "s seem"));
    auto confirmed = measure(suite.wants_confirmation, 0);
    if (!confirmed) return confirmed.error();
    std::move(confirmed->begin(), confirmed->end(), std::back_inserter(samples_.confirmations));
    return judge();
  }

  // What more replicates may decide: the interval of the first stage is too wide. A change that was
  // not confirmed has had its second chance.
  [[nodiscard]] std::vector<std::string> undecided_cells(const SuiteVerdict& suite) const {
    std::vector<std::string> names;
    for (const CellVerdict& cell : suite.cells) {
      const bool undecided = cell.verdict == Verdict::inconclusive && !cell.confirmation;
      if (undecided && (names.empty() || names.back() != cell.cell)) names.push_back(cell.cell);
    }
    return names;
  }

  void append(ArmSamples more) {
    const auto found = std::find_if(samples_.stage1.begin(), samples_.stage1.end(),
                                    [&](const ArmSamples& each) { return each.cell == more.cell; });
    if (found == samples_.stage1.end()) return;
    std::move(more.triples.begin(), more.triples.end(), std::back_inserter(found->triples));
    std::move(std::begin(more.missing), std::end(more.missing), std::begin(found->missing));
  }

  const Plan& plan_;
  const GateSchedule& schedule_;
  const GateRules& rules_;
  const MeasureStage& measure_;
  const std::function<void(const std::string&)>& say_;
  GateSamples& samples_;
  SuiteFacts facts_;
};

}  // namespace

Result<SuiteVerdict> run_gate(const Plan& plan, const GateSchedule& schedule,
                              const GateRules& rules, const MeasureStage& measure,
                              const Clock& clock,
                              const std::function<void(const std::string&)>& say,
                              GateSamples& samples) {
  return Session(plan, schedule, rules, measure, say, samples).run(clock);
}

}  // namespace pmembench
