#include "results/make_row.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "sample.hpp"

namespace pmembench {
namespace {

using sample::replicate;
using sample::row_of;
using testing::HasSubstr;

TEST(MakeRow, carries_what_the_cell_is) {
  const Row row = row_of(sample::cell(), sample::replicates());
  EXPECT_EQ(row.cell, "dram:1M/movnt/direct/random/t1");
  EXPECT_EQ(row.media, "dram:1M");
  EXPECT_EQ(row.backend, "movnt");
  EXPECT_EQ(row.path, "direct");
  EXPECT_EQ(row.workload, "random");
  EXPECT_EQ(row.parameters, sample::cell().parameters);
  EXPECT_EQ(row.threads, 2U);
  EXPECT_EQ(row.placement.asked, "near");
  EXPECT_EQ(row.placement.verified, "cpus 0,1; node 0: 100 %");
  EXPECT_EQ(row.status, "ok");
  EXPECT_EQ(row.reason, "");
  EXPECT_EQ(row.seed, sample::cell().seed);
  ASSERT_TRUE(row.medium);
  EXPECT_EQ(row.medium->page_bytes, 4096U);
  EXPECT_EQ(row.capabilities, sample::cell().capabilities);
}

TEST(MakeRow, estimates_the_time_on_the_logarithm) {
  std::vector<double> logarithms;
  for (const Replicate& one : sample::replicates()) {
    logarithms.push_back(std::log(one.median_ns_per_operation));
  }
  const Estimate expected = hodges_lehmann(logarithms);
  const Row row = row_of(sample::cell(), sample::replicates());
  ASSERT_TRUE(row.ns_per_operation);
  EXPECT_DOUBLE_EQ(row.ns_per_operation->estimate, std::exp(expected.estimate));
  EXPECT_DOUBLE_EQ(row.ns_per_operation->low, std::exp(expected.low));
  EXPECT_DOUBLE_EQ(row.ns_per_operation->high, std::exp(expected.high));
  EXPECT_TRUE(row.ns_per_operation->has_interval);
  EXPECT_TRUE(row.converged);
}

TEST(MakeRow, gives_rates_as_the_inverse_with_their_bounds_exchanged) {
  const Row row = row_of(sample::cell(), sample::replicates());
  ASSERT_TRUE(row.operations_per_s);
  EXPECT_DOUBLE_EQ(row.operations_per_s->estimate, 1e9 / row.ns_per_operation->estimate);
  EXPECT_DOUBLE_EQ(row.operations_per_s->low, 1e9 / row.ns_per_operation->high);
  EXPECT_DOUBLE_EQ(row.operations_per_s->high, 1e9 / row.ns_per_operation->low);
  ASSERT_TRUE(row.bytes_per_s);
  EXPECT_DOUBLE_EQ(row.bytes_per_s->estimate, 64 * row.operations_per_s->estimate);
  EXPECT_DOUBLE_EQ(row.bytes_per_s->low, 64 * row.operations_per_s->low);
  EXPECT_LT(row.bytes_per_s->low, row.bytes_per_s->high);
}

TEST(MakeRow, honours_the_confidence_and_precision_asked_for) {
  std::vector<Replicate> wide;
  for (unsigned i = 0; i < 10; ++i) wide.push_back(replicate(i, 90 + 2.0 * i));
  const Row strict = make_row(sample::cell(), wide, "", {0.95, 0.02, std::nullopt});
  const Row loose = make_row(sample::cell(), wide, "", {0.95, 0.10, std::nullopt});
  const Row bold = make_row(sample::cell(), wide, "", {0.50, 0.02, std::nullopt});
  EXPECT_FALSE(strict.converged);
  EXPECT_TRUE(loose.converged);
  EXPECT_LT(bold.ns_per_operation->high - bold.ns_per_operation->low,
            strict.ns_per_operation->high - strict.ns_per_operation->low);
}

TEST(MakeRow, has_no_interval_and_has_not_converged_below_six_replicates) {
  const Row row = row_of(sample::cell(), std::vector<Replicate>(5, replicate(0, 100)));
  EXPECT_EQ(row.status, "ok");
  EXPECT_FALSE(row.ns_per_operation->has_interval);
  EXPECT_FALSE(row.operations_per_s->has_interval);
  EXPECT_FALSE(row.converged);
}

TEST(MakeRow, adds_the_work_of_all_replicates) {
  const Row row = row_of(sample::cell(), sample::replicates());
  EXPECT_EQ(row.operations, 30000U);
  EXPECT_EQ(row.bytes, 30000U * 64);
  EXPECT_EQ(row.replicates, 10U);
  EXPECT_EQ(row.slices, 30U);
  EXPECT_EQ(row.disturbed_share, 0);
}

TEST(MakeRow, takes_the_disturbed_share_of_all_slices_that_were_run) {
  Replicate disturbed = replicate(0, 100);
  disturbed.slice_disturbed = {false, true, false};
  disturbed.disturbed = 6;  // five thrown away, one kept: eight slices were run
  const Row row = row_of(sample::cell(), {disturbed});
  EXPECT_DOUBLE_EQ(row.disturbed_share, 6.0 / 8);
}

TEST(MakeRow, counts_amplification_per_operation_from_the_devices_counters) {
  const Row row = row_of(sample::cell(), sample::replicates());
  const double asked = static_cast<double>(row.bytes) / static_cast<double>(row.operations);
  EXPECT_THAT(
      row.amplification,
      testing::ElementsAre(testing::Pair("bytes_asked", asked), testing::Pair("bytes_loaded", 32.0),
                           testing::Pair("bytes_stored", 96.0), testing::Pair("fences", 0.5),
                           testing::Pair("lines_flushed", 2.0)));
}

TEST(MakeRow, counts_the_bytes_that_were_to_be_stored) {
  const Row reads = row_of(sample::cell(), sample::replicates());
  EXPECT_FALSE(reads.amplification.contains("bytes_to_store"));
  const Row writes = row_of(sample::durable_cell(), sample::replicates());
  EXPECT_EQ(writes.amplification.at("bytes_to_store"), writes.amplification.at("bytes_asked"));
  Replicate mixed = replicate(0, 100);
  mixed.details.figures = {{"written_share", 0.25}};
  const Row both = row_of(sample::durable_cell(), {mixed});
  EXPECT_DOUBLE_EQ(both.amplification.at("bytes_to_store"),
                   0.25 * both.amplification.at("bytes_asked"));
}

TEST(MakeRow, takes_failed_operations_for_no_throughput) {
  Replicate part = replicate(0, 100);
  part.details.counters = {{"operations", 1000}, {"failed_operations", 250}};
  Row row = row_of(sample::durable_cell(), {part});
  EXPECT_EQ(row.status, "ok");
  EXPECT_DOUBLE_EQ(row.operations_per_s->estimate, 0.75 * 1e9 / row.ns_per_operation->estimate);
  ASSERT_TRUE(std::any_of(row.warnings.begin(), row.warnings.end(), [](const Warning& warning) {
    return warning.type == "failed_operations" &&
           warning.sentence.find("25 % of the operations met a bad block") == 0;
  }));
  part.details.counters["failed_operations"] = 1000;
  row = row_of(sample::durable_cell(), {part});
  EXPECT_EQ(row.status, "error");
  EXPECT_FALSE(row.operations_per_s);
  EXPECT_THAT(row.reason, testing::HasSubstr("operations failed, so there is no time"));
}

TEST(MakeRow, says_that_no_slot_was_measured) {
  Cell cell = sample::timed_cell();
  cell.slots_ns = 10'000'000;
  Replicate empty = replicate(0, 100);
  empty.details.slots.emplace().slot_ns = 1e7;
  const auto warns = [&](const Replicate& one) {
    const Row row = row_of(cell, {one});
    return std::any_of(row.warnings.begin(), row.warnings.end(),
                       [](const Warning& warning) { return warning.type == "no_slots"; });
  };
  EXPECT_TRUE(warns(empty));
  empty.details.slots->n = {0, 3};
  EXPECT_FALSE(warns(empty));
}

TEST(MakeRow, passes_on_what_the_layers_above_the_device_count) {
  Replicate block = replicate(0, 100);
  block.details.counters = {{"operations", 10}, {"bytes_copied_from", 0}, {"blocks_erased", 5}};
  const Row row = row_of(sample::cell(), {block});
  EXPECT_EQ(row.amplification.at("blocks_erased"), 0.5);
  EXPECT_FALSE(row.amplification.contains("bytes_stored"));
}

TEST(MakeRow, counts_no_bytes_where_loads_and_stores_pass_no_counter) {
  Replicate mapped = replicate(0, 100);
  mapped.details.counters = {{"operations", 10}, {"lines_flushed", 20}, {"drains", 10}};
  EXPECT_THAT(
      row_of(sample::cell(), {mapped}).amplification,
      testing::ElementsAre(testing::Pair("bytes_asked", testing::_), testing::Pair("fences", 1.0),
                           testing::Pair("lines_flushed", 2)));
  mapped.details.counters.clear();
  EXPECT_TRUE(row_of(sample::cell(), {mapped}).amplification.empty());
}

TEST(MakeRow, has_the_mean_of_what_the_workload_found_out) {
  Replicate first = replicate(0, 100), second = replicate(1, 100);
  first.details.figures = {{"huge_mappable_share", 0.5}, {"rounds", 4}, {"unknown", std::nan("")}};
  second.details.figures = {{"huge_mappable_share", 1.0}};
  EXPECT_THAT(row_of(sample::cell(), {first, second}).figures,
              testing::ElementsAre(testing::Pair("huge_mappable_share", 0.75),
                                   testing::Pair("rounds", 4.0)));
  EXPECT_TRUE(row_of(sample::cell(), sample::replicates()).figures.empty());
}

TEST(MakeRow, of_null_moves_no_bytes_and_claims_nothing) {
  const Cell cell = sample::null_cell(sample::durable_cell());
  std::vector<Replicate> replicates = sample::replicates();
  for (Replicate& one : replicates) one.medium.claim = "durable";
  const Row row = row_of(cell, replicates);
  EXPECT_EQ(row.status, "ok");
  EXPECT_EQ(row.bytes, 0U);
  EXPECT_FALSE(row.bytes_per_s);
  EXPECT_TRUE(row.operations_per_s);
  EXPECT_EQ(row.claim, "volatile");
  EXPECT_TRUE(row.amplification.empty());
}

// Of replicates whose media claim this.
std::string claim_with(const Cell& cell, const std::vector<std::string>& claims) {
  std::vector<Replicate> replicates;
  for (const std::string& claim : claims) {
    replicates.push_back(replicate(static_cast<unsigned>(replicates.size()), 100));
    replicates.back().medium.claim = claim;
  }
  return row_of(cell, replicates).claim;
}

TEST(Claim, is_the_mediums_where_the_workload_writes_durably) {
  const Cell cell = sample::durable_cell();
  EXPECT_EQ(claim_with(cell, {"durable"}), "durable");
  EXPECT_EQ(claim_with(cell, {"emulated"}), "emulated");
  EXPECT_EQ(claim_with(cell, {"volatile"}), "volatile");
}

TEST(Claim, is_that_of_the_weakest_replicate) {
  const Cell cell = sample::durable_cell();
  EXPECT_EQ(claim_with(cell, {"durable", "emulated"}), "emulated");
  EXPECT_EQ(claim_with(cell, {"emulated", "durable"}), "emulated");
  EXPECT_EQ(claim_with(cell, {"durable", "volatile"}), "volatile");
  EXPECT_EQ(claim_with(cell, {"durable", kUnauditedClaim}), kUnauditedClaim);
  EXPECT_EQ(claim_with(cell, {kUnauditedClaim, "durable"}), kUnauditedClaim);
  EXPECT_EQ(claim_with(cell, {kUnauditedClaim, "emulated"}), "emulated");
  EXPECT_EQ(claim_with(cell, {"emulated", kUnauditedClaim}), "emulated");
  EXPECT_EQ(claim_with(cell, {"durable", ""}), "volatile");
}

TEST(Claim, of_groups_is_that_of_the_weaker_medium) {
  Cell cell = sample::durable_cell();
  Replicate one = replicate(0, 100);
  one.medium.claim = "durable";
  one.medium.probe.emplace_back().claim = "emulated";
  EXPECT_EQ(row_of(cell, {one}).claim, "durable") << "a probe writes nothing that is kept";
  cell.workload = "groups";
  cell.parameters = {{"groups", "1*random:access=write,durability=each"}};
  EXPECT_EQ(row_of(cell, {one}).claim, "emulated");
}

TEST(Claim, is_volatile_where_nothing_says_more) {
  const std::string durable = "durable";
  EXPECT_EQ(claim_with(sample::cell(), {durable}), "volatile");  // reads
  Cell cell = sample::durable_cell();
  cell.durable = false;
  EXPECT_EQ(claim_with(cell, {durable}), "volatile");
  for (const char* claim : {"", "eternal"}) {
    EXPECT_EQ(claim_with(sample::durable_cell(), {claim}), "volatile") << claim;
  }
}

TEST(MakeRow, of_a_cell_without_replicates_is_skipped_with_the_reason) {
  Cell cell = sample::cell();
  cell.skip_reason = "this CPU has no clwb";
  const Row row = row_of(cell, {});
  EXPECT_EQ(row.status, "skipped");
  EXPECT_EQ(row.reason, "this CPU has no clwb");
  EXPECT_FALSE(row.ns_per_operation);
  EXPECT_FALSE(row.operations_per_s);
  EXPECT_EQ(row.claim, "volatile");
}

TEST(MakeRow, of_a_cell_that_the_budget_left_out_says_so) {
  const Row row = row_of(sample::cell(), {});
  EXPECT_EQ(row.status, "unmeasured");
  EXPECT_EQ(
      row.reason,
      "not measured: the run ended before this cell's turn; resume it with --resume or give it "
      "a larger --budget");
}

TEST(MakeRow, of_an_error_has_the_reason_and_no_numbers) {
  const Row row = make_row(sample::timed_cell(), sample::replicates(), "the worker died", {});
  EXPECT_EQ(row.status, "error");
  EXPECT_EQ(row.reason, "the worker died");
  EXPECT_FALSE(row.ns_per_operation);
  EXPECT_FALSE(row.operations_per_s);
  EXPECT_FALSE(row.bytes_per_s);
  EXPECT_FALSE(row.latency_ns);
  EXPECT_EQ(row.operations, 0U);
  EXPECT_EQ(row.bytes, 0U);
  EXPECT_FALSE(row.converged);
}

TEST(MakeRow, is_an_error_where_a_replicate_did_no_work) {
  std::vector<Replicate> replicates = sample::replicates();
  replicates[3].operations = 0;
  EXPECT_EQ(row_of(sample::cell(), replicates).status, "error");
  EXPECT_EQ(
      row_of(sample::cell(), replicates).reason,
      "replicate 3 did no work that can be reported (0 operations, median 99.8 ns): this is a "
      "defect of the workload or of its path; check the backend with `pmembench check`");
  for (const double median : {0.0, -1.0, std::nan("")}) {
    replicates = sample::replicates();
    replicates[0].median_ns_per_operation = median;
    EXPECT_EQ(row_of(sample::cell(), replicates).status, "error") << median;
  }
}

}  // namespace
}  // namespace pmembench
