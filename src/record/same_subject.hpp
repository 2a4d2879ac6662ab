// Did two replicates measure the same thing?
#pragma once

#include <string>

#include "record/replicate.hpp"

namespace pmembench {

// How the later replicate's medium or software differs from the earlier one's, as a sentence: the
// two cannot stand in one row. Empty: in nothing that both know.
[[nodiscard]] std::string subject_difference(const Replicate& earlier, const Replicate& later);

}  // namespace pmembench
