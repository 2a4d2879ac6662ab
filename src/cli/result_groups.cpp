#include "cli/result_groups.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>

#include "cli/result_table.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kFewestOfSweep = 3;   // works
constexpr std::size_t kMostRowsOfWork = 2;  // on average: more make a table of their own

// One parameter in "chase/order=random,range_size=16K, 2 nodes".
struct NamedValue {
  std::string without;  // "chase/order=random, 2 nodes"
  std::string name, value;
};

std::vector<NamedValue> named_values(const std::string& what) {
  std::vector<NamedValue> all;
  const std::size_t slash = what.find('/');
  for (std::size_t at = slash == what.npos ? what.size() : slash + 1; at < what.size();) {
    const std::size_t end = std::min(what.find(',', at), what.size());
    const std::string_view part = std::string_view(what).substr(at, end - at);
    const std::size_t equals = part.find('=');
    if (equals != part.npos && !part.starts_with(' ')) {
      // With the comma behind it, or that before it.
      std::string without = what;
      const bool last = end == what.size();
      without.erase(last ? at - 1 : at, last ? end - at + 1 : end + 1 - at);
      all.push_back(
          {without, std::string(part.substr(0, equals)), std::string(part.substr(equals + 1))});
    }
    at = end + 1;
  }
  return all;
}

// By what the works have in common: which of them, and each one's value.
struct Sweep {
  std::vector<std::pair<std::size_t, std::string>> works;
};
using Sweeps = std::map<std::pair<std::string, std::string>, Sweep>;

Sweeps sweeps_of(const std::vector<ResultGroup>& works) {
  Sweeps sweeps;
  for (std::size_t i = 0; i < works.size(); ++i) {
    for (NamedValue& each : named_values(works[i].what)) {
      sweeps[{each.without, each.name}].works.emplace_back(i, std::move(each.value));
    }
  }
  std::erase_if(sweeps, [&](const auto& entry) {
    std::size_t rows = 0;
    for (const auto& [work, value] : entry.second.works) rows += works[work].rows.size();
    const std::size_t count = entry.second.works.size();
    return count < kFewestOfSweep || rows > kMostRowsOfWork * count;
  });
  return sweeps;
}

}  // namespace

std::vector<ResultGroup> result_groups(const std::vector<NumberedRow>& rows) {
  std::vector<ResultGroup> works;
  for (const NumberedRow& each : rows) {
    const std::string what = what_of(*each.row);
    auto work = std::find_if(works.begin(), works.end(),
                             [&](const ResultGroup& known) { return known.what == what; });
    if (work == works.end()) work = works.insert(works.end(), {what, "", {}, {}});
    work->rows.push_back(each);
  }
  const Sweeps sweeps = sweeps_of(works);
  std::vector<bool> done(works.size(), false);
  std::vector<ResultGroup> groups;
  for (std::size_t i = 0; i < works.size(); ++i) {
    if (done[i]) continue;
    // The longest sweep that this work takes part in.
    const Sweep* longest = nullptr;
    ResultGroup group;
    for (const NamedValue& each : named_values(works[i].what)) {
      const auto sweep = sweeps.find({each.without, each.name});
      if (sweep == sweeps.end()) continue;
      const bool is_free = std::none_of(sweep->second.works.begin(), sweep->second.works.end(),
                                        [&](const auto& work) { return done[work.first]; });
      if (!is_free || (longest != nullptr && longest->works.size() >= sweep->second.works.size()))
        continue;
      longest = &sweep->second;
      group.what = each.without;
      group.varied = each.name;
    }
    if (longest == nullptr) {
      groups.push_back(std::move(works[i]));
      continue;
    }
    for (const auto& [work, value] : longest->works) {
      done[work] = true;
      for (const NumberedRow& row : works[work].rows) {
        group.rows.push_back(row);
        group.values.push_back(value);
      }
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace pmembench
