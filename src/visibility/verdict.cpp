#include "visibility/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/plain_text.hpp"
#include "base/units.hpp"
#include "measure/estimate.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

constexpr int kVisibilitySchemaVersion = 1;

double quantile_of(const std::vector<double>& sorted, double share) {
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(share * last + 0.5)];
}

std::string sequence_text(const VisibilityCell& cell) {
  return fmt::format("{} and a {} load",
                     cell.store == StoreWay::none
                         ? std::string("a store without a write-back")
                         : fmt::format("{} by the writer", name_of(cell.store)),
                     name_of(cell.load));
}

std::string bound_text(const VisibilityCell& cell) {
  return fmt::format("{} of {} wrong, so at most {:.2g} of all with 95 % confidence",
                     cell.counts.wrong(), cell.counts.tries,
                     upper_share(cell.counts.wrong(), cell.counts.tries));
}

bool was_tried(const VisibilityCell& cell) {
  return cell.skip_reason.empty() && cell.counts.tries > 0;
}

json json_of(const VisibilityCell& cell) {
  json document{{"store", name_of(cell.store)}, {"load", name_of(cell.load)}};
  if (!cell.skip_reason.empty()) {
    document["skipped"] = cell.skip_reason;
    return document;
  }
  const VisibilityCounts& counts = cell.counts;
  document.update({{"tries", counts.tries},
                   {"stale", counts.stale},
                   {"torn", counts.torn},
                   {"reordered", counts.reordered},
                   {"wrong_share_at_most", upper_share(counts.wrong(), counts.tries)},
                   {"publish_ns", cell.publish_ns},
                   {"load_ns", cell.load_ns},
                   {"sight_ns", nullptr}});
  if (cell.sight) {
    document["sight_ns"] = {
        {"n", cell.sight->n},        {"p50", cell.sight->p50_ns},
        {"p90", cell.sight->p90_ns}, {"p99", cell.sight->p99_ns},
        {"max", cell.sight->max_ns}, {"clock_error", cell.sight->clock_error_ns}};
  }
  return document;
}

template <typename Side>
Result<Side> damaged_side(const std::string& why) {
  return runtime_error("the other side of the visibility test sent what cannot be read: {}", why);
}

}  // namespace

VisibilityCell make_visibility_cell(StoreWay store, LoadWay load, const WriterSide& writer,
                                    const ReaderSide& reader, double clock_error_ns) {
  VisibilityCell cell;
  cell.store = store;
  cell.load = load;
  cell.counts = reader.counts;
  if (!writer.publish_ns.empty()) cell.publish_ns = median(writer.publish_ns);
  if (!reader.load_ns.empty()) cell.load_ns = median(reader.load_ns);
  if (reader.sight_ns.empty()) return cell;
  std::vector<double> sorted = reader.sight_ns;
  std::sort(sorted.begin(), sorted.end());
  cell.sight = {sorted.size(),
                quantile_of(sorted, 0.5),
                quantile_of(sorted, 0.9),
                quantile_of(sorted, 0.99),
                sorted.back(),
                clock_error_ns};
  return cell;
}

std::string_view name_of(PairVerdict verdict) {
  switch (verdict) {
    case PairVerdict::coherent:
      return "coherent";
    case PairVerdict::safe:
      return "safe";
    case PairVerdict::none_safe:
      return "none_safe";
    case PairVerdict::not_tested:
      break;
  }
  return "not_tested";
}

void judge(VisibilityPair& pair) {
  pair.least.reset();
  pair.verdict = PairVerdict::not_tested;
  std::size_t tried = 0, wrong = 0;
  bool control = false;
  for (std::size_t i = 0; i < pair.cells.size(); ++i) {
    const VisibilityCell& cell = pair.cells[i];
    if (!was_tried(cell)) continue;
    ++tried;
    control = control || (cell.store == StoreWay::none && cell.load == LoadWay::plain);
    if (cell.counts.wrong() > 0) {
      ++wrong;
      continue;
    }
    if (!pair.least || cell.cost_ns() < pair.cells[*pair.least].cost_ns()) pair.least = i;
  }
  if (tried == 0) {
    pair.sentence = "not tested: no sequence could be tried";
  } else if (wrong == 0) {
    pair.least.reset();
    pair.verdict = control ? PairVerdict::coherent : PairVerdict::not_tested;
    pair.sentence =
        control ? "coherent: cannot tell (a store without a write-back and a plain load were never "
                  "wrong either, so nothing shows which instructions are needed)"
                : "cannot tell: nothing was wrong, and the sequence none with plain, which shows "
                  "whether anything can be, was not tried";
  } else if (!pair.least) {
    pair.verdict = PairVerdict::none_safe;
    pair.sentence = "no sequence that was tried is safe: each was wrong";
  } else {
    const VisibilityCell& cell = pair.cells[*pair.least];
    pair.verdict = PairVerdict::safe;
    pair.sentence =
        fmt::format("of those that were never wrong this costs least: {} ({}; {} a message)",
                    sequence_text(cell), bound_text(cell), format_duration_ns(cell.cost_ns()));
  }
}

json to_json(const WriterSide& side) { return {{"publish_ns", side.publish_ns}}; }

json to_json(const ReaderSide& side) {
  return {{"tries", side.counts.tries}, {"stale", side.counts.stale},
          {"torn", side.counts.torn},   {"reordered", side.counts.reordered},
          {"load_ns", side.load_ns},    {"sight_ns", side.sight_ns}};
}

Result<WriterSide> writer_side_from_json(const json& json) {
  try {
    return WriterSide{json.at("publish_ns").get<std::vector<double>>()};
  } catch (const nlohmann::json::exception& error) {
    return damaged_side<WriterSide>(std::string(without_library(error.what())));
  }
}

Result<ReaderSide> reader_side_from_json(const json& json) {
  try {
    ReaderSide side;
    side.counts.tries = json.at("tries").get<std::uint64_t>();
    side.counts.stale = json.at("stale").get<std::uint64_t>();
    side.counts.torn = json.at("torn").get<std::uint64_t>();
    side.counts.reordered = json.at("reordered").get<std::uint64_t>();
    side.load_ns = json.at("load_ns").get<std::vector<double>>();
    side.sight_ns = json.at("sight_ns").get<std::vector<double>>();
    return side;
  } catch (const nlohmann::json::exception& error) {
    return damaged_side<ReaderSide>(std::string(without_library(error.what())));
  }
}

json visibility_document(const std::vector<VisibilityPair>& pairs, const std::string& media,
                         const std::string& host_memory, const MessageLayout& layout) {
  json document{{"schema", "pmembench-visibility"},
                {"version", kVisibilitySchemaVersion},
                {"media", media},
                {"host_memory", host_memory},
                {"payload_lines", layout.payload_lines},
                {"pairs", json::array()}};
  for (const VisibilityPair& pair : pairs) {
    json each{
        {"writer", pair.writer},     {"reader", pair.reader},    {"verdict", name_of(pair.verdict)},
        {"sentence", pair.sentence}, {"safe_sequence", nullptr}, {"cells", json::array()}};
    for (const VisibilityCell& cell : pair.cells) each["cells"].push_back(json_of(cell));
    if (pair.least) {
      const VisibilityCell& cell = pair.cells[*pair.least];
      each["safe_sequence"] = {{"store", name_of(cell.store)}, {"load", name_of(cell.load)}};
    }
    document["pairs"].push_back(std::move(each));
  }
  return document;
}

}  // namespace pmembench
