// JSON of the wire, the store and the documents.
#include <nlohmann/json.hpp>

#include "record/codec.hpp"
#include "results/comparison.hpp"
#include "results/derive.hpp"
#include "results/history.hpp"
#include "run/protocol.hpp"
#include "target.hpp"

namespace pmembench::fuzz {
namespace {

nlohmann::json json_of(Bytes input) {
  return nlohmann::json::parse(text_of(input), nullptr, false);
}

}  // namespace

void fuzz_requests(Bytes input) {
  const nlohmann::json line = json_of(input);
  if (const auto open = open_request_from_json(line)) {
    const auto again = open_request_from_json(to_json(*open));
    require(again && to_json(*again) == to_json(*open), "a request survives the wire");
  }
  if (const auto cell = cell_request_from_json(line)) {
    const auto again = cell_request_from_json(to_json(*cell));
    require(again && to_json(*again) == to_json(*cell), "a cell survives the wire");
  }
  static_cast<void>(cell_from_json(line));
}

void fuzz_replies(Bytes input) {
  const nlohmann::json line = json_of(input);
  static_cast<void>(opened_reply_from_json(line));
  static_cast<void>(hello_reply_from_json(line));
  static_cast<void>(ready_reply_from_json(line));
  if (const auto slice = slice_reply_from_json(line)) static_cast<void>(to_json(*slice));
  if (const auto done = cell_done_reply_from_json(line)) static_cast<void>(to_json(*done));
}

void fuzz_row(Bytes input) {
  if (const auto row = row_from_json(json_of(input))) {
    const auto again = row_from_json(to_json(*row));
    require(again && to_json(*again) == to_json(*row), "a row that is written is read back");
  }
  if (const auto medium = medium_from_text(text_of(input))) static_cast<void>(to_json(*medium));
  if (const auto details = details_from_text(text_of(input))) static_cast<void>(to_json(*details));
}

void fuzz_comparison(Bytes input) {
  const auto comparison = comparison_from_json(json_of(input));
  if (!comparison) return;
  const auto again = comparison_from_json(to_json(*comparison));
  require(again && to_json(*again) == to_json(*comparison), "a comparison is read back");
  require(comparison_markdown(*comparison).size() <= kMarkdownLimitBytes, "a summary has a limit");
  static_cast<void>(comparison_junit(*comparison));
  static_cast<void>(to_json(judge_history(history_points(*comparison))));
}

void fuzz_derived(Bytes input) {
  const nlohmann::json document = json_of(input);
  static_cast<void>(derive_context(document));
  if (const auto derived = derived_from_json(document)) {
    const auto again = derived_from_json(derived_json(*derived));
    require(again && derived_json(*again) == derived_json(*derived),
            "what is derived is read back");
  }
}

}  // namespace pmembench::fuzz
