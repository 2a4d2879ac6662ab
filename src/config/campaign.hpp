// Campaign: what a user asked to be measured, as plain data with the place of every word.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

// Where a word stands in the campaign; line and column from 1. Line 0: from the command line, and
// `file` is the option that it came from.
struct SourcePosition {
  std::string file;
  int line = 0;
  int column = 0;
  [[nodiscard]] std::string text() const;  // "quick.yaml:12:7", "--set", "--media"
};

// A usage error that reads "quick.yaml:12:7: SENTENCE". A sentence that begins with the name of its
// key loses it behind the option of that name: "--media: SENTENCE".
[[nodiscard]] Error error_at(const SourcePosition& at, std::string_view sentence);

struct CampaignValue {
  std::string text;  // canonical: "4K" under a size key is "4096"
  SourcePosition at;
};

// One axis of a group: a key and its values; a key outside `matrix` has one value.
struct CampaignAxis {
  std::string key;
  SourcePosition at;
  std::vector<CampaignValue> values;  // never empty
  // From the campaign's top level or --set: meant for every group, so a group whose workload has no
  // such key passes over it. A key of the group's own must fit.
  bool inherited = false;
};

enum class ExpectedRelation { equal, at_least, at_most };

// What a cell's row must show for the campaign to be met: "bandwidth: >= 20G".
struct Expectation {
  std::string name;  // "page_bytes", "bandwidth", "p99"
  ExpectedRelation relation = ExpectedRelation::equal;
  std::string text;   // what was written, the relation included
  std::string word;   // of a text or a flag
  double number = 0;  // bytes, bytes/s, operations/s, ns, a node
  SourcePosition at;
};

// One entry of `cells`: the cross product of its axes, in the order written. Keys of the campaign's
// top level come first, unless the group sets them itself.
struct CellGroup {
  SourcePosition at;
  std::vector<CampaignAxis> axes;
  std::vector<Expectation> expectations;  // of each of its cells
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
  std::string answers;  // the question that it answers, for `list campaigns`
  std::string takes;    // how long it takes, if its budget does not say so
  std::string file;
  MeasureSettings settings;
  std::vector<CellGroup> groups;
  std::map<std::string, SourcePosition> setting_positions;  // of the settings that were written
};

// What no single setting shows: minimum_replicates above maximum_replicates. Separate, because
// --set changes one at a time and the order must not matter; make_plan asks it last.
Status check_settings(const Campaign& campaign);

}  // namespace pmembench
