#include "audit/program_audit.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "audit/program_tracer.hpp"
#include "audit/symbols.hpp"

namespace pmembench {
namespace {

constexpr int kNotRun = 127;

// libc's copies by `rep movsb` are a step a byte. Its other copies store the same bytes.
constexpr const char* kNoStringCopies =
    "glibc.cpu.x86_rep_movsb_threshold=0x7fffffffffff:glibc.cpu.x86_rep_stosb_threshold="
    "0x7fffffffffff";

void execute(const std::vector<std::string>& words) {
  setenv("GLIBC_TUNABLES", kNoStringCopies, 0);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments.front(), arguments.data());
  _exit(kNotRun);
}

// Findings with their instructions named.
std::vector<Finding> named(const ProgramJudge& judge, ProgramTracer& tracer) {
  const Symbols symbols(tracer.process());
  std::vector<Finding> found;
  for (const auto& [key, finding] : judge.findings()) {
    found.push_back(finding);
    if (key.ip == 0) continue;
    found.back().instruction = tracer.instruction_at(key.ip).text;
    found.back().place = symbols.find(key.ip).text();
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Finding& a, const Finding& b) { return a.error && !b.error; });
  return found;
}

}  // namespace

ProgramResult run_program_audit(const ProgramOptions& options) {
  ProgramResult result;
  AuditResult& audit = result.audit;
  audit.domain = options.domain.value_or(AuditDomain::memory_controller);
  audit.domain_from = options.domain ? "--domain" : "the default";
  const auto refuse = [&](std::string reason) {
    audit.verdict = AuditVerdict::unaudited;
    audit.reason = std::move(reason);
    return result;
  };
  if (const Status available = audit_available(); !available) {
    return refuse(available.error().message);
  }
  WatchedFiles files;
  for (const std::string& range : options.ranges) files.name_file(range);
  ProgramJudge judge(audit.domain, options.unclaimed);
  Result<Tracee> tracee = Tracee::start([&] { execute(options.words); });
  if (!tracee) return refuse(tracee.error().message);
  ProgramTracer tracer(*std::move(tracee), files, judge, options.steps);
  tracer.run([&] {
    auto before = judge.findings();
    judge.claim_all();
    audit.findings = named(judge, tracer);
    judge.restore(std::move(before));  // a signal that is handled does not end it
  });
  audit.steps = tracer.steps();
  result.ended = tracer.ended();
  audit.sheet.push_back({options.words.front(), judge.sheet()});
  for (const WatchedFile& file : files.files()) result.files.push_back(file.path);
  const bool failed = std::any_of(audit.findings.begin(), audit.findings.end(),
                                  [](const Finding& finding) { return finding.error; });
  if (failed) {
    audit.verdict = AuditVerdict::failed;
    return result;
  }
  if (result.files.empty() && result.ended == fmt::format("exit status {}", kNotRun)) {
    return refuse(fmt::format("{} cannot be run: name a program", options.words.front()));
  }
  if (!tracer.not_followed().empty()) return refuse(tracer.not_followed());
  if (result.files.empty()) {
    return refuse("it mapped no file on DAX; name the file that stands for one with --range");
  }
  audit.verdict = AuditVerdict::passed;
  return result;
}

}  // namespace pmembench
