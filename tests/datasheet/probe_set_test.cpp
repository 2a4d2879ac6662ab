// From cells to samples: which cells, which slices, in which order.
#include "datasheet/probe_set.hpp"

#include <gtest/gtest.h>

#include "made_cells.hpp"

namespace pmembench {
namespace {

TEST(ProbeSet, finds_cells_by_their_parameters_and_says_why_there_are_none) {
  const ProbeSet set({even_cell("uniform", {{"chains", "4"}}, 10),
                      skipped_cell("uniform", {{"chains", "8"}}, "too little")});
  EXPECT_EQ(set.of("uniform").size(), 2U);
  EXPECT_EQ(set.of("uniform", {{"chains", "4"}}).size(), 1U);
  EXPECT_EQ(set.of("uniform", {{"nothing", "4"}}).size(), 0U);
  EXPECT_EQ(set.reason("uniform"), "too little");
  EXPECT_EQ(set.reason("uniform", {{"chains", "4"}}), "");
  EXPECT_EQ(set.reason("pairs"), "its probe is not part of what was measured");
}

TEST(ProbeSet, takes_regions_in_order_and_processes_that_measured_all) {
  std::vector<ProbeCell> cells{even_cell("uniform", {{"range_size", "8192"}}, 20),
                               even_cell("uniform", {{"range_size", "4096"}}, 10),
                               even_cell("uniform", {}, 99)};
  cells[0].replicates.erase(cells[0].replicates.begin() + 2);
  const CapacitySamples samples = dense_samples(ProbeSet(std::move(cells)));
  EXPECT_EQ(samples.region_bytes, (std::vector<double>{4096, 8192}));
  ASSERT_EQ(samples.ns.size(), 6U);
  EXPECT_EQ(samples.ns[0], (BySample{10, 20}));
  EXPECT_DOUBLE_EQ(samples.ns[2][0], 10 * 1.003);
}

TEST(ProbeSet, sets_pages_beside_as_many_lines) {
  const CapacitySamples samples = page_samples(ProbeSet(
      {even_cell("uniform", {{"range_size", "4096"}}, 10),
       even_cell("uniform", {{"range_size", "8192"}}, 12),
       even_cell("uniform", {{"range_size", "262144"}, {"spacing", "4096"}, {"line", "hashed"}},
                 11),
       even_cell("uniform", {{"range_size", "524288"}, {"spacing", "4096"}, {"line", "hashed"}},
                 32)}));
  EXPECT_EQ(samples.region_bytes, (std::vector<double>{262144, 524288}));
  ASSERT_EQ(samples.ns.size(), 7U);
  EXPECT_EQ(samples.ns[0], (BySample{11, 30}));
}

TEST(ProbeSet, gives_each_slice_to_its_turn) {
  const auto turns = [](unsigned) { return std::vector<double>{1, 2, 1, 2, 1, 2}; };
  const ProbeSet set({made_cell("pairs", {{"distance", "128"}}, turns),
                      made_cell("pairs", {{"distance", "64"}}, turns),
                      made_cell("uniform", {{"turns_with", "lines"}, {"spacing", "256"}}, turns),
                      made_cell("alternate", {}, [](unsigned) {
                        return std::vector<double>{8, 7, 6, 5, 4, 3, 2, 1, 8};
                      })});
  const std::vector<PairSlices> pairs = pair_samples(set, "load");
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_EQ(pairs[0].distance_bytes, 64U);
  EXPECT_EQ(pairs[0].near_ns, std::vector<double>(21, 1));
  EXPECT_EQ(pairs[0].far_ns, std::vector<double>(21, 2));
  EXPECT_TRUE(pair_samples(set, "store").empty());
  const std::vector<StrideRates> strides = stride_samples(set);
  ASSERT_EQ(strides.size(), 1U);
  EXPECT_EQ(strides[0].per_s.front(), 1e9);
  EXPECT_EQ(strides[0].unrestricted_per_s.front(), 5e8);
  const std::vector<TurnaroundSlices> runs = turnaround_samples(set);
  ASSERT_EQ(runs.size(), 7U);
  EXPECT_EQ(runs[0].changes[0], 1);
  EXPECT_EQ(runs[0].changes[7], 1.0 / 128);
  EXPECT_EQ(runs[0].changes[8], 1);
}

TEST(ProbeSet, takes_the_largest_range_for_the_cost_of_a_change) {
  const auto slices_of = [](double ns) {
    return [ns](unsigned) { return std::vector<double>(8, ns); };
  };
  const ProbeSet set({made_cell("alternate", {}, slices_of(1)),
                      made_cell("alternate", {{"range_size", "1048576"}}, slices_of(2)),
                      skipped_cell("alternate", {{"range_size", "2097152"}}, "too little")});
  const std::vector<TurnaroundSlices> runs = turnaround_samples(set);
  ASSERT_EQ(runs.size(), 7U);
  EXPECT_EQ(runs[0].ns.front(), 2);
}

TEST(ProbeSet, counts_chains_of_one_thread_over_all_of_the_medium) {
  ProbeCell of_two = even_cell("uniform", {{"chains", "4"}}, 3);
  of_two.row.threads = 2;
  const std::vector<ChainRates> rates = chain_samples(
      ProbeSet({even_cell("uniform", {{"chains", "2"}}, 5), even_cell("uniform", {}, 10), of_two,
                even_cell("uniform", {{"range_size", "4096"}}, 1)}));
  ASSERT_EQ(rates.size(), 2U);
  EXPECT_EQ(rates[0].chains, 1U);
  EXPECT_EQ(rates[1].per_s.front(), 2e8);
}

TEST(ProbeSet, keeps_the_order_of_slots_and_fills_those_in_which_nothing_ended) {
  ProbeCell cell = even_cell("reload", {}, 100);
  cell.replicates.resize(1);
  SlotDetails slots;
  slots.slot_ns = 1000;
  slots.max_ns = {5, std::nan(""), 7, 1};
  cell.replicates[0].details.slots = slots;
  const std::vector<StallSeries> series = stall_samples(ProbeSet({cell}), "reload");
  ASSERT_EQ(series.size(), 1U);
  EXPECT_EQ(series[0].ns, (std::vector<double>{5, 5, 7}));
  EXPECT_EQ(series[0].slot_ns, 1000);
}

TEST(ProbeSet, makes_pairs_of_banks_from_what_was_timed) {
  ProbeCell cell = even_cell("reload", {{"lines", "pair"}}, 400);
  EXPECT_TRUE(bank_samples(ProbeSet({cell})).empty());
  SlotDetails slots;
  slots.slot_ns = 10'000;
  slots.n = {1, 0, 1, 2, 1};
  slots.max_ns = {12'800, std::nan(""), 15'360, 12'800, 12'800};
  cell.replicates[0].details.slots = slots;
  EXPECT_EQ(bank_samples(ProbeSet({cell})), (ByProcess{{100, 120}}));
  EXPECT_TRUE(stall_samples(ProbeSet({cell}), "reload").empty()) << "these are not of one line";
}

TEST(ProbeSet, shows_the_noise_of_slices_and_of_processes) {
  const ShownNoise none = shown_noise(ProbeSet({}));
  EXPECT_TRUE(none.residuals.empty());
  EXPECT_EQ(none.slice(), 0);
  const ShownNoise noise =
      shown_noise(ProbeSet({made_cell("uniform", {{"range_size", "4096"}}, [](unsigned process) {
        const double own = 10 * (1 + 0.1 * process);
        return std::vector<double>{own, own, own * 1.5};
      })}));
  EXPECT_EQ(noise.residuals.size(), 21U);
  EXPECT_NEAR(noise.slice(), std::log(1.5) / std::sqrt(3.0), 1e-9);
  EXPECT_GT(noise.process, 0.05);
}

TEST(ProbeSet, pairs_medians_of_the_same_process) {
  ProbeCell with = even_cell("durability", {}, 20);
  with.replicates.erase(with.replicates.begin());
  const ProbeCell without = even_cell("durability", {}, 10);
  const CellMedians medians = paired_medians(&with, &without);
  EXPECT_EQ(medians.with.size(), 6U);
  EXPECT_DOUBLE_EQ(medians.without.front(), 10.01);
  EXPECT_TRUE(paired_medians(nullptr, &without).with.empty());
}

TEST(ProbeSet, takes_stores_for_the_write_buffer) {
  EXPECT_EQ(store_samples(
                ProbeSet({even_cell(
                    "random",
                    {{"access", "write"}, {"durability", "batch"}, {"range_size", "4096"}}, 3)}))
                .region_bytes.size(),
            1U);
}

}  // namespace
}  // namespace pmembench
