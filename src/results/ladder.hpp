// Ladder: one workload down all the paths of a run, and what each path costs over those that it is
// built on (PathType::parents).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "measure/estimate.hpp"
#include "record/replicate.hpp"
#include "record/row.hpp"
#include "results/paired_share.hpp"
#include "results/printed_table.hpp"

namespace pmembench {

// What a rung takes more than another one, from differences within the same replicate (a round of
// the run measures all rungs): as a share (0.5: half as much again), and that share of the other
// rung's time in nanoseconds. Absent where
// fewer than two replicates are common.
struct RungCost {
  std::string over;  // the name of the other rung
  std::string cell;  // its cell
  std::optional<Estimate> ns, share;
};

struct LadderRung {
  std::string cell;
  std::string path;
  std::string name;    // the path, with the keys and options that distinguish it
  unsigned depth = 0;  // in the tree; 0: the root, or it is built on nothing that was measured
  Estimate ns_per_operation;  // as in the row
  // Over the nearest measured paths that this one is built on: none, one, or two of fs-mixed.
  std::vector<RungCost> over_parents;
  std::optional<RungCost> over_direct;    // absent on direct, and where direct was not measured
  std::optional<double> stored_per_byte;  // bytes stored for each byte to be stored
  std::map<std::string, double> amplification;  // as in the row
};

struct Ladder {
  std::string title;              // workload, its parameters, threads, backend
  std::vector<LadderRung> rungs;  // each behind the one that it is built on
};

// The backend's options by cell, where it has some.
using OptionsByCell = std::map<std::string, std::string>;

// The rows that were measured and differ only by path, backend apart (paths that reach their medium
// by themselves have a separate one and are in every ladder of their workload). At least three
// rungs, of two paths or more, make a ladder. In the order of the rows.
std::vector<Ladder> ladders_of(const std::vector<Row>& rows, const FiguresByCell& replicates,
                               double confidence = 0.95, const OptionsByCell& options = {});

// Bytes stored for each byte that was asked to be stored (what is read counts on neither side);
// absent where it was not counted.
std::optional<double> stored_per_byte(const std::map<std::string, double>& amplification);

// One table a ladder.
std::vector<PrintedTable> ladder_tables(const std::vector<Ladder>& ladders);

}  // namespace pmembench
