#include "cli/curve_table.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pmembench {
namespace {

using nlohmann::json;

json estimate(double value) {
  return {
      {"estimate", value}, {"low", 0.98 * value}, {"high", 1.02 * value}, {"has_interval", true}};
}

json point(double share, double latency_ns, double bytes_per_s) {
  return {{"load_share", share},
          {"status", "ok"},
          {"reason", ""},
          {"bandwidth", bytes_per_s > 0 ? estimate(bytes_per_s) : json(nullptr)},
          {"latency", estimate(latency_ns)},
          {"latency_ns", {{"p50", latency_ns}, {"p99", 2 * latency_ns}}},
          {"percentiles", {{"p99", estimate(3 * latency_ns)}}},
          {"replicates", 6},
          {"converged", share != 50},
          {"warnings", share == 50 ? json{{{"type", "not_steady"}}} : json::array()}};
}

json document() {
  json curve = {{"title", "dram:1M movnt, 100 % reads, sequential"},
                {"points", {point(0, 90, 0), point(50, 100, 5e9), point(100, 270, 1e10)}},
                {"processes", 6},
                {"unloaded_latency_ns", estimate(90)},
                {"maximum_bytes_per_s", estimate(1e10)},
                {"knee", {{"bandwidth", estimate(5e9)}, {"latency_ns", estimate(100)}}},
                {"at_twice_unloaded", estimate(7e9)},
                {"at_twice_unloaded_in_processes", 6},
                {"reasons", json::array()}};
  return {{"curves", {curve}}, {"interference", json::array()}};
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(CurveTable, shows_points_and_findings) {
  const std::string text = curves_text(document());
  EXPECT_TRUE(has(text, "dram:1M movnt, 100 % reads, sequential"));
  EXPECT_TRUE(has(text, "unloaded latency 90 ns ±2.0%; maximum bandwidth 9.31 GiB/s ±2.0%"))
      << text;
  EXPECT_TRUE(has(text, "knee at 4.66 GiB/s ±2.0%, 100 ns ±2.0%")) << text;
  EXPECT_TRUE(has(text, "bandwidth at twice the unloaded latency 6.52 GiB/s ±2.0%"));
  EXPECT_TRUE(has(text, "none"));          // the bandwidth without load
  EXPECT_TRUE(has(text, "n/a"));           // p99.9, which n does not support
  EXPECT_TRUE(has(text, "300 ns ±2.0%"));  // p99 over the processes
  EXPECT_TRUE(has(text, "cs"));            // marks of the point in the middle
  EXPECT_FALSE(has(text, "not saturated"));
}

TEST(CurveTable, says_that_the_first_process_found_another_maximum) {
  json both = document();
  for (const double shares_of : {1e10, 0.85e10, 1.2e10}) {
    both["curves"][0]["shares_are_of_bytes_per_s"] = shares_of;
    EXPECT_FALSE(has(curves_text(both), "shares are of")) << shares_of;
  }
  for (const double shares_of : {0.44e10, 1.4e10}) {
    both["curves"][0]["shares_are_of_bytes_per_s"] = shares_of;
    EXPECT_TRUE(has(curves_text(both),
                    "the maximum that the first process found; over all "
                    "processes it is 9.31 GiB/s"))
        << curves_text(both);
  }
}

TEST(CurveTable, says_what_was_not_reached) {
  json flat = document();
  json& curve = flat["curves"][0];
  curve["knee"] = nullptr;
  curve["at_twice_unloaded"] = nullptr;
  curve["at_twice_unloaded_in_processes"] = 2;
  curve["reasons"] = {"latency at full load is low"};
  const std::string text = curves_text(flat);
  EXPECT_TRUE(has(text, "no knee: latency does not rise enough"));
  EXPECT_TRUE(has(text, "twice the unloaded latency: reached in 2 of 6 processes"));
  EXPECT_TRUE(has(text, "not saturated: latency at full load is low"));
}

TEST(CurveTable, says_that_a_curve_is_not_whole) {
  json none = document();
  none["curves"][0]["processes"] = 0;
  none["curves"][0]["points"][1]["status"] = "error";
  none["curves"][0]["points"][1]["reason"] = "wrong byte";
  const std::string text = curves_text(none);
  EXPECT_TRUE(has(text, "no process measured the whole curve: give a larger --budget"));
  EXPECT_TRUE(has(text, "50 %: wrong byte"));
}

TEST(CurveTable, shows_a_matrix_of_interference) {
  json apart = document();
  for (const char* load : {"dram:1M", "file:x"}) {
    apart["interference"].push_back({{"probe", "dram:1M"},
                                     {"load", load},
                                     {"backend", "movnt"},
                                     {"read_share", 100},
                                     {"idle_ns", estimate(90)},
                                     {"loaded_ns", estimate(180)},
                                     {"load_bytes_per_s", estimate(1e10)}});
  }
  const std::string text = curves_text(apart);
  EXPECT_TRUE(has(text, "probe \\ load"));
  EXPECT_TRUE(has(text, "90 ns -> 180 ns at 9.31 GiB/s")) << text;
  EXPECT_TRUE(has(text, "file:x"));
}

}  // namespace
}  // namespace pmembench
