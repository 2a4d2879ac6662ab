// A child over 1 MiB of anonymous memory with a table of injected operations, and its audit.
#pragma once

#include <immintrin.h>
#include <sys/mman.h>

#include <cstring>

#include "audit/audit.hpp"
#include "backends/dax_operations.h"

namespace pmembench::injected {

inline constexpr std::uint64_t kSize = 1 << 20;

inline unsigned char*& base() {
  static unsigned char* address = nullptr;
  return address;
}

template <class Each>
std::int64_t each_range(dax_iter* iter, Each each) {
  std::int64_t bytes = 0;
  for (; iter->count > 0; --iter->count) {
    each(base() + dax_iter_next(iter));
    bytes += static_cast<std::int64_t>(iter->size_bytes);
  }
  return bytes;
}

[[gnu::always_inline]] inline void clflush(void* line) {
  asm volatile("clflush (%0)" ::"r"(line) : "memory");
}
[[gnu::always_inline]] inline void sfence() { asm volatile("sfence" ::: "memory"); }

inline std::int64_t copy(void* /*handle*/, dax_iter* iter) {
  return each_range(iter,
                    [&](unsigned char* to) { std::memcpy(to, iter->buffer, iter->size_bytes); });
}
inline std::int64_t read(void* /*handle*/, dax_iter* iter) {
  return each_range(
      iter, [&](unsigned char* from) { std::memcpy(iter->buffer, from, iter->size_bytes); });
}
template <class Flush>
std::int64_t flush_lines(dax_iter* iter, Flush flush_line) {
  std::int64_t lines = 0;
  each_range(iter, [&](unsigned char* range) {
    auto* line = range - reinterpret_cast<std::uintptr_t>(range) % 64;
    for (; line < range + iter->size_bytes; line += 64, ++lines) flush_line(line);
  });
  return lines;
}
// The weakly ordered flush where the CPU has it, so that a fence is needed.
[[gnu::always_inline]] inline void flush_weakly(void* line) {
  asm volatile("clflushopt (%0)" ::"r"(line) : "memory");
}
inline std::int64_t flush(void* /*handle*/, dax_iter* iter) {
  return flush_lines(iter, [](unsigned char* line) { flush_weakly(line); });
}
inline int drain(void* /*handle*/) {
  sfence();
  return 0;
}
inline int zero(void* /*handle*/, std::uint64_t page, std::uint64_t pages) {
  std::memset(base() + page * DAX_PAGE_BYTES, 0, pages * DAX_PAGE_BYTES);
  return 0;
}

// Right in everything; a test replaces what it injects.
inline dax_operations table() {
  dax_operations right{};
  right.magic = DAX_OPERATIONS_MAGIC;
  right.abi_version = DAX_OPERATIONS_ABI_VERSION;
  right.struct_size = sizeof right;
  right.name = "injected";
  right.summary = "for tests";
  right.capabilities = DAX_CAP_DIRECT_ACCESS | DAX_CAP_NEEDS_FLUSH | DAX_CAP_SYNCHRONOUS;
  right.minimum_io_bytes = 1;
  right.alignment_bytes = 1;
  right.copy_from_iter = copy;
  right.copy_to_iter = read;
  right.flush = flush;
  right.drain = drain;
  right.zero_page_range = zero;
  return right;
}

inline ChildBody body(const dax_operations& operations) {
  return [operations] {
    base() = static_cast<unsigned char*>(
        mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    std::memset(base(), 0xEE, kSize);
    AuditTarget target;
    target.operations = &operations;
    target.address = base();
    target.size_bytes = kSize;
    target.domain = DAX_DOMAIN_NONE;
    serve_cases(target);
  };
}

inline AuditResult audit(const dax_operations& operations, std::uint64_t cases = 120,
                         AuditDomain domain = AuditDomain::memory_controller) {
  AuditOptions options;
  options.domain = domain;
  options.cases = cases;
  options.limits.steps = 50'000;
  options.limits.wait_ms = 1000;
  return run_audit(body(operations), options);
}

inline std::vector<std::string> errors(const AuditResult& result) {
  std::vector<std::string> rules;
  for (const Finding& finding : result.findings) {
    if (finding.error) rules.push_back(finding.rule);
  }
  return rules;
}

}  // namespace pmembench::injected
