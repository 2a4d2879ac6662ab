// One step along a chain of pointers that no compiler can drop, hoist or reorder.
#pragma once

namespace pmembench {

// The register pressed into the asm is both input and output.
[[gnu::always_inline]] inline void* pointer_step(void* at) {
  asm volatile("mov (%0), %0" : "+r"(at) : : "memory");
  return at;
}

}  // namespace pmembench
