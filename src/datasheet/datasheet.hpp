// Datasheet: all that was found out about one memory, and as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "characterize/self_test.hpp"
#include "datasheet/figures.hpp"
#include "datasheet/structure.hpp"

namespace pmembench {

// One memory's.
struct MediumSheet {
  std::string media;  // as typed
  std::string kind, claim;
  std::uint64_t size_bytes = 0, page_bytes = 0;
  int node = -1;
  std::vector<DatasheetFigure> figures;
  std::vector<StructureLine> structure;
  ShownNoise noise;
  double shared_core_share = 0, steal_share = 0;
  // How often a line is right at that noise, on simulated devices; empty: it was not tested.
  std::vector<PropertyScore> scores;
  [[nodiscard]] const PropertyScore* score(const std::string& property) const;
};

struct Datasheet {
  std::vector<MediumSheet> media;    // the one asked for, then the one it is held against
  std::vector<FigureRatio> against;  // of the first over the second
  std::vector<std::int64_t> runs;    // of the store
  std::string database;
  double took_s = 0;
  std::vector<std::string> failures;  // cells that could not be measured, each with its reason
};

// The command that measures a line again.
[[nodiscard]] std::string repeat_command(const MediumSheet& sheet, const std::string& property);

[[nodiscard]] nlohmann::json to_json(const Datasheet& sheet);

// What other campaigns can include: sizes and strides that were determined, as YAML.
[[nodiscard]] std::string constants_yaml(const MediumSheet& sheet);

}  // namespace pmembench
