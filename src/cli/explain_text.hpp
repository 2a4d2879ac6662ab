// The evidence behind one row: the number, its proofs, its warnings and what would narrow it.
#pragma once

#include <string>
#include <vector>

#include "record/replicate.hpp"
#include "record/row.hpp"

namespace pmembench {

// What was asked of the run that the row is from.
struct AskedOfRun {
  double precision = 0;   // half width that is enough; 0: unknown
  double confidence = 0;  // 0: unknown
  unsigned minimum_replicates = 0;
  double slice_ns = 0;
};

// Several paragraphs in lines of at most 80 columns.
[[nodiscard]] std::string explain_text(const Row& row, const std::vector<Replicate>& replicates,
                                       const AskedOfRun& asked);

}  // namespace pmembench
