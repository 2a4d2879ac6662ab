// The campaigns that ship: each reads, plans on any host, and says what its comment promises.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "backends/builtin_backends.h"
#include "plan/cell_keys.hpp"
#include "plan/plan.hpp"
#include "tests/plan/fake_topology.hpp"

namespace pmembench {
namespace {

std::string configs() { return std::string(PMEMBENCH_TEST_SOURCE_DIR) + "/../configs"; }

constexpr std::uint64_t kEveryFeature = ~std::uint64_t{0};
constexpr std::uint64_t kOldestFeatures = DAX_CPU_SSE2 | DAX_CPU_CLFLUSH;

// A CPU that has every instruction, or none but the oldest.
Registry builtins(std::uint64_t cpu_features) {
  dax_host_info host{};
  host.struct_size = sizeof host;
  host.vector_bytes = cpu_features == kOldestFeatures ? 16 : 64;
  host.cpu_features = cpu_features;
  std::size_t count = 0;
  const dax_operations* const* tables = pmembench_builtin_backends(&count);
  auto registry = Registry::build(host, {tables, count}, {});
  EXPECT_TRUE(registry);
  return std::move(registry).value();
}

Result<Plan> shipped_plan(const std::string& file, std::uint64_t cpu_features,
                          const Topology& topology) {
  const auto campaign = read_campaign(file, campaign_schema());
  if (!campaign) return campaign.error();
  const Registry registry = builtins(cpu_features);
  return make_plan(*campaign, {&registry, &topology, false, ""});
}

Plan quick_plan(std::uint64_t cpu_features, const Topology& topology) {
  auto plan = shipped_plan(configs() + "/quick.yaml", cpu_features, topology);
  EXPECT_TRUE(plan) << plan.error().message;
  return plan ? std::move(plan).value() : Plan{};
}

std::size_t count_runnable(const Plan& plan, const std::string& backend,
                           const std::string& workload) {
  return static_cast<std::size_t>(
      std::count_if(plan.cells.begin(), plan.cells.end(), [&](const Cell& cell) {
        return cell.backend == backend && cell.workload == workload && cell.skip_reason.empty();
      }));
}

TEST(Campaigns, all_plan_on_small_and_large_hosts) {
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(configs())) {
    if (entry.path().extension() != ".yaml") continue;
    if (entry.path().parent_path().filename() == "sim") continue;  // models, which are no campaigns
    ++files;
    for (const std::uint64_t features : {kEveryFeature, kOldestFeatures}) {
      for (const Topology& topology : {one_node(1), one_node(2), two_sockets_and_cxl()}) {
        const auto plan = shipped_plan(entry.path().string(), features, topology);
        ASSERT_TRUE(plan) << plan.error().message;
        EXPECT_EQ(plan->campaign_name, entry.path().stem().string());
        std::set<std::string> names;
        std::size_t runnable = 0;
        for (const Cell& cell : plan->cells) {
          EXPECT_TRUE(names.insert(cell.name).second) << cell.name;
          runnable += cell.skip_reason.empty() ? 1 : 0;
        }
        EXPECT_GT(runnable, 0U) << entry.path();
      }
    }
  }
  EXPECT_GE(files, 19) << "those of configs/peers too";
}

TEST(QuickCampaign, has_writes_by_every_backend_and_loads_by_one) {
  const Plan plan = quick_plan(kEveryFeature, one_node(2));
  for (const char* backend : {"movnt", "clwb", "clflushopt", "clflush"}) {
    EXPECT_EQ(count_runnable(plan, backend, "random"), backend == std::string("movnt") ? 18U : 6U)
        << backend;
    EXPECT_EQ(count_runnable(plan, backend, "persist"), 1U) << backend;
  }
  EXPECT_EQ(count_runnable(plan, "null", "random"), 4U) << "it costs the same at every size";
  EXPECT_EQ(count_runnable(plan, "block", "random"), 4U) << "4 KiB alone fills sectors";
  EXPECT_EQ(count_runnable(plan, "movnt", "chase"), 1U);
}

TEST(QuickCampaign, says_which_backends_the_cpu_lacks) {
  const Plan plan = quick_plan(kOldestFeatures, one_node(2));
  const auto left_out = std::find_if(plan.cells.begin(), plan.cells.end(), [](const Cell& cell) {
    return cell.name == "dram:auto/random/clwb";
  });
  ASSERT_NE(left_out, plan.cells.end());
  EXPECT_FALSE(left_out->skip_reason.empty());
  EXPECT_EQ(count_runnable(plan, "movnt", "random"), 18U);
}

TEST(QuickCampaign, keeps_within_its_minute) {
  EXPECT_LT(quick_plan(kOldestFeatures, one_node(2)).settings.budget_ns, 60'000'000'000U);
}

// The reference has one example; what it says of itself must hold.
TEST(CampaignsDocument, has_an_example_that_plans_as_it_says) {
  std::ifstream file(std::string(PMEMBENCH_TEST_SOURCE_DIR) + "/../docs/campaigns.md");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const std::string fence = "```yaml\n";
  const std::size_t begin = text.find(fence);
  ASSERT_NE(begin, std::string::npos);
  const std::size_t end = text.find("```\n", begin + fence.size());
  const auto campaign = read_campaign_text(
      text.substr(begin + fence.size(), end - begin - fence.size()), "doc", campaign_schema());
  ASSERT_TRUE(campaign) << campaign.error().message;
  const Registry registry = builtins(kOldestFeatures);
  const Topology topology = one_node(2);
  const auto plan = make_plan(*campaign, {&registry, &topology, false, ""});
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(count_runnable(*plan, "null", "random"), 8U);
  EXPECT_EQ(count_runnable(*plan, "movnt", "random"), 8U);
  EXPECT_EQ(count_runnable(*plan, "movnt", "chase"), 1U);
  for (const CellKey& key : campaign_schema()) {
    if (!is_cell_fact(key.name)) continue;
    EXPECT_NE(text.find("| `" + key.name + "` |"), std::string::npos) << key.name;
  }
}

}  // namespace
}  // namespace pmembench
