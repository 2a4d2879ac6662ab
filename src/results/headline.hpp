// The headline: what a run found, in at most a dozen lines. From the rows and what they say
// together; which lines there are follows from what was measured, not from a campaign's name.
#pragma once

#include <string>
#include <vector>

#include "record/row.hpp"
#include "results/ladder.hpp"
#include "results/loaded_curve.hpp"
#include "results/node_matrix.hpp"

namespace pmembench {

struct HeadlineLine {
  std::string what;                // "idle latency"; behind blanks: it belongs to the line above
  std::string value;               // "411 ns ±1.9%"
  std::string of;                  // of what, by what: "chase through 256 MiB, pages of 2 MiB"
  std::vector<std::string> cells;  // whose numbers these are
};

inline constexpr std::size_t kHeadlineLines = 12;

// The parts of `derived` that a headline can be about.
struct HeadlineSources {
  const std::vector<Ladder>& ladders;
  const std::vector<NodeMatrix>& matrices;
  const std::vector<LoadedCurve>& loaded;
};

// At most kHeadlineLines; empty where no row was measured.
std::vector<HeadlineLine> headline_of(const std::vector<Row>& rows, const HeadlineSources& sources);

}  // namespace pmembench
