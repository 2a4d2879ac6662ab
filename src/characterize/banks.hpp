// Rows of banks that conflict: two kinds of pairs, never their functions.
#pragma once

#include "characterize/inference.hpp"

namespace pmembench {

struct BankResult {
  Inference conflict, classes;
};

// Times of pairs of lines drawn at random, in ns (of each the third smallest of nine repeats). Two
// normal distributions against one by BIC, in both halves of the pairs; attempted only where the
// two are more than four deviations apart. The smaller share, of the slow pairs, is that of pairs
// in one bank: 1 / banks. One kind: none.
[[nodiscard]] BankResult infer_banks(std::span<const double> pair_ns);

}  // namespace pmembench
