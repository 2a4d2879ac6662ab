#include "cli/strict.hpp"

#include <map>
#include <string>

namespace pmembench {

Result<int> strict_verdict(const std::vector<Row>& rows) {
  struct Found {
    std::size_t rows = 0;
    std::string first;
  };
  std::map<std::string, Found> types;
  std::size_t warned = 0;
  for (const Row& row : rows) {
    if (row.status != "ok" || row.warnings.empty()) continue;
    ++warned;
    for (const Warning& warning : row.warnings) {
      Found& found = types[warning.type];
      if (found.rows++ == 0) found.first = row.cell;
    }
  }
  if (warned == 0) return 0;
  std::string named;
  for (const auto& [type, found] : types) {
    named += fmt::format("{}{} in {} row{} ({}{})", named.empty() ? "" : ", ", type, found.rows,
                         found.rows == 1 ? "" : "s", found.rows == 1 ? "" : "first: ", found.first);
  }
  return runtime_error(
      "--strict: {} row{} with warnings: {}; `pmembench show --warnings` says what to do about "
      "each",
      warned, warned == 1 ? "" : "s", named);
}

}  // namespace pmembench
