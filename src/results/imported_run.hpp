// Results of other tools in the store.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "import/importer.hpp"
#include "results/store.hpp"

namespace pmembench {

// A run of its own for the rows of a file: no machine (theirs is unknown), not finished yet.
[[nodiscard]] RunRecord imported_record(const ImportedFile& file);

// Adds the rows to a run, and derives what it says as a whole again.
Status store_imported(const ImportedFile& file, std::int64_t run, Store& store);

}  // namespace pmembench
