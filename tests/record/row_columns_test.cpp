// CSV, SQL and JSON have every field of a row: a field that one of them lacks fails here.
#include "record/row_columns.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "full_row.hpp"
#include "record/codec.hpp"

namespace pmembench {
namespace {

using nlohmann::json;
using record_sample::full_row;

std::set<std::string> csv_names() {
  std::set<std::string> names;
  for (const CsvColumn& column : csv_columns(Row{})) names.insert(column.name);
  return names;
}

std::map<std::string, SqlColumn> sql_by_name() {
  std::map<std::string, SqlColumn> columns;
  for (const SqlColumn& column : sql_columns()) columns.emplace(column.name, column);
  return columns;
}

// Does not compile if Row has more or fewer members. Then: add the member to describe(Row) in
// record/members.hpp, to full_row.hpp, and a name here.
TEST(RowFields, are_all_members_of_a_row) {
  const auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
               m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34] =
      full_row();
  const std::set<const void*> members{&m1,  &m2,  &m3,  &m4,  &m5,  &m6,  &m7,  &m8,  &m9,
                                      &m10, &m11, &m12, &m13, &m14, &m15, &m16, &m17, &m18,
                                      &m19, &m20, &m21, &m22, &m23, &m24, &m25, &m26, &m27,
                                      &m28, &m29, &m30, &m31, &m32, &m33, &m34};
  EXPECT_EQ(row_fields().size(), members.size());
}

TEST(RowFields, have_a_meaning_and_are_the_keys_of_the_json) {
  const json full = to_json(full_row());
  const json empty = to_json(Row{});
  std::set<std::string> names;
  for (const RowField& field : row_fields()) {
    EXPECT_TRUE(names.insert(field.name).second) << field.name << " is listed twice";
    EXPECT_NE(field.doc, "") << field.name;
    ASSERT_TRUE(full.contains(field.name)) << field.name;
    if (!empty.contains(field.name)) continue;
    EXPECT_NE(full[field.name], empty[field.name]) << full_row().cell << " lacks " << field.name;
  }
  EXPECT_EQ(full.size(), names.size());
}

TEST(CsvColumns, are_those_that_readers_know_in_their_order) {
  std::string header = "run";
  for (const CsvColumn& column : csv_columns(Row{})) header += "," + column.name;
  EXPECT_EQ(header,
            "run,cell,media,backend,path,workload,parameters,threads,placement_asked,"
            "placement_verified,status,reason,claim,operations,bytes,operations_per_s,"
            "operations_per_s_low,operations_per_s_high,bytes_per_s,bytes_per_s_low,"
            "bytes_per_s_high,ns_per_operation,ns_per_operation_low,ns_per_operation_high,"
            "latency_mode,latency_n,latency_ns_mean,latency_ns_min,latency_ns_max,latency_ns_p50,"
            "latency_ns_p90,latency_ns_p99,latency_ns_p99.9,latency_ns_p99.99,floor_ns,replicates,"
            "slices,converged,disturbed_share,amplification_bytes_asked,amplification_bytes_stored,"
            "amplification_lines_flushed,amplification_fences,warnings,seed,host,source");
}

TEST(CsvColumns, have_the_values_of_the_row) {
  std::map<std::string, std::string> text;
  for (const CsvColumn& column : csv_columns(full_row())) text[column.name] = column.text;
  EXPECT_EQ(text["parameters"], "access=write;operation_size=64");
  EXPECT_EQ(text["placement_verified"], "cpus 0,1; node 0: 100 %");
  EXPECT_EQ(text["bytes_per_s"], "640000000");
  EXPECT_EQ(text["ns_per_operation_low"], "75");
  EXPECT_EQ(text["latency_n"], "100000");
  EXPECT_EQ(text["latency_ns_p99.9"], "400");
  EXPECT_EQ(text["latency_ns_p90"], "") << "n does not support it";
  EXPECT_EQ(text["converged"], "true");
  EXPECT_EQ(text["amplification_fences"], "0.5");
  EXPECT_EQ(text["amplification_lines_flushed"], "") << "not counted";
  EXPECT_EQ(text["warnings"], "steal;of_a_later_version");
  EXPECT_EQ(text["seed"], "18364758544493064720");
  std::vector<CsvColumn> empty = csv_columns(Row{});
  EXPECT_EQ(empty.size(), text.size()) << "every row has the same columns";
}

// JSON alone has them: they are nested, or their keys differ from row to row.
const std::set<std::string> kJsonOnly{"service_ns",   "figures", "numa",   "medium",
                                      "capabilities", "kernel",  "cluster"};

TEST(CsvColumns, cover_every_field) {
  const std::set<std::string> names = csv_names();
  for (const RowField& field : row_fields()) {
    const auto first = names.lower_bound(field.name);
    const bool found =
        first != names.end() && (*first == field.name || first->starts_with(field.name + "_"));
    EXPECT_NE(found, kJsonOnly.contains(field.name)) << field.name;
  }
}

// Numbers, texts and estimates have columns; `seed` needs more than SQLite's 63 bits.
TEST(SqlColumns, cover_every_scalar_field) {
  const std::map<std::string, SqlColumn> columns = sql_by_name();
  const json full = to_json(full_row());
  for (const RowField& field : row_fields()) {
    const json& value = full[field.name];
    const bool estimate = value.is_object() && value.contains("has_interval");
    if (!value.is_primitive() && !estimate) continue;
    const bool found = columns.contains(field.name);
    // What only some rows have is in the JSON.
    EXPECT_EQ(found, field.name != "seed" && field.name != "source" && field.name != "host")
        << field.name;
    if (!found) continue;
    const std::string type = columns.at(field.name).type;
    const char* expected = value.is_string() ? "TEXT" : "REAL";
    if (value.is_number_integer() || value.is_boolean()) expected = "INTEGER";
    EXPECT_EQ(type, expected) << field.name;
    EXPECT_EQ(columns.contains(field.name + "_low"), estimate) << field.name;
    EXPECT_EQ(columns.contains(field.name + "_high"), estimate) << field.name;
  }
  EXPECT_EQ(sql_columns().size(), columns.size()) << "a column has its name alone";
}

TEST(SqlColumns, have_paths_that_lead_to_values) {
  const json full = to_json(full_row());
  for (const SqlColumn& column : sql_columns()) {
    std::string pointer = column.path;
    ASSERT_TRUE(pointer.starts_with("$.")) << pointer;
    pointer.erase(0, 1);
    for (char& c : pointer) c = c == '.' ? '/' : c;
    const json::json_pointer path(pointer);
    ASSERT_TRUE(full.contains(path)) << column.name << " at " << column.path;
    EXPECT_TRUE(full.at(path).is_primitive() && !full.at(path).is_null()) << column.name;
  }
}

}  // namespace
}  // namespace pmembench
