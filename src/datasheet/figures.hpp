// The headline figures of a memory: how fast it is, with intervals, each from one cell or curve.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "datasheet/probe_set.hpp"
#include "measure/estimate.hpp"
#include "results/loaded_curve.hpp"

namespace pmembench {

struct DatasheetFigure {
  std::string name;  // "latency, idle"
  std::string unit;  // "ns", "B/s"
  Estimate value;
  std::string cell;      // whose number it is; empty: of a curve
  std::string of;        // "16 KiB, 2 threads"; empty: nothing to add
  std::string firmware;  // what it rates that, and the factor; empty: nothing
  std::map<unsigned, double> by_process;
};

// In the order of the datasheet; what was not measured is not among them.
[[nodiscard]] std::vector<DatasheetFigure> headline_figures(const ProbeSet& set,
                                                            const std::vector<LoadedCurve>& curves);

// A figure of one memory over the same of another, from the processes that measured both.
struct FigureRatio {
  std::string name;
  Estimate ratio;
};
[[nodiscard]] std::vector<FigureRatio> figure_ratios(const std::vector<DatasheetFigure>& own,
                                                     const std::vector<DatasheetFigure>& other);

}  // namespace pmembench
