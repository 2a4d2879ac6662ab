// CampaignOptions: which campaign, and what the command line lays over it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/campaign.hpp"

namespace pmembench {

// Bound to a command's options, read once they are parsed.
struct CampaignOptions {
  std::string file;
  std::vector<std::string> assignments;  // --set
  std::string media, backend, kernel, budget;
  unsigned replicates = 0;  // --replicates; 0: not given

  // CAMPAIGN, --set, --media, --backend, --kernel and --budget. `budget_help` says what the budget is for.
  void add_to(CLI::App& command, const std::string& budget_help, bool required = true);
  // --replicates: the number of processes of each cell.
  void add_replicates_to(CLI::App& command);
  // The file with the options laid over it; `file` becomes its path, if it was named by its name
  // alone. Errors (usage) name the place.
  [[nodiscard]] Result<Campaign> read();
  // The backend that --backend or --set names, last word first; "": none does.
  [[nodiscard]] std::string asked_backend() const;
};

}  // namespace pmembench
