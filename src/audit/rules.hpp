// The rules: what the ABI claims at each point of a case, held against the model of memory.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit_case.hpp"
#include "audit/audit_child.hpp"
#include "audit/model.hpp"
#include "audit/trace_event.hpp"

namespace pmembench {

enum class Rule : std::uint8_t {
  never_stored,  // the bytes are not there when they are claimed
  never_flushed,
  not_fenced,  // flushed, or stored past the cache, and not fenced
  stored_after_flush,
  wrong_count,  // flush returned another number than it wrote back
  beside_the_range,
  wrong_flush,      // written back by a means that does not reach the domain
  system_call,      // inside a device operation
  library_call,     // a lock or an allocation inside a device operation
  late_store,       // by another thread, behind the claim
  published_early,  // the publishing store came before the rest was durable
  unaudited         // an instruction or a call that the model cannot follow
};
[[nodiscard]] std::string_view rule_name(Rule rule);

// Why a word that is claimed is not durable.
[[nodiscard]] Rule rule_of_pending(const AuditModel& model, AuditDomain domain,
                                   const CrashMemory::Pending& pending);

struct Violation {
  Rule rule{};
  std::uint64_t ip = 0;
  std::optional<std::uint64_t> offset_bytes;  // of the word in the medium
  std::string detail;
};

// What an operation did, summed up.
struct OperationSheet {
  std::uint64_t operations = 0;
  std::uint64_t bytes = 0;  // of the ranges
  std::uint64_t stores = 0;
  std::uint64_t stored_bytes = 0;
  std::uint64_t past_cache_bytes = 0;
  std::uint64_t flushes = 0;
  std::uint64_t fences = 0;
  std::uint64_t system_calls = 0;
};

// What is known of the backend, for the rules.
struct JudgeFacts {
  AuditDomain domain = AuditDomain::memory_controller;
  bool needs_flush = false;  // DAX_CAP_NEEDS_FLUSH
  bool by_kernel = false;    // DAX_CAP_EMULATED: goes through the kernel
  bool addressed = true;
  std::uint64_t address = 0;
  std::uint64_t window_bytes = 0;  // of the medium that cases use
};

// Judges one run of one case, or of two that are interleaved (one a thread).
class CaseJudge final : public TraceObserver {
 public:
  CaseJudge(const JudgeFacts& facts, const std::vector<AuditCase>& cases);
  void on_event(const TraceEvent& event) override;
  // After the last event.
  void finish();

  [[nodiscard]] const std::vector<Violation>& violations() const { return violations_; }
  [[nodiscard]] const std::vector<CostNote>& costs() const { return costs_; }
  [[nodiscard]] const std::map<AuditCall, OperationSheet>& sheets() const { return sheets_; }
  // The instructions that stored to, flushed or fenced the medium.
  [[nodiscard]] const std::vector<std::uint64_t>& sites() const { return sites_; }
  // At each claim in turn, what the claimed ranges and their neighbourhood may hold after a cut.
  [[nodiscard]] const std::vector<std::vector<std::vector<CrashMemory::Line>>>& images() const {
    return images_;
  }
  void keep_images() { keeps_images_ = true; }

 private:
  // A case under way on one thread.
  struct Running {
    const AuditCase* work = nullptr;
    std::vector<ByteRange> ranges;
    std::uint64_t call = 0;  // its place, once one began
    bool inside = false;
    bool copied = false;  // by copy, zero, recovery or the auditor's stores
    bool flushed = false;
    bool published = false;
    std::size_t next_range = 0;  // of persist: the ranges before this one have begun
    std::uint64_t call_flushes = 0;
    std::uint64_t call_ip = 0;  // of its first event
  };

  void begin(Running& running, const TraceEvent& event);
  void end(Running& running, const TraceEvent& event);
  void watch_store(Running* running, const TraceEvent& event);
  void watch_persist(Running& running, const ByteRange& stored);
  void watch_system_call(const Running* running, const TraceEvent& event);
  void check_count(const Running& running, const TraceEvent& event);
  void claim(const Running& running, const std::vector<ByteRange>& ranges, Rule as);
  void claim_range(const Running& running, const ByteRange& range, Rule as);
  [[nodiscard]] bool belongs(const ByteRange& stored) const;
  [[nodiscard]] bool in_a_case(const ByteRange& stored) const;
  [[nodiscard]] bool contents_claimed(const AuditCase& work) const;
  [[nodiscard]] std::vector<ByteRange> claimed_ranges(const Running& running) const;
  Running* running_of(unsigned thread);
  void count(Running* running, const TraceEvent& event);
  void violate(Rule rule, std::uint64_t ip, std::optional<std::uint64_t> offset,
               std::string detail);

  JudgeFacts facts_;
  AuditModel model_;
  std::vector<Running> running_;
  std::vector<Violation> violations_;
  std::vector<CostNote> costs_;
  std::map<AuditCall, OperationSheet> sheets_;
  std::vector<std::uint64_t> sites_;
  std::vector<ByteRange> claimed_;  // by drains and persists that returned
  std::vector<std::vector<std::vector<CrashMemory::Line>>> images_;
  bool keeps_images_ = false;
};

}  // namespace pmembench
