// pmembench-mpi run: a campaign on all hosts together, led by rank 0 and stored there.
#pragma once

#include <atomic>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/campaign_options.hpp"
#include "cli/host.hpp"
#include "cli/result_view.hpp"
#include "cluster/cluster_cell.hpp"
#include "cluster/conductor.hpp"
#include "cluster/ranges.hpp"
#include "results/store.hpp"

namespace CLI {
class App;
}

namespace pmembench {

class ClusterSession {
 public:
  explicit ClusterSession(CLI::App& command);
  // Refuses words that are no options' (usage); the same on all ranks.
  Status read();
  [[nodiscard]] bool destroy() const { return destroy_; }
  [[nodiscard]] bool is_shared() const { return ranges_ != Ranges::own; }
  // On rank 0: reads the campaign, proves what the hosts are, measures and prints. The exit status.
  Result<int> lead(Conductor& conductor, const Host& host, const GlobalOptions& global,
                   const std::atomic<bool>& interrupted);

 private:
  Result<std::vector<std::string>> shared_media(const Plan& plan, ClusterPlace& place) const;
  Result<int> measure(Conductor& conductor, const Plan& plan, const ClusterPlace& place,
                      const std::string& fingerprint, const nlohmann::json& cluster, Store& store,
                      const GlobalOptions& global, const std::atomic<bool>& interrupted);
  Status show(const Store& store, std::int64_t run, const std::vector<Row>& rows) const;

  CampaignOptions options_;
  ResultView view_;
  std::string database_ = "pmembench.db", ranges_word_;
  std::vector<std::string> slow_words_;
  std::map<unsigned, double> slowdowns_;
  Ranges ranges_ = Ranges::own;
  bool destroy_ = false, resume_ = false, as_json_ = false;
};

}  // namespace pmembench
