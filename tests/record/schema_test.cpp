// docs/schemas has what the generator makes of the types; print it again with
//   build/dev/tests/test_record --gtest_filter='RecordSchemas.*' with PMEMBENCH_WRITE_SCHEMAS=1
#include "record/schema.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "full_row.hpp"
#include "record/codec.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

std::filesystem::path shipped(const std::string& name) {
  return std::filesystem::path(PMEMBENCH_TEST_SOURCE_DIR) / "../docs/schemas" /
         (name + ".schema.json");
}

json schema_named(const std::string& name) {
  for (const RecordSchema& schema : record_schemas()) {
    if (schema.name == name) return json::parse(schema.text);
  }
  ADD_FAILURE() << "there is no schema " << name;
  return {};
}

TEST(RecordSchemas, are_those_that_ship) {
  for (const RecordSchema& schema : record_schemas()) {
    if (std::getenv("PMEMBENCH_WRITE_SCHEMAS") != nullptr) {
      std::ofstream(shipped(schema.name)) << schema.text;
    }
    std::ifstream file(shipped(schema.name));
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(text, schema.text) << shipped(schema.name)
                                 << " differs: write it again with PMEMBENCH_WRITE_SCHEMAS=1";
  }
}

TEST(RecordSchemas, have_every_key_of_a_row) {
  const json schema = schema_named("row");
  const json row = to_json(record_sample::full_row());
  for (const auto& [key, value] : row.items()) {
    EXPECT_TRUE(schema["properties"].contains(key)) << key;
  }
  EXPECT_EQ(schema["properties"].size(), row.size());
  EXPECT_THAT(schema["required"], testing::Not(testing::Contains("service_ns")))
      << "it is written of an open loop only";
  EXPECT_THAT(schema["required"], testing::Contains("capabilities"));
  EXPECT_EQ(schema["additionalProperties"], false);
}

TEST(RecordSchemas, have_a_type_for_each_kind_of_member) {
  const json properties = schema_named("row")["properties"];
  EXPECT_EQ(properties["cell"]["type"], "string");
  EXPECT_EQ(properties["converged"]["type"], "boolean");
  EXPECT_EQ(properties["operations"]["minimum"], 0);
  EXPECT_EQ(properties["floor_ns"]["type"], json({"number", "null"}));
  EXPECT_EQ(properties["floor_ns"]["description"],
            "what the harness or the clock alone costs (in ns)");
  EXPECT_EQ(properties["ns_per_operation"]["anyOf"][0]["$ref"], "#/$defs/estimate");
  EXPECT_EQ(properties["warnings"]["items"]["$ref"], "#/$defs/warning");
  EXPECT_EQ(properties["figures"]["additionalProperties"]["type"], json({"number", "null"}));
  const json medium = schema_named("medium");
  EXPECT_EQ(medium["properties"]["probe"]["items"]["$ref"], "#/$defs/medium") << "it is recursive";
  EXPECT_EQ(medium["properties"]["node_share"]["propertyNames"]["pattern"], "^-?[0-9]+$");
  const json loaded = schema_named("details")["properties"]["loaded"]["anyOf"][0];
  EXPECT_TRUE(loaded["properties"].contains("dropped_slices")) << "members at this level";
  EXPECT_THAT(loaded["required"], testing::Not(testing::Contains("dropped_slices")));
}

}  // namespace
}  // namespace pmembench
