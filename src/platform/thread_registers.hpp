// ThreadRegisters: what foreign code must leave as it found it in the registers of its thread.
#pragma once

#include <cstdint>
#include <string>

namespace pmembench {

// The control of floating point, the direction flag and the upper halves of vector registers, of
// the calling thread. Upper halves that are in use make the SSE code of others slower.
class ThreadRegisters {
 public:
  // Also puts the upper halves out of use, so that a later look finds who used them.
  ThreadRegisters();
  // "" if nothing changed, else what did, as in "leaves MXCSR changed (0x1f80 to 0x9fc0)". Puts
  // everything back. The upper halves alone change no result: `with_upper_halves` asks for them.
  [[nodiscard]] std::string changes(bool with_upper_halves = true) const;
  // Does this CPU report which upper halves are in use (XGETBV with 1, proved by vzeroupper)? Else
  // none is found.
  static bool sees_upper_halves();

 private:
  std::uint32_t sse_ = 0;
  std::uint16_t x87_ = 0;
};

}  // namespace pmembench
