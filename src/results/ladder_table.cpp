// A ladder as a table: the tree by indentation, each rung's cost over those below it, and what the
// layers asked of the device.
#include <cmath>
#include <utility>

#include "base/result.hpp"
#include "base/units.hpp"
#include "results/ladder.hpp"
#include "results/printed_words.hpp"

namespace pmembench {
namespace {

std::string counted(const LadderRung& rung, const char* name) {
  const auto found = rung.amplification.find(name);
  return found == rung.amplification.end() ? "" : fmt::format("{:.4g}", found->second);
}

// Over its parents; then over direct, if that is not one of them.
std::vector<const RungCost*> costs_of(const LadderRung& rung) {
  std::vector<const RungCost*> costs;
  bool over_direct = false;
  for (const RungCost& cost : rung.over_parents) {
    costs.push_back(&cost);
    over_direct = over_direct || (rung.over_direct && cost.cell == rung.over_direct->cell);
  }
  if (rung.over_direct && !over_direct) costs.push_back(&*rung.over_direct);
  return costs;
}

void add_rung(const LadderRung& rung, PrintedTable& table) {
  const std::string name = std::string(2 * std::size_t{rung.depth}, ' ') + rung.name;
  const std::string time = format_duration_ns(rung.ns_per_operation.estimate);
  const auto costs = costs_of(rung);
  PrintedRow row{
      {name, time, "", "", "",
       rung.stored_per_byte ? fmt::format("{:.3f}", *rung.stored_per_byte) : "",
       counted(rung, "lines_flushed"), counted(rung, "fences"), counted(rung, "sectors_written")},
      0,
      ""};
  for (std::size_t at = 0; at < std::max<std::size_t>(costs.size(), 1); ++at) {
    if (at > 0) row = {{name, time, "", "", "", "", "", "", ""}, 2, ""};
    if (at < costs.size()) {
      row.cells[2] = costs[at]->over;
      row.cells[3] = costs[at]->share ? share_text(*costs[at]->share) : "";
      row.cells[4] = costs[at]->ns ? signed_duration(costs[at]->ns->estimate) : "";
    }
    table.rows.push_back(row);
  }
}

}  // namespace

std::vector<PrintedTable> ladder_tables(const std::vector<Ladder>& ladders) {
  std::vector<PrintedTable> tables;
  for (const Ladder& ladder : ladders) {
    PrintedTable table{"ladder",
                       "layers: " + ladder.title,
                       {{"path", false},
                        {"time/op", true},
                        {"over", false},
                        {"", false},
                        {"", true},
                        {"stored", true},
                        {"lines", true},
                        {"fences", true},
                        {"sectors", true}},
                       {},
                       ""};
    for (const LadderRung& rung : ladder.rungs) add_rung(rung, table);
    tables.push_back(std::move(table));
  }
  if (!tables.empty()) {
    tables.back().note =
        "over: what an operation takes more than on the paths that this one is built on, and than "
        "on direct.\nIntervals are over processes that ran both. stored: bytes for each byte "
        "written.\nlines, fences and sectors: for one operation. All four are counted by the "
        "device "
        "and the layers.\n";
  }
  return tables;
}

}  // namespace pmembench
