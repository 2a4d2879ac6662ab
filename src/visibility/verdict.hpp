// What a pair of hosts showed: every sequence that was tried, and the cheapest that was never
// wrong.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "visibility/trial.hpp"

namespace pmembench {

// One sequence between two hosts.
struct VisibilityCell {
  StoreWay store = StoreWay::none;
  LoadWay load = LoadWay::plain;
  std::string skip_reason;  // why it could not be tried; empty: it was
  VisibilityCounts counts;
  double publish_ns = 0;  // median of what the writer takes for a message
  double load_ns = 0;     // and of what the reader takes, once the message is there
  struct Sight {          // from the store of the flag to its sight; of `n` sampled messages
    std::uint64_t n = 0;
    double p50_ns = 0, p90_ns = 0, p99_ns = 0, max_ns = 0;
    double clock_error_ns = 0;  // how far each can be off
  };
  std::optional<Sight> sight;  // absent: nothing was seen
  [[nodiscard]] double cost_ns() const { return publish_ns + load_ns; }
};

// What both sides report as a cell. `clock_error_ns`: of differences of their clocks.
[[nodiscard]] VisibilityCell make_visibility_cell(StoreWay store, LoadWay load,
                                                  const WriterSide& writer,
                                                  const ReaderSide& reader, double clock_error_ns);

enum class PairVerdict {
  coherent,    // nothing was ever wrong, not even a plain store and load: nothing can be told
  safe,        // some sequences were wrong; `cheapest` never was
  none_safe,   // each sequence was wrong
  not_tested,  // none could be tried
};
[[nodiscard]] std::string_view name_of(PairVerdict verdict);

struct VisibilityPair {
  std::string writer, reader;  // hosts
  std::vector<VisibilityCell> cells;
  PairVerdict verdict = PairVerdict::not_tested;
  std::optional<std::size_t> cheapest;  // index in `cells`
  std::string sentence;
};

// From the cells: verdict, cheapest and sentence. A verdict of `safe` needs a cell that was wrong:
// without one the test has not shown that it could see an error. `coherent` also needs the cell of
// a store and a load without instructions, as the one that would be wrong first.
void judge(VisibilityPair& pair);

[[nodiscard]] nlohmann::json to_json(const WriterSide& side);
[[nodiscard]] nlohmann::json to_json(const ReaderSide& side);
Result<WriterSide> writer_side_from_json(const nlohmann::json& json);
Result<ReaderSide> reader_side_from_json(const nlohmann::json& json);

// The document of kind `visibility`: "pmembench-visibility", version 1 (docs/hosts.md).
[[nodiscard]] nlohmann::json visibility_document(const std::vector<VisibilityPair>& pairs,
                                                 const std::string& media,
                                                 const std::string& host_memory,
                                                 const MessageLayout& layout);

}  // namespace pmembench
