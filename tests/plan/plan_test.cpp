#include "plan/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/plan/planning.hpp"

namespace pmembench {
namespace {

const CellKey* key_of(const CampaignSchema& schema, const std::string& name) {
  const auto found = std::find_if(schema.begin(), schema.end(),
                                  [&](const CellKey& key) { return key.name == name; });
  return found == schema.end() ? nullptr : &*found;
}

TEST(CampaignSchema, has_the_facts_of_a_cell_and_every_parameter_once) {
  const CampaignSchema schema = campaign_schema();
  std::set<std::string> names;
  for (const CellKey& key : schema) EXPECT_TRUE(names.insert(key.name).second) << key.name;
  for (const char* name :
       {"media", "backend", "path", "workload", "threads", "placement", "timing", "latency_mode"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
  for (const WorkloadType& workload : workload_list()) {
    for (const ParameterSpec& spec : workload.parameters) {
      EXPECT_TRUE(names.contains(spec.name)) << spec.name;
    }
  }
}

TEST(CampaignSchema, unites_the_choices_of_workloads) {
  const CampaignSchema schema = campaign_schema();
  for (const WorkloadType& workload : workload_list()) {
    for (const ParameterSpec& spec : workload.parameters) {
      const CellKey* key = key_of(schema, spec.name);
      ASSERT_NE(key, nullptr);
      for (const std::string& choice : spec.choices) {
        EXPECT_NE(std::find(key->choices.begin(), key->choices.end(), choice), key->choices.end());
      }
    }
  }
}

TEST(Cell, of_another_device_has_another_key) {
  Cell cell;
  cell.media = "dram:1M";
  cell.backend = "movnt";
  EXPECT_EQ(cell.device_key(), "dram:1M|movnt||-1");
  EXPECT_EQ(cell.worker_key(), cell.device_key());
  cell.shares_mapping = true;
  EXPECT_EQ(cell.worker_key(), "dram:1M||-1");
  EXPECT_EQ(cell.device_key(), "dram:1M|movnt||-1");
  cell.backend_options = "a=b";
  cell.placement.memory_node = 1;
  EXPECT_EQ(cell.device_key(), "dram:1M|movnt|a=b|1");
  cell.threads = 7;
  cell.workload = "random";
  EXPECT_EQ(cell.device_key(), "dram:1M|movnt|a=b|1");
}

constexpr const char* kYaml =
    "media: dram:1M\ncells:\n  - workload: random\n    backend: movnt\n"
    "    matrix: {access: [read, write]}\n";

std::string fingerprint_with(const std::vector<std::string>& sets) {
  const auto plan = plan_of(kYaml, one_node(2), sets);
  EXPECT_TRUE(plan);
  return plan ? plan->fingerprint() : "";
}

TEST(Fingerprint, is_equal_for_equal_plans_and_hexadecimal) {
  const std::string fingerprint = fingerprint_with({});
  EXPECT_EQ(fingerprint, fingerprint_with({}));
  EXPECT_EQ(fingerprint.size(), 16U);
  EXPECT_EQ(fingerprint.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(Fingerprint, changes_with_every_setting_and_cell) {
  std::set<std::string> seen{fingerprint_with({})};
  for (const char* set :
       {"precision=3%", "confidence=0.9", "minimum_replicates=5", "maximum_replicates=50",
        "slices=9", "slice=1ms", "seed=2", "media=dram:2M", "backend=null", "path=mapped",
        "workload=sequential", "threads=2", "placement=cpus=1", "timing=operation",
        "operation_size=64", "access=read"}) {
    EXPECT_TRUE(seen.insert(fingerprint_with({set})).second) << set;
  }
}

// A run that its budget ended goes on with a larger one.
TEST(Fingerprint, does_not_know_the_budget) {
  EXPECT_EQ(fingerprint_with({"budget=5s"}), fingerprint_with({"budget=5m"}));
}

TEST(Fingerprint, does_not_know_the_campaigns_name) {
  auto plan = plan_of(kYaml);
  ASSERT_TRUE(plan);
  const std::string before = plan->fingerprint();
  plan->campaign_name = "another";
  plan->campaign_file = "elsewhere.yaml";
  EXPECT_EQ(plan->fingerprint(), before);
}

}  // namespace
}  // namespace pmembench
