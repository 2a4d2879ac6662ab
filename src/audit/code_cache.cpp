#include "audit/code_cache.hpp"

#include <sys/syscall.h>

#include <array>
#include <span>

namespace pmembench {
namespace {

constexpr std::size_t kLongestInstruction = 15;
constexpr std::uint64_t kCodePageBytes = 4096;

bool changes_mappings(std::uint64_t number) {
  return number == SYS_mmap || number == SYS_munmap || number == SYS_mprotect ||
         number == SYS_mremap || number == SYS_madvise || number == SYS_execve ||
         number == SYS_shmat || number == SYS_shmdt || number == SYS_pkey_mprotect;
}

}  // namespace

const Instruction& CodeCache::at(const Tracee& tracee, std::uint64_t ip) {
  const auto found = decoded_.find(ip);
  if (found != decoded_.end()) return found->second;
  std::array<std::byte, kLongestInstruction> code{};
  const std::size_t size = tracee.read_some(ip, code);
  pages_.insert(ip / kCodePageBytes);
  pages_.insert((ip + kLongestInstruction) / kCodePageBytes);
  return decoded_.emplace(ip, decode_instruction(std::span(code).first(size), ip)).first->second;
}

void CodeCache::note_store(std::uint64_t address) {
  if (pages_.contains(address / kCodePageBytes)) stale_ = true;
}

void CodeCache::note_call(std::uint64_t number) {
  if (changes_mappings(number)) stale_ = true;
}

bool CodeCache::forget_if_stale() {
  if (!stale_) return false;
  decoded_.clear();
  pages_.clear();
  stale_ = false;
  return true;
}

}  // namespace pmembench
