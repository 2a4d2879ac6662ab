#include "audit/audit.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "audit/symbols.hpp"

namespace pmembench {
namespace {

// The others are the auditor's own stores.
bool is_operation(AuditCall call) { return call != AuditCall::store && call != AuditCall::publish; }

void add_sheet(const OperationSheet& from, OperationSheet* to) {
  to->operations += from.operations;
  to->bytes += from.bytes;
  to->stores += from.stores;
  to->stored_bytes += from.stored_bytes;
  to->past_cache_bytes += from.past_cache_bytes;
  to->flushes += from.flushes;
  to->fences += from.fences;
  to->system_calls += from.system_calls;
}

// Findings of one rule at one instruction are one finding, shown by the smallest case.
class Collector {
 public:
  explicit Collector(Tracer& tracer) : tracer_(tracer) {}

  void add(const CaseGroup& group, const CaseJudge& judge) {
    std::uint64_t weight = 0;
    for (const AuditCase& work : group) weight += case_weight(work);
    for (const Violation& violation : judge.violations()) {
      add(std::string(rule_name(violation.rule)), true, violation.ip, violation.offset_bytes,
          violation.detail, group, weight);
    }
    for (const CostNote& note : judge.costs()) {
      add(std::string(cost_name(note.cost)), false, note.ip, note.line_offset_bytes, "", group,
          weight);
    }
    for (const auto& [call, sheet] : judge.sheets()) add_sheet(sheet, &sheets_[call]);
  }
  void add_fault(const CaseGroup& group, const TraceFault& fault) {
    add("ended its process", true, fault.ip, std::nullopt, fault.sentence, group, 0);
    kept_[{"ended its process", fault.ip}].finding.instruction = fault.instruction;
  }
  // Names the instructions; the child still exists.
  void finish(AuditResult* result) {
    const Symbols symbols(tracer_.process());
    for (auto& [key, kept] : kept_) {
      const std::uint64_t ip = key.second;
      if (ip != 0) {
        if (kept.finding.instruction.empty()) {
          kept.finding.instruction = tracer_.instruction_at(ip).text;
        }
        kept.finding.place = symbols.find(ip).text();
      }
      result->findings.push_back(kept.finding);
    }
    std::stable_sort(result->findings.begin(), result->findings.end(),
                     [](const Finding& a, const Finding& b) { return a.error && !b.error; });
    for (const auto& [call, sheet] : sheets_) {
      if (!is_operation(call)) continue;
      result->sheet.push_back({std::string(call_name(call)), sheet});
    }
  }
  [[nodiscard]] bool has_errors() const {
    return std::any_of(kept_.begin(), kept_.end(),
                       [](const auto& entry) { return entry.second.finding.error; });
  }
  [[nodiscard]] std::optional<std::string> not_followed() const {
    for (const auto& [key, kept] : kept_) {
      if (key.first == rule_name(Rule::unaudited)) return kept.finding.detail;
    }
    return std::nullopt;
  }

 private:
  struct Kept {
    Finding finding;
    std::uint64_t weight = UINT64_MAX;
  };

  void add(const std::string& rule, bool error, std::uint64_t ip,
           std::optional<std::uint64_t> offset, const std::string& detail, const CaseGroup& group,
           std::uint64_t weight) {
    Kept& kept = kept_[{rule, ip}];
    kept.finding.rule = rule;
    kept.finding.error = error;
    ++kept.finding.times;
    if (weight >= kept.weight) return;
    kept.weight = weight;
    kept.finding.word_offset_bytes = offset;
    kept.finding.detail = detail;
    kept.finding.smallest_case.clear();
    for (const AuditCase& work : group) {
      if (!kept.finding.smallest_case.empty()) kept.finding.smallest_case += " | ";
      kept.finding.smallest_case += describe_case(work);
    }
  }

  Tracer& tracer_;
  std::map<std::pair<std::string, std::uint64_t>, Kept> kept_;
  std::map<AuditCall, OperationSheet> sheets_;
};

AuditResult unaudited(std::string reason) {
  AuditResult result;
  result.reason = std::move(reason);
  return result;
}

AuditResult no_claim(std::string reason) {
  AuditResult result;
  result.verdict = AuditVerdict::no_claim;
  result.reason = std::move(reason);
  return result;
}

}  // namespace

std::string_view verdict_name(AuditVerdict verdict) {
  switch (verdict) {
    case AuditVerdict::passed:
      return "passed";
    case AuditVerdict::failed:
      return "failed";
    case AuditVerdict::unaudited:
      return "unaudited";
    case AuditVerdict::no_claim:
      return "no_claim";
    case AuditVerdict::not_here:
      break;
  }
  return "not_here";
}

Status audit_available() {
#ifdef __x86_64__
  const char* missing = !has_decoder() ? "libzydis-dev" : !Symbols::available() ? "libdw-dev" : "";
  if (*missing == '\0') return {};
  return environment_error(
      "audit was not built: the package {} was missing; install it and build again", missing);
#else
  return environment_error("audit follows the instructions of x86-64 only; use such a host");
#endif
}

CaseSpace case_space(const Tracer& tracer) {
  const ChildFacts& facts = tracer.facts();
  CaseSpace space;
  space.granule_bytes = std::max(facts.minimum_io_bytes, facts.alignment_bytes);
  space.needs_flush = (facts.capabilities & DAX_CAP_NEEDS_FLUSH) != 0;
  space.addressed = facts.address != 0;
  space.has_persist = facts.has_persist != 0;
  space.has_recovery = facts.has_recovery != 0;
  space.two_threads = tracer.has_second_thread();
  return space;
}

JudgeFacts judge_facts(const ChildFacts& facts, AuditDomain domain) {
  JudgeFacts judge;
  judge.domain = domain;
  judge.needs_flush = (facts.capabilities & DAX_CAP_NEEDS_FLUSH) != 0;
  judge.by_kernel = (facts.capabilities & DAX_CAP_EMULATED) != 0;
  judge.addressed = facts.address != 0;
  judge.address = facts.address;
  judge.window_bytes = kAuditWindowBytes;
  return judge;
}

AuditDomain audit_domain(const ChildFacts& facts) {
  if ((facts.capabilities & DAX_CAP_EMULATED) != 0) return AuditDomain::page_cache;
  if (facts.domain == DAX_DOMAIN_MEMORY_CONTROLLER) return AuditDomain::memory_controller;
  if (facts.domain == DAX_DOMAIN_CPU_CACHE) return AuditDomain::cpu_cache;
  const bool by_caches =
      (facts.capabilities & DAX_CAP_NEEDS_FLUSH) == 0 && facts.nontemporal_from_bytes == 0;
  return by_caches ? AuditDomain::cpu_cache : AuditDomain::memory_controller;
}

std::optional<TraceFault> warm_up(Tracer& tracer) {
  for (const CaseGroup& group : warm_up_cases(case_space(tracer))) {
    if (auto fault = tracer.run(group, nullptr); fault) return fault;
  }
  return std::nullopt;
}

std::optional<TraceFault> run_group(Tracer& tracer, const CaseGroup& group, CaseJudge& judge) {
  static const std::vector<std::byte> untouched(kAuditWindowBytes, kUntouchedByte);
  if (!tracer.write_medium(0, untouched)) {
    return TraceFault{"its medium cannot be written by the tracer", 0, ""};
  }
  auto fault = tracer.run(group, &judge, group.front().content_seed);
  judge.finish();
  return fault;
}

AuditResult run_audit(const ChildBody& body, const AuditOptions& options) {
  if (const Status available = audit_available(); !available) {
    return unaudited(available.error().message);
  }
  Result<Tracee> tracee = Tracee::start(body);
  if (!tracee) return unaudited(tracee.error().message);
  Tracer tracer(*std::move(tracee), options.limits);
  if (const Status started = tracer.start(); !started) {
    AuditResult result = unaudited(started.error().message);
    if (started.error().code == EOPNOTSUPP) result.verdict = AuditVerdict::not_here;
    return result;
  }
  const ChildFacts& facts = tracer.facts();
  const AuditDomain domain = options.domain.value_or(audit_domain(facts));
  if ((facts.capabilities & DAX_CAP_NO_WORK) != 0) {
    return no_claim("it does no work by declaration, so nothing is claimed durable");
  }
  if (domain == AuditDomain::none)
    return no_claim("the domain keeps nothing, so nothing may be claimed");
  if (facts.size_bytes < kAuditWindowBytes) {
    return unaudited(
        fmt::format("its first {} bytes have no addresses in a row; name a medium of 64 "
                    "KiB or more",
                    kAuditWindowBytes));
  }
  AuditResult result;
  result.domain = domain;
  const bool real =
      facts.domain == DAX_DOMAIN_MEMORY_CONTROLLER || facts.domain == DAX_DOMAIN_CPU_CACHE;
  result.domain_from = options.domain ? "--domain" : real ? "the medium" : "the table";
  Collector collector(tracer);
  std::optional<TraceFault> fault = warm_up(tracer);
  if (fault) collector.add_fault({}, *fault);
  for (const CaseGroup& group : sample_cases(case_space(tracer), options.cases, options.seed)) {
    if (fault) break;
    CaseJudge judge(judge_facts(facts, domain), group);
    fault = run_group(tracer, group, judge);
    collector.add(group, judge);
    if (fault) collector.add_fault(group, *fault);
    ++result.cases;
  }
  result.steps = tracer.steps();
  collector.finish(&result);
  if (!fault) tracer.end();
  result.verdict = collector.has_errors() ? AuditVerdict::failed : AuditVerdict::passed;
  if (const auto reason = collector.not_followed(); reason) {
    result.verdict = AuditVerdict::unaudited;
    result.reason = *reason;
  }
  return result;
}

}  // namespace pmembench
