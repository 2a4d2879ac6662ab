// The tables of `derived` as a person reads them on a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "results/printed_table.hpp"

namespace pmembench {

// Each with an empty line before it, its title and its note; "" for none.
[[nodiscard]] std::string derived_text(const std::vector<PrintedTable>& tables);

}  // namespace pmembench
