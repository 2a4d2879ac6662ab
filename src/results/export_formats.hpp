// The formats of export_run. For src/results only.
#pragma once

#include <string>
#include <vector>

#include "record/row.hpp"
#include "results/store.hpp"

namespace pmembench {

std::string export_csv(const RunRecord& run, const std::vector<Row>& rows);
std::string export_gbench(const RunRecord& run, const std::vector<Row>& rows,
                          const std::vector<std::vector<Replicate>>& replicates);

}  // namespace pmembench
