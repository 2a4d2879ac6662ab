#include "audit/self_test.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "audit/symbols.hpp"

namespace pmembench {
namespace {

using Images = std::vector<std::vector<std::vector<CrashMemory::Line>>>;

constexpr std::size_t kCasesOfAMutant = 6;
constexpr std::uint64_t kMostSteps = 20'000;  // of an operation: a mutant may loop

struct Baseline {
  CaseGroup group;
  Images images;
  std::vector<std::uint64_t> sites;
  std::uint64_t steps = 0;
};

std::string_view mutation_name(Mutation::Kind kind) {
  switch (kind) {
    case Mutation::Kind::skip:
      return "skipped";
    case Mutation::Kind::next_line:
      return "on the next line";
    case Mutation::Kind::late:
      return "after the next flush, fence or store";
    case Mutation::Kind::none:
      break;
  }
  return "unchanged";
}

// Says that bytes are not durable; a wrong count or a call is about something else.
bool is_about_durability(Rule rule) {
  return rule == Rule::never_stored || rule == Rule::never_flushed || rule == Rule::not_fenced ||
         rule == Rule::stored_after_flush || rule == Rule::wrong_flush ||
         rule == Rule::published_early || rule == Rule::late_store;
}

// One tracer for all mutants; a mutant that ends its process costs a new one.
class SelfTest {
 public:
  SelfTest(const ChildBody& body, const AuditOptions& options) : body_(body), options_(options) {
    options_.limits.steps = kMostSteps;
  }

  SelfTestResult run() {
    if (!restart()) return std::move(result_);
    if (!record_baselines()) return std::move(result_);
    for (const auto& [site, cases] : cases_by_site()) {
      const Instruction instruction = tracer_->instruction_at(site);
      const std::string name =
          fmt::format("{} in {}", instruction.text, Symbols(tracer_->process()).find(site).text());
      for (const Mutation::Kind kind :
           {Mutation::Kind::skip, Mutation::Kind::next_line, Mutation::Kind::late}) {
        const bool is_fence = instruction.kind == Instruction::Kind::fence;
        if (is_fence && kind == Mutation::Kind::next_line) continue;
        if (!try_mutant({kind, site}, cases, name)) return std::move(result_);
      }
    }
    result_.steps = steps_ + tracer_->steps();
    tracer_->end();
    return std::move(result_);
  }

 private:
  bool restart() {
    if (tracer_) steps_ += tracer_->steps();
    tracer_.reset();
    Result<Tracee> tracee = Tracee::start(body_);
    if (!tracee) return refuse(tracee.error().message);
    tracer_ = std::make_unique<Tracer>(*std::move(tracee), options_.limits);
    if (const Status started = tracer_->start(); !started) return refuse(started.error().message);
    const ChildFacts& facts = tracer_->facts();
    if ((facts.capabilities & DAX_CAP_NO_WORK) != 0) return refuse("it does no work");
    if (facts.address == 0) return refuse("it has no addresses: its stores are the kernel's");
    domain_ = options_.domain.value_or(audit_domain(facts));
    if (auto fault = warm_up(*tracer_); fault) return refuse(fault->sentence);
    return true;
  }
  bool refuse(std::string reason) {
    result_.reason = std::move(reason);
    return false;
  }

  bool record_baselines() {
    CaseSpace space = case_space(*tracer_);
    space.two_threads = false;
    for (CaseGroup& group : sample_cases(space, options_.cases, options_.seed)) {
      const std::uint64_t before = tracer_->steps();
      CaseJudge judge(judge_facts(tracer_->facts(), domain_), group);
      judge.keep_images();
      if (auto fault = run_group(*tracer_, group, judge); fault) return refuse(fault->sentence);
      if (!judge.violations().empty()) {
        return refuse(fmt::format("the backend itself has errors ({}); run the audit first",
                                  rule_name(judge.violations().front().rule)));
      }
      baselines_.push_back(
          {std::move(group), judge.images(), judge.sites(), tracer_->steps() - before});
    }
    return true;
  }

  // For each instruction, the smallest case of each shape of calls that runs it, then others.
  std::map<std::uint64_t, std::vector<std::size_t>> cases_by_site() const {
    std::map<std::uint64_t, std::vector<std::size_t>> by_site;
    std::vector<std::size_t> order(baselines_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return baselines_[a].steps < baselines_[b].steps;
    });
    for (const std::size_t i : order) {
      for (const std::uint64_t site : baselines_[i].sites) {
        std::vector<std::size_t>& cases = by_site[site];
        if (cases.size() < kCasesOfAMutant) cases.push_back(i);
      }
    }
    return by_site;
  }

  bool try_mutant(const Mutation& mutation, const std::vector<std::size_t>& cases,
                  const std::string& name) {
    bool harmful = false, missed = false, wrong = false;
    std::string example;
    for (const std::size_t i : cases) {
      const Baseline& baseline = baselines_[i];
      CaseJudge judge(judge_facts(tracer_->facts(), domain_), baseline.group);
      judge.keep_images();
      tracer_->mutate(mutation);
      const auto fault = run_group(*tracer_, baseline.group, judge);
      tracer_->mutate({});
      if (fault) {  // it ends its process: harmful, and an audit reports that
        harmful = true;
        if (!restart()) return false;
        continue;
      }
      const bool differs = judge.images() != baseline.images;
      const bool reported = !judge.violations().empty();
      const bool durability =
          std::any_of(judge.violations().begin(), judge.violations().end(),
                      [](const Violation& each) { return is_about_durability(each.rule); });
      harmful = harmful || differs;
      if ((differs && !reported) || (!differs && durability)) {
        example = fmt::format("{} {}: {}", name, mutation_name(mutation.kind),
                              describe_case(baseline.group.front()));
        missed = missed || differs;
        wrong = wrong || !differs;
      }
    }
    ++result_.mutants;
    ++(harmful ? result_.harmful : result_.harmless);
    if (harmful && !missed) ++result_.found;
    if (wrong) ++result_.wrongly_reported;
    if (missed || wrong) {
      result_.misjudged.push_back((missed ? "missed: " : "reported wrongly: ") + example);
    }
    return true;
  }

  const ChildBody& body_;
  AuditOptions options_;
  AuditDomain domain_ = AuditDomain::memory_controller;
  std::unique_ptr<Tracer> tracer_;
  std::vector<Baseline> baselines_;
  SelfTestResult result_;
  std::uint64_t steps_ = 0;
};

}  // namespace

SelfTestResult run_self_test(const ChildBody& body, const AuditOptions& options) {
  return SelfTest(body, options).run();
}

nlohmann::json self_test_to_json(const SelfTestResult& result) {
  const bool ran = result.reason.empty();
  const bool right = result.found == result.harmful && result.wrongly_reported == 0;
  return {{"verdict", !ran    ? "no_claim"
                      : right ? "passed"
                              : "failed"},
          {"reason", result.reason},
          {"mutants", result.mutants},
          {"harmful", result.harmful},
          {"found", result.found},
          {"harmless", result.harmless},
          {"wrongly_reported", result.wrongly_reported},
          {"misjudged", result.misjudged},
          {"steps", result.steps}};
}

}  // namespace pmembench
