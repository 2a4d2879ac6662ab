// CodeCache: the instructions of a traced child, each decoded once, and again when its code
// changed.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>

#include "audit/instruction.hpp"
#include "audit/tracee.hpp"

namespace pmembench {

class CodeCache {
 public:
  // Valid until forget_if_stale().
  [[nodiscard]] const Instruction& at(const Tracee& tracee, std::uint64_t ip);
  // A store to that address, and a system call: either may change code.
  void note_store(std::uint64_t address);
  void note_call(std::uint64_t number);
  // Forgets everything where something changed. True: references to instructions are gone.
  bool forget_if_stale();

 private:
  std::unordered_map<std::uint64_t, Instruction> decoded_;
  std::unordered_set<std::uint64_t> pages_;  // of what is decoded
  bool stale_ = false;
};

}  // namespace pmembench
