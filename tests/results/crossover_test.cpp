#include "results/crossover.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "results/make_row.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

using TimeOf = std::function<double(double bytes, unsigned process)>;

struct Measured {
  std::vector<Row> rows;
  FiguresByCell replicates;

  void add(const std::string& backend, const TimeOf& ns, unsigned processes = 8,
           bool durable = true) {
    for (const unsigned bytes : {64U, 256U, 1024U, 4096U}) {
      Cell cell = sample::served_by(backend, sample::durable_cell());
      cell.name = backend + std::to_string(bytes);
      cell.parameters["operation_size"] = std::to_string(bytes);
      cell.durable = durable;
      std::vector<Replicate> all;
      for (unsigned i = 0; i < processes; ++i) all.push_back(sample::replicate(i, ns(bytes, i)));
      rows.push_back(make_row(cell, all, "", RowContext{}));
      replicates[cell.name] = figures_of(all);
    }
  }
  std::vector<Crossover> crossovers() const { return crossovers_of(rows, replicates); }
};

// Non-temporal stores cost more at first and less a byte: equal where 100 + b = 2 b.
double stream_ns(double bytes, unsigned process) { return (300 + bytes) * (1 + 0.1 * process); }

TEST(Crossover, lies_where_the_curves_meet) {
  Measured run;
  run.add("movnt", stream_ns);
  // ln of the ratio is linear in ln of the size: the interpolation is exact.
  run.add("clwb", [](double bytes, unsigned process) {
    return stream_ns(bytes, process) * std::pow(bytes / 600, 0.3);
  });
  const auto all = run.crossovers();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].cached, "clwb");
  EXPECT_EQ(all[0].nontemporal, "movnt");
  EXPECT_NEAR(all[0].bytes, 600, 1e-6);
  EXPECT_TRUE(all[0].has_interval);
  EXPECT_NEAR(all[0].low, 600, 1e-6);
  EXPECT_NEAR(all[0].high, 600, 1e-6);
  EXPECT_EQ(all[0].smallest_bytes, 64);
  EXPECT_EQ(all[0].largest_bytes, 4096);
}

TEST(Crossover, has_the_interval_of_what_the_processes_found) {
  Measured run;
  run.add("movnt", stream_ns);
  run.add("clflushopt", [](double bytes, unsigned process) {
    return stream_ns(bytes, process) * std::pow(bytes / (300 + 100 * process), 0.3);
  });
  const auto all = run.crossovers();
  ASSERT_EQ(all.size(), 1u);
  // Eight processes, 300 to 1000: the median lies between the first and the last.
  EXPECT_NEAR(all[0].bytes, 600, 1e-6);
  EXPECT_NEAR(all[0].low, 300, 1e-6);
  EXPECT_NEAR(all[0].high, 1000, 1e-6);
}

TEST(Crossover, says_on_which_side_of_the_sizes_it_lies) {
  Measured run;
  run.add("movnt", stream_ns);
  run.add("clwb", [](double b, unsigned p) { return 2 * stream_ns(b, p); });
  run.add("clflush", [](double b, unsigned p) { return stream_ns(b, p) / 2; });
  const auto all = run.crossovers();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].bytes, 0) << "faster from the smallest size on";
  EXPECT_TRUE(std::isinf(all[1].bytes)) << "not even at the largest";
}

TEST(Crossover, counts_only_from_where_non_temporal_stores_stay_ahead) {
  Measured run;
  run.add("movnt", stream_ns);
  // Ahead at 64 and from 4096 on, behind between.
  run.add("clwb", [](double b, unsigned p) {
    return stream_ns(b, p) * (b == 64 || b == 4096 ? 1.5 : 1 / 1.5);
  });
  ASSERT_EQ(run.crossovers().size(), 1u);
  EXPECT_NEAR(run.crossovers()[0].bytes, 2048, 1e-6);
}

TEST(Crossover, has_no_interval_of_five_processes) {
  Measured run;
  run.add("movnt", stream_ns, 5);
  run.add(
      "clwb", [](double b, unsigned p) { return 2 * stream_ns(b, p); }, 5);
  ASSERT_EQ(run.crossovers().size(), 1u);
  EXPECT_FALSE(run.crossovers()[0].has_interval);
}

TEST(Crossover, is_of_durable_writes_by_both_kinds_of_stores) {
  Measured one_kind;
  one_kind.add("clwb", stream_ns);
  one_kind.add("eadr", stream_ns);
  EXPECT_TRUE(one_kind.crossovers().empty());
  Measured not_durable;
  not_durable.add("movnt", stream_ns, 8, false);
  not_durable.add("clwb", stream_ns, 8, false);
  EXPECT_TRUE(not_durable.crossovers().empty());
}

}  // namespace
}  // namespace pmembench
