// Exports a run's rows as JSON lines, CSV, or Google Benchmark's JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "record/replicate.hpp"
#include "record/row.hpp"
#include "results/store.hpp"

namespace pmembench {

// `format`: "jsonl" (one Row a line), "csv" (RFC 4180, header line, parameters as one k=v;...
// column), "gbench" (context and benchmarks as google/benchmark 1.7 writes them: each replicate as
// an iteration run with repetition_index, and mean/median/stddev aggregates; skipped and error
// cells carry error_occurred; cpu_time repeats real_time, for readers want the field and pmembench
// takes wall time alone). replicates[i] are those of rows[i]. Unknown formats are a usage error
// that lists these.
Result<std::string> export_run(const RunRecord& run, const std::vector<Row>& rows,
                               const std::vector<std::vector<Replicate>>& replicates,
                               std::string_view format);

}  // namespace pmembench
