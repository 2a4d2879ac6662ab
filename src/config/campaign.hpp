// Campaign: what a user asked to be measured, as plain data with the place of every word.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace pmembench {

// Where a word stands in the campaign; line and column from 1. Line 0: not from a file (--set).
struct SourcePosition {
  std::string file;
  int line = 0;
  int column = 0;
  [[nodiscard]] std::string text() const;  // "quick.yaml:12:7", or "--set"
};

struct CampaignValue {
  std::string text;  // canonical: "4K" under a size key is "4096"
  SourcePosition at;
};

// One axis of a group: a key and its values; a key outside `matrix` has one value.
struct CampaignAxis {
  std::string key;
  SourcePosition at;
  std::vector<CampaignValue> values;  // never empty
};

// One entry of `cells`: the cross product of its axes, in the order written. Keys that stand at
// the campaign's top level are there too, first, unless the group has its own.
struct CellGroup {
  SourcePosition at;
  std::vector<CampaignAxis> axes;
  [[nodiscard]] const CampaignAxis* axis(const std::string& key) const;
};

// How samples are taken, for the whole campaign. The defaults are docs/methodology.md's.
struct MeasureSettings {
  std::uint64_t budget_ns = 60'000'000'000;  // for the whole run, after which no replicate begins
  double precision = 0.02;                   // relative half width at which a cell has enough
  double confidence = 0.95;
  unsigned minimum_replicates = 6;
  unsigned maximum_replicates = 40;
  unsigned slices = 50;  // at most, of a cell in one replicate
  std::uint64_t slice_ns = 500'000;
  std::uint64_t seed = 1;
};

struct Campaign {
  std::string name;
  std::string description;
  std::string file;
  MeasureSettings settings;
  std::vector<CellGroup> groups;
};

}  // namespace pmembench
