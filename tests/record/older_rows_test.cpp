#include "record/older_rows.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "full_row.hpp"
#include "record/codec.hpp"

namespace pmembench {
namespace {

// As version 2 of the results file has it.
Row older(const std::string& backend) {
  Row row = record_sample::full_row();
  row.backend = backend;
  nlohmann::json value = to_json(row);
  value.erase("capabilities");
  value["numa"].erase("rated_by");
  return *row_from_json(value);
}

TEST(OlderRows, have_what_their_backend_declared_then) {
  EXPECT_FALSE(older("null").did_work());
  EXPECT_TRUE(older("movnt").did_work());
  EXPECT_EQ(older("movnt").capabilities, (BackendCapabilities{true, false, 1}));
  EXPECT_EQ(older("libpmem2").capabilities.nontemporal_from_bytes, 1U);
  EXPECT_TRUE(older("clwb").capabilities.needs_flush);
  EXPECT_TRUE(older("devdax").capabilities.needs_flush);
  EXPECT_EQ(older("block").capabilities, BackendCapabilities{});
  EXPECT_EQ(older("a_plugin").capabilities, BackendCapabilities{});
}

TEST(OlderRows, were_rated_by_the_HMAT) {
  EXPECT_EQ(older("movnt").numa->rated_by, "HMAT");
  Row unrated = record_sample::full_row();
  unrated.numa->rated.reset();
  unrated.numa->rated_by.reset();
  complete_older_rating(unrated);
  EXPECT_FALSE(unrated.numa->rated_by);
}

TEST(OlderRows, do_not_override_what_a_row_records) {
  Row row = record_sample::full_row();
  row.backend = "null";  // a plugin may bear any name
  EXPECT_EQ(row_from_json(to_json(row))->capabilities, row.capabilities);
  EXPECT_EQ(row_from_json(to_json(row))->numa->rated_by, "hwloc");
}

}  // namespace
}  // namespace pmembench
