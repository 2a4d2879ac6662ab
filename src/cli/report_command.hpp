// Where the report's Python package lies, and how it is started.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

// The folder that holds the package pmembench_report (data_folder.hpp). Environment error: none.
Result<std::string> reports_folder(const std::string& binary);

// What report was asked for, as the package's command line takes it.
struct ReportRequest {
  std::string database = "pmembench.db";
  std::string run, html, png, svg, pdf, comparison, history;  // empty: not given
  std::string derived;                                        // file of the document `derived`
  bool force = false;                                         // overwrite what is no earlier report
  std::string gate;  // a document drawn alone, without the database
};
std::vector<std::string> report_arguments(const ReportRequest& request);

}  // namespace pmembench
