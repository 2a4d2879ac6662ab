#include "results/comparison.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "injected.hpp"
#include "tests/fakes/page.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;
using testing::Not;

CellVerdict entry(const std::string& cell, Verdict verdict, double effect = 0.01) {
  CellVerdict entry;
  entry.cell = cell;
  entry.metric = "ns_per_operation";
  entry.verdict = verdict;
  entry.code = "within_effect";
  entry.reason = "because of " + cell;
  entry.effect = Estimate{effect, effect - 0.005, effect + 0.005, true};
  entry.p_value = 0.03;
  entry.mde = 0.004;
  entry.minimal_effect = 0.02;
  entry.base_ns = 112.5;
  entry.head_ns = kNan;
  entry.replicates = 20;
  entry.slices = 50;
  entry.warnings = {{"disturbed", "it was"}};
  return entry;
}

Comparison sample() {
  Comparison comparison;
  comparison.kind = "gate";
  comparison.created_utc = "2026-01-01T00:00:00Z";
  comparison.seed = "18446744073709551615";
  comparison.verdict = Verdict::regression;
  comparison.exit = 1;
  comparison.sentence = "1 of 5 cells got slower";
  comparison.base = {"v1", "0.1.0", "m", 3};
  comparison.head = {"v2", "0.1.0", "m", {}};
  comparison.environment_differences = {{"settings.governor", "performance", "powersave"}};
  comparison.base_only = {"gone"};
  comparison.head_only = {"new"};
  comparison.left_out = {{"head", "new_mean", "an aggregate"}};
  comparison.cells = {entry("fine", Verdict::pass), entry("slow", Verdict::regression, 0.05),
                      entry("vague", Verdict::inconclusive), entry("gone", Verdict::missing),
                      entry("wild", Verdict::untrusted)};
  return comparison;
}

TEST(Comparison, comes_back_from_its_document) {
  const nlohmann::json document = to_json(sample());
  EXPECT_TRUE(document["cells"][0]["head_ns"].is_null());
  EXPECT_TRUE(document["cells"][0]["control_effect"].is_null());
  EXPECT_EQ(document["cells"][1]["verdict"], "REGRESSION");
  EXPECT_EQ(document["head"]["run"], nullptr);
  const auto back = comparison_from_json(nlohmann::json::parse(document.dump()));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(to_json(*back), document);
}

TEST(Comparison, has_the_fields_of_its_contract) {
  const nlohmann::json document = to_json(sample());
  for (const char* field : {"schema",         "version",      "kind",
                            "created_utc",    "command_line", "seed",
                            "verdict",        "exit",         "sentence",
                            "base",           "head",         "environment_differences",
                            "minimal_effect", "confidence",   "expected_false_alarms",
                            "replicates",     "slices",       "base_only",
                            "head_only",      "left_out",     "cells"}) {
    EXPECT_TRUE(document.contains(field)) << field;
  }
  for (const char* field : {"cell", "metric", "verdict", "reason", "paired", "effect",
                            "control_effect", "confirmation", "p_value", "mde", "minimal_effect",
                            "base_ns", "head_ns", "replicates", "slices", "warnings"}) {
    EXPECT_TRUE(document["cells"][0].contains(field)) << field;
  }
}

TEST(Comparison, refuses_what_is_no_such_document) {
  const auto message = [](const nlohmann::json& document) {
    const auto refused = comparison_from_json(document);
    EXPECT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::usage);
    return refused.error().message;
  };
  EXPECT_THAT(message(nlohmann::json::array()), HasSubstr("this is not a comparison document"));
  EXPECT_THAT(message({{"schema", "other"}}), HasSubstr("its \"schema\" is not"));
  nlohmann::json document = to_json(sample());
  document["version"] = 2;
  EXPECT_THAT(message(document), HasSubstr("is of version 2 and this pmembench knows version 1"));
  document = to_json(sample());
  document.erase("cells");
  EXPECT_THAT(message(document), HasSubstr("this comparison document is damaged"));
  document = to_json(sample());
  document["cells"][0]["verdict"] = "FINE";
  EXPECT_THAT(message(document), HasSubstr("there is no verdict 'FINE'"));
  // Every field that is missing or of another kind is an error and no crash.
  const nlohmann::json whole = to_json(sample());
  for (const auto& [key, value] : whole.items()) {
    document = whole;
    document[key] = nlohmann::json::array({nullptr});
    EXPECT_FALSE(comparison_from_json(document)) << key;
  }
}

TEST(Markdown, says_the_verdict_first_then_what_is_flagged_and_folds_the_rest) {
  const std::string text = comparison_markdown(sample());
  EXPECT_THAT(text, testing::StartsWith("**REGRESSION**: 1 of 5 cells got slower\n"));
  const auto at = [&](const char* what) {
    const std::size_t found = text.find(what);
    EXPECT_NE(found, std::string::npos) << what;
    return found;
  };
  EXPECT_LT(at("gone: only in the base"), at("| UNTRUSTED | wild"));
  EXPECT_LT(at("| UNTRUSTED | wild"), at("| MISSING | gone"));
  EXPECT_LT(at("| MISSING | gone"), at("| REGRESSION | slow"));
  EXPECT_LT(at("| REGRESSION | slow"), at("| INCONCLUSIVE | vague"));
  EXPECT_LT(at("| INCONCLUSIVE | vague"), at("settings.governor"));
  EXPECT_LT(at("settings.governor"), at("<details><summary>1 that passed"));
  EXPECT_LT(at("<details>"), at("| PASS | fine"));
  EXPECT_THAT(text, testing::EndsWith("</details>\n"));
  EXPECT_THAT(text, HasSubstr("+5.0 % (+4.50 to +5.50 %)"));
}

TEST(Markdown, escapes_what_a_name_could_break) {
  Comparison comparison = sample();
  comparison.cells = {entry("a|b<script>\n`x`", Verdict::regression)};
  const std::string text = comparison_markdown(comparison);
  EXPECT_THAT(text, HasSubstr("a\\|b&lt;script&gt; \\`x\\`"));
  EXPECT_THAT(text, Not(HasSubstr("<script>")));
}

TEST(Markdown, says_which_claims_no_audit_proves_and_what_proves_them) {
  Comparison comparison = sample();
  comparison.cells = {entry("a", Verdict::pass), entry("b", Verdict::pass)};
  for (CellVerdict& cell : comparison.cells) {
    cell.warnings.push_back({"unaudited", "run `pmembench audit x`"});
  }
  EXPECT_THAT(comparison_markdown(comparison), HasSubstr("durable (unaudited) in 2 cells: run "));
}

TEST(Markdown, stays_below_its_limit_and_says_what_it_left_out) {
  Comparison comparison = sample();
  comparison.cells.clear();
  for (int i = 0; i < 9000; ++i) {
    comparison.cells.push_back(entry(fmt::format("cell{}|{}", i, std::string(120, 'x')),
                                     i % 2 == 0 ? Verdict::pass : Verdict::regression));
    comparison.base_only.push_back(std::string(300, 'b'));
  }
  for (int i = 0; i < 3000; ++i) {
    comparison.environment_differences.push_back({"n", std::string(200, 'e'), "h"});
  }
  for (const std::size_t limit : {std::size_t{16384}, std::size_t{100'000}, kMarkdownLimitBytes}) {
    const std::string text = comparison_markdown(comparison, limit);
    EXPECT_LE(text.size(), limit);
    EXPECT_THAT(text,
                HasSubstr(" rows are left out, for this text has a limit; the JSON document"));
    EXPECT_THAT(text, testing::EndsWith("</details>\n"));
  }
}

TEST(Junit, has_a_testcase_for_each_cell_and_metric) {
  const std::string text = comparison_junit(sample());
  EXPECT_THAT(text, HasSubstr("tests=\"5\" failures=\"1\" errors=\"2\" skipped=\"1\""));
  const std::string message = "REGRESSION: because of slow";
  EXPECT_THAT(text, HasSubstr("<failure type=\"regression\" message=\"" + message + "\">" +
                              message + "</failure>"));
  EXPECT_THAT(text, HasSubstr("<skipped message=\"INCONCLUSIVE: because of vague\">"));
  EXPECT_THAT(text, HasSubstr("<error type=\"missing\" message=\"MISSING: because of gone\">"));
  EXPECT_THAT(text, HasSubstr("<error type=\"untrusted\" message=\"UNTRUSTED: because of wild\">"));
  EXPECT_THAT(text, HasSubstr(" est=0.05 ci=0.045..0.055 "));
  EXPECT_THAT(text, HasSubstr(" P=20 "));
}

TEST(Junit, is_red_where_no_cell_says_why) {
  Comparison comparison = sample();
  comparison.verdict = Verdict::untrusted;
  comparison.sentence = "nothing was compared";
  comparison.cells.clear();
  const std::string text = comparison_junit(comparison);
  EXPECT_THAT(text, HasSubstr("tests=\"1\" failures=\"0\" errors=\"1\""));
  EXPECT_THAT(text, HasSubstr("nothing was compared</error>"));
}

TEST(Junit, escapes_and_removes_what_no_xml_takes) {
  Comparison comparison = sample();
  comparison.cells = {entry("a<&\"'>\x01\x1b[31m\xff\xed\xa0\x80 \xc3\xa9", Verdict::regression)};
  const std::string text = comparison_junit(comparison);
  EXPECT_THAT(text, HasSubstr("a&lt;&amp;&quot;&apos;&gt;  [31m???? \xc3\xa9"));
  for (const char c : text) {
    EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n') << static_cast<int>(c);
  }
}

}  // namespace
}  // namespace pmembench
