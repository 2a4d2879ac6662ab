// Rows of banks that conflict: two kinds of pairs, never their functions.
#pragma once

#include "characterize/inference.hpp"

namespace pmembench {

struct BankResult {
  Inference conflict, classes;
};

// Times of pairs of lines drawn at random, of each process in order and in blocks
// (base/pair_block.hpp): what a load of a pair took, in ns. Each over the time of the pairs
// around it, where the host's speed is the same before and after; of a pair the least. Two normal
// distributions against one by BIC, in both halves of the pairs; attempted only where the two are
// more than four deviations apart. The smaller share, of the slow pairs, is that of pairs in one
// bank: 1 / banks. One kind: none.
[[nodiscard]] BankResult infer_banks(const ByProcess& pairs);

}  // namespace pmembench
