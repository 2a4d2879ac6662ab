// Exports a run's rows as JSON lines, CSV, or Google Benchmark's JSON.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "record/replicate.hpp"
#include "record/row.hpp"
#include "results/replicate_figures.hpp"
#include "results/store.hpp"

namespace pmembench {

// The replicates of a row, read when a format comes to it: those of all rows of a large file do not
// fit into memory, and most formats need none.
using ReplicatesOf = std::function<Result<std::vector<Replicate>>(const Row&)>;

// What a format may need in addition to the rows; it calls what it needs.
struct ExportSource {
  ReplicatesOf replicates;
  std::function<Result<FiguresByCell>()> figures;  // of all rows
};

// Takes an export piece by piece, in their order; an error ends the export.
using TextSink = std::function<Status(const std::string&)>;

// `format`: "jsonl" (one Row a line), "csv" (RFC 4180, header line, parameters as one k=v;...
// column), "gbench" (context and benchmarks as google/benchmark 1.7 writes them: each replicate as
// an iteration run with repetition_index, and mean/median/stddev aggregates; skipped and error
// cells carry error_occurred; cpu_time repeats real_time, for readers want the field and pmembench
// takes wall time alone), "bencher", "prometheus", "github", "hwloc" or "hgrm"
// (results/export_formats.hpp; imported rows are in none of these five, because their readers raise
// alarms). Unknown formats are a usage error that lists these.
// What can fail is read before the first piece: after an error of another cause than the sink's,
// the sink has got nothing.
Status export_run(const RunRecord& run, const std::vector<Row>& rows, const ExportSource& source,
                  std::string_view format, const TextSink& sink);

// The names of the formats, for help and messages: "jsonl, csv, ...".
[[nodiscard]] std::string export_format_names();

// A file of the format "bwlat": curves of bandwidth and latency as Mess and the simulators that
// read it have them.
struct ExportedCurve {
  std::string name;  // "bwlat_100.txt": the share of reads
  std::string text;  // MB/s (10^6), a tab, ns; the highest load first
};
// Of the measured rows of workload loaded, one file for each share of reads. Error (usage): there
// are none, or two curves of one share (named: choose one with its label).
Result<std::vector<ExportedCurve>> export_bwlat(const std::vector<Row>& rows,
                                                const ReplicatesOf& replicates);

}  // namespace pmembench
