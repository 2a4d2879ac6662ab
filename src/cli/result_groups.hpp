// Which rows of a result stand in one table: those of the same work, and those of a sweep.
#pragma once

#include <string>
#include <vector>

#include "cli/result_view.hpp"

namespace pmembench {

struct ResultGroup {
  std::string what;  // "chase/order=random"
  // The parameter of a sweep, "range_size", and its value in each row; "": all rows are the same
  // work.
  std::string varied;
  std::vector<NumberedRow> rows;
  std::vector<std::string> values;  // as many as rows, where `varied` is
};

// In the order of their first rows. At least three works with hardly more than one row each that
// differ in one parameter are one group.
[[nodiscard]] std::vector<ResultGroup> result_groups(const std::vector<NumberedRow>& rows);

}  // namespace pmembench
