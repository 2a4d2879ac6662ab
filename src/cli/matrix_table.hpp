// The matrices from node to node and the sweeps of interleave, as they stand below the table.
#pragma once

#include <string>
#include <vector>

#include "record/row.hpp"

namespace pmembench {

// "" where no row was placed by nodes; else begins with an empty line.
std::string matrix_text(const std::vector<Row>& rows);

}  // namespace pmembench
