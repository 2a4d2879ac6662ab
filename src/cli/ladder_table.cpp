#include "cli/ladder_table.hpp"

#include <fmt/core.h>

#include "base/units.hpp"
#include "cli/text_table.hpp"

namespace pmembench {
namespace {

std::string signed_ns(const Estimate& cost) {
  std::string text = fmt::format("{:+.1f} ns", cost.estimate);
  if (cost.has_interval) text += fmt::format(" [{:+.1f}, {:+.1f}]", cost.low, cost.high);
  return text;
}

std::string signed_share(const Estimate& cost) {
  std::string text = fmt::format("{:+.1f} %", 100 * cost.estimate);
  if (cost.has_interval) {
    text += fmt::format(" [{:+.1f}, {:+.1f}]", 100 * cost.low, 100 * cost.high);
  }
  return text;
}

std::string counted(const LadderRung& rung, const char* name) {
  const auto found = rung.amplification.find(name);
  return found == rung.amplification.end() ? "" : fmt::format("{:.4g}", found->second);
}

// Bytes stored for each byte that was asked for.
std::string stored_share(const LadderRung& rung) {
  const auto asked = rung.amplification.find("bytes_asked");
  const auto stored = rung.amplification.find("bytes_stored");
  if (asked == rung.amplification.end() || stored == rung.amplification.end()) return "";
  return asked->second > 0 ? fmt::format("{:.3f}", stored->second / asked->second) : "";
}

}  // namespace

std::string ladder_text(const std::vector<Ladder>& ladders) {
  std::string text;
  for (const Ladder& ladder : ladders) {
    TextTable table({{"path"},
                     {"time/op", Align::right},
                     {"over the rung below"},
                     {""},
                     {"stored/asked", Align::right},
                     {"lines", Align::right},
                     {"fences", Align::right},
                     {"sectors", Align::right}});
    for (const LadderRung& rung : ladder.rungs) {
      table.add({rung.path, format_duration_ns(rung.ns_per_operation.estimate),
                 rung.cost_ns ? signed_ns(*rung.cost_ns) : "",
                 rung.cost_share ? signed_share(*rung.cost_share) : "", stored_share(rung),
                 counted(rung, "lines_flushed"), counted(rung, "fences"),
                 counted(rung, "sectors_written")});
    }
    text += fmt::format("\nlayers: {}\n{}", ladder.title, table.text());
  }
  if (!text.empty()) {
    text +=
        "lines, fences and sectors are for one operation, counted by the device and the layers; "
        "intervals are over processes that ran both rungs.\n";
  }
  return text;
}

Result<std::vector<Ladder>> stored_ladders(const Store& store, std::int64_t run,
                                           const std::vector<Row>& rows) {
  std::map<std::string, std::vector<Replicate>> replicates;
  for (const Row& row : rows) {
    if (row.status != "ok") continue;
    auto found = store.replicates(run, row.cell);
    if (!found) return found.error();
    replicates[row.cell] = *std::move(found);
  }
  return ladders_of(rows, replicates);
}

}  // namespace pmembench
