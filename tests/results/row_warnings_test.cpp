#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/make_row.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

using sample::row_of;
using testing::IsEmpty;

std::vector<std::string> types_of(const Row& row) {
  std::vector<std::string> types;
  for (const Warning& warning : row.warnings) types.push_back(warning.type);
  return types;
}

// The sentence of the only warning, which must be of `type`.
std::string only(const std::string& type, const Row& row) {
  EXPECT_THAT(types_of(row), testing::ElementsAre(type));
  return row.warnings.empty() ? "" : row.warnings.front().sentence;
}

std::vector<Replicate> changed(void (*change)(Replicate&), std::size_t how_many = 10) {
  std::vector<Replicate> replicates = sample::replicates();
  for (std::size_t i = 0; i < how_many; ++i) change(replicates[i]);
  return replicates;
}

TEST(Warnings, are_absent_from_a_quiet_row) { EXPECT_THAT(sample::row().warnings, IsEmpty()); }

TEST(Warnings, tell_of_disturbed_slices_above_ten_percent) {
  // One of ten slices run is still quiet; 4 of 34 are not.
  const auto one_in_ten = changed([](Replicate& r) {
    r.slice_ns_per_operation.assign(9, 100);
    r.slice_disturbed.assign(9, false);
    r.disturbed = 1;
  });
  EXPECT_THAT(row_of(sample::cell(), one_in_ten).warnings, IsEmpty());
  const Row row = row_of(sample::cell(), changed([](Replicate& r) { r.disturbed = 1; }, 4));
  EXPECT_EQ(
      only("disturbed", row),
      "12 % of the slices were preempted and repeated: other work shares these CPUs; stop it or "
      "place the cell on idle CPUs");
}

TEST(Warnings, tell_of_stolen_time_above_five_percent) {
  const auto quiet = changed([](Replicate& r) { r.steal_share = 0.05; });
  EXPECT_THAT(row_of(sample::cell(), quiet).warnings, IsEmpty());
  const Row row = row_of(sample::cell(), changed([](Replicate& r) { r.steal_share = 0.2; }, 3));
  EXPECT_EQ(
      only("steal", row),
      "in 3 of 10 replicates the hypervisor took up to 20 % of the CPU time away: the host is "
      "overcommitted; use a quieter or dedicated host");
}

std::vector<Replicate> beside_a_busy_sibling(double share, std::size_t how_many) {
  std::vector<Replicate> replicates = sample::replicates();
  for (std::size_t i = 0; i < replicates.size(); ++i) {
    const bool busy = i < how_many;
    replicates[i].details.core = CoreDetails{busy ? share : 0, busy ? 1.8 : 1};
  }
  return replicates;
}

TEST(Warnings, tell_of_a_core_that_was_shared_beside_a_tenth_of_the_slices) {
  EXPECT_THAT(row_of(sample::cell(), beside_a_busy_sibling(0.2, 5)).warnings, IsEmpty());
  EXPECT_EQ(only("shared_core", row_of(sample::cell(), beside_a_busy_sibling(0.5, 4))),
            "around 20 % of the slices work in registers took 1.8 times as long as it can: a "
            "hardware sibling was busy, of another guest of this host perhaps, or the clock slowed "
            "down; idle the CPU's sibling, or use a host that shares no core");
}

Row on_medium(Cell cell, const char* kind, std::uint64_t size_mib, std::uint64_t cache_mib) {
  cell.cache_bytes = cache_mib << 20;
  std::vector<Replicate> replicates = sample::replicates();
  for (Replicate& replicate : replicates) {
    replicate.medium.kind = kind;
    replicate.medium.size_bytes = size_mib << 20;
  }
  return row_of(cell, replicates);
}

Cell reading() {
  Cell cell = sample::cell();
  cell.parameters["access"] = "read";
  cell.parameters["range_size"] = "0";
  return cell;
}

TEST(Warnings, tell_of_a_medium_that_the_cache_holds) {
  EXPECT_EQ(only("cached", on_medium(reading(), "dram", 128, 256)),
            "the medium has 128 MiB and the last-level caches that its CPUs use, with the one "
            "before the memory if there is any, 256 MiB: up to 100 % of what it works on is in a "
            "cache; use a medium of 1 GiB at least, or name a range_size where the cache is what "
            "is measured");
  EXPECT_THAT(only("cached", on_medium(reading(), "devdax", 127, 32)),
              ::testing::HasSubstr("up to 25 % of"));
}

TEST(Warnings, tell_nothing_of_a_cache_that_is_small_or_meant_or_passed_by_or_unknown) {
  EXPECT_THAT(on_medium(reading(), "dram", 128, 32).warnings, IsEmpty());
  EXPECT_THAT(on_medium(reading(), "dram", 128, 0).warnings, IsEmpty());
  EXPECT_THAT(on_medium(reading(), "block", 1, 256).warnings, IsEmpty());
  Cell named = reading();
  named.parameters["range_size"] = "32768";
  EXPECT_THAT(on_medium(named, "dram", 128, 256).warnings, IsEmpty());
  EXPECT_THAT(on_medium(sample::durable_cell(), "dram", 128, 256).warnings, IsEmpty());
  EXPECT_THAT(on_medium(sample::null_cell(reading()), "dram", 128, 256).warnings, IsEmpty());
}

Row without_move_pages(const char* placed_by) {
  std::vector<Replicate> replicates = sample::replicates();
  for (Replicate& replicate : replicates) {
    replicate.medium.node_share.clear();
    replicate.medium.nodes_unknown = "move_pages: Operation not permitted";
    replicate.medium.placed_by = placed_by;
  }
  return row_of(sample::cell(), replicates);
}

TEST(Warnings, tell_of_a_claim_that_no_audit_proves_and_name_the_command) {
  std::vector<Replicate> replicates = sample::replicates();
  for (Replicate& one : replicates) {
    one.medium.claim = kUnauditedClaim;
    one.medium.audit = "pmembench audit clwb --cpu avx2+clwb";
  }
  const Row row = row_of(sample::durable_cell(), replicates);
  EXPECT_EQ(row.claim, kUnauditedClaim);
  EXPECT_THAT(only("unaudited", row),
              ::testing::HasSubstr("run `pmembench audit clwb --cpu avx2+clwb`"));
  EXPECT_THAT(row_of(reading(), replicates).warnings, IsEmpty()) << "reads claim nothing";
}

TEST(Warnings, tell_that_a_placement_is_not_proved) {
  EXPECT_EQ(only("placement_not_proved", without_move_pages("first touch")),
            "the node of its pages is not proved (move_pages: Operation not permitted): a "
            "thread on that node touched them first, since mbind is refused, and the kernel does "
            "not report where they are; allow move_pages in the container's seccomp profile");
  EXPECT_THAT(only("placement_not_proved", without_move_pages("mbind")),
              ::testing::HasSubstr("mbind was accepted"));
  EXPECT_THAT(without_move_pages("").placement.verified,
              ::testing::HasSubstr("nodes not proved (move_pages: Operation not permitted)"));
}

TEST(Warnings, tell_of_an_interval_that_is_too_wide) {
  std::vector<Replicate> wide;
  for (unsigned i = 0; i < 6; ++i) wide.push_back(sample::replicate(i, 90.0 + 4 * i));
  EXPECT_EQ(
      only("not_converged", row_of(sample::cell(), wide)),
      "the interval is +-10.0 % after 6 replicates, wider than the 2.0 % asked for: processes "
      "differ or the machine is noisy; give a larger --budget or ask for less precision");
}

TEST(Warnings, tell_of_too_few_replicates_for_an_interval) {
  EXPECT_EQ(only("not_converged", row_of(sample::cell(), {sample::replicate(0, 100)})),
            "1 replicate has no 95 % interval, which takes more of them: give a larger --budget, "
            "a larger maximum_replicates or fewer cells");
  const auto two = std::vector<Replicate>(2, sample::replicate(0, 100));
  EXPECT_EQ(only("not_converged", row_of(sample::cell(), two)),
            "2 replicates have no 95 % interval, which takes more of them: give a larger --budget, "
            "a larger maximum_replicates or fewer cells");
}

// p50 100 ns; a floor of 100 ns is met, one of 101 ns is not.
TEST(Warnings, tell_of_a_latency_below_the_clocks_floor) {
  const auto at_floor = changed([](Replicate& r) {
    r.histogram = sample::histogram(200, 1000);
    r.floor_ns = 100;
  });
  EXPECT_THAT(row_of(sample::timed_cell(), at_floor).warnings, IsEmpty());
  const auto below = changed([](Replicate& r) {
    r.histogram = sample::histogram(200, 1000);
    r.floor_ns = 101;
  });
  EXPECT_EQ(only("below_floor", row_of(sample::timed_cell(), below)),
            "p50 100 ns is < floor 101 ns, the cost of an empty clock pair: the clock is what was "
            "measured; time whole slices (timing: slice)");
}

TEST(Warnings, tell_of_slices_below_the_harness_own_cost) {
  const RowContext context{.null_ns_per_operation = 120.0};
  const Row row = row_of(sample::cell(), sample::replicates(), context);
  EXPECT_EQ(row.floor_ns, 120);
  EXPECT_EQ(only("below_floor", row),
            "99.9 ns an operation is < floor 120 ns, the cost of the same by the null backend: the "
            "harness is what was measured; make operations larger");
  EXPECT_THAT(row_of(sample::null_cell(), sample::replicates(), context).warnings, IsEmpty());
}

TEST(Warnings, tell_of_a_median_of_few_clock_steps) {
  const auto coarse = changed([](Replicate& r) {
    r.histogram = sample::histogram(200, 1000);
    r.details.timer.step_ns = 10;
  });
  EXPECT_EQ(only("quantised", row_of(sample::timed_cell(), coarse)),
            "p50 100 ns is only 10 steps of the clock (10 ns each): percentiles come in jumps of a "
            "step; compare ns_per_operation of whole slices instead");
  const auto fine = changed([](Replicate& r) {
    r.histogram = sample::histogram(200, 1000);
    r.details.timer.step_ns = 5;
  });
  EXPECT_THAT(row_of(sample::timed_cell(), fine).warnings, IsEmpty());
}

TEST(Warnings, tell_of_a_counter_that_is_not_invariant) {
  const auto known = changed([](Replicate& r) { r.details.timer.invariant = true; });
  EXPECT_THAT(row_of(sample::cell(), known).warnings, IsEmpty());
  const auto one = changed([](Replicate& r) { r.details.timer.invariant = false; }, 1);
  EXPECT_EQ(
      only("clock", row_of(sample::cell(), one)),
      "the time-stamp counter is not invariant (CPUID 8000_0007h EDX bit 8 is clear): it kept its "
      "pace from the beginning of each replicate to its end, and nothing is known of the time "
      "between; trust "
      "times from a host or a hypervisor's CPU model that has an invariant counter");
}

TEST(Warnings, tell_of_huge_pages_that_were_asked_for_and_not_given) {
  Cell cell = sample::cell();
  EXPECT_THAT(row_of(cell, sample::replicates()).warnings, IsEmpty());  // not asked for
  cell.media = "dram:1M,pages=thp";
  EXPECT_EQ(
      only("page_size", row_of(cell, sample::replicates())),
      "only 50 % of the bytes are in huge pages in the worst replicate, though transparent huge "
      "pages were asked for: memory is fragmented or THP is off; free memory or reserve hugetlb "
      "pages and ask for pages=2m");
  const auto mostly = changed([](Replicate& r) { r.medium.huge_share = 0.9; });
  EXPECT_THAT(row_of(cell, mostly).warnings, IsEmpty());
}

TEST(Warnings, tell_of_memory_on_another_node_than_asked) {
  Cell cell = sample::cell();
  cell.placement.memory_node = 1;
  EXPECT_EQ(
      only("placement", row_of(cell, sample::replicates())),
      "only 0 % of the bytes are on node 1, which was asked for, in the worst replicate: the "
      "kernel put or moved pages elsewhere; free memory on that node and turn numa_balancing off");
  const auto there = changed([](Replicate& r) { r.medium.node_share = {{0, 0.05}, {1, 0.95}}; });
  EXPECT_THAT(row_of(cell, there).warnings, IsEmpty());
  const auto unknown = changed([](Replicate& r) { r.medium.node_share.clear(); });
  EXPECT_THAT(row_of(cell, unknown).warnings, IsEmpty());
}

TEST(Warnings, tell_of_slices_that_resemble_their_neighbours) {
  const auto some = changed([](Replicate& r) { r.lag1 = 0.9; }, 4);
  EXPECT_THAT(row_of(sample::cell(), some).warnings, IsEmpty());
  const auto most = changed([](Replicate& r) { r.lag1 = 0.7; }, 6);
  EXPECT_EQ(
      only("autocorrelation", row_of(sample::cell(), most)),
      "neighbouring slices resemble each other (lag-1 autocorrelation 0.70): the speed drifts "
      "within a process, by frequency, heat or caches filling up; look at the slices, and fix "
      "the frequency or take more slices");
}

TEST(Warnings, tell_of_operations_beyond_the_histogram) {
  const auto stalled = changed(
      [](Replicate& r) {
        r.histogram = sample::histogram(200, 1000);
        r.histogram->record(std::uint64_t{1} << 40);
      },
      2);
  EXPECT_EQ(
      only("overflow", row_of(sample::timed_cell(), stalled)),
      "2 operations took longer than the histogram reaches (2^36 ticks): their time is known only "
      "from below, and so is the maximum; look for a stalled device");
}

// Of 1 M/s that were asked for.
void at_rate(Replicate& replicate, double achieved_per_s) {
  OpenLoopDetails& open = replicate.details.open_loop.emplace();
  open.asked_per_s = 1e6;
  open.achieved_per_s = achieved_per_s;
}

TEST(Warnings, tell_of_a_rate_that_was_not_kept) {
  const auto kept = changed([](Replicate& r) { at_rate(r, 991e3); });
  EXPECT_THAT(row_of(sample::cell(), kept).warnings, IsEmpty());
  const auto behind = changed([](Replicate& r) { at_rate(r, 949e3); });
  EXPECT_THAT(only("rate_not_kept", row_of(sample::cell(), behind)),
              testing::HasSubstr("1 M/s were asked for and 949 k/s done, so the backlog grows"));
  const auto ahead = changed([](Replicate& r) { at_rate(r, 1.2e6); });
  EXPECT_THAT(
      only("rate_not_kept", row_of(sample::cell(), ahead)),
      testing::HasSubstr("1 M/s were asked for and 1.2 M/s done, so the operations did not"));
}

TEST(Warnings, tell_of_page_faults_in_timed_slices) {
  // A replicate of the sample does its operations in so long that one percent is many faults.
  const auto few = changed([](Replicate& r) { r.details.minor_faults = 1; });
  EXPECT_THAT(row_of(sample::cell(), few).warnings, IsEmpty());
  const auto many = changed([](Replicate& r) { r.details.major_faults = 3; });
  EXPECT_THAT(only("page_faults", row_of(sample::cell(), many)),
              testing::HasSubstr("fell into the timed operations"));
}

// Each waits for the disk so long that the least cost of a fault is nothing beside it.
TEST(Warnings, tell_of_faults_that_many_operations_waited_for) {
  const auto slow = changed([](Replicate& r) {
    r.operations = 50;
    r.median_ns_per_operation *= 1e5;
    r.details.major_faults = 14;
  });
  const Row row = row_of(sample::cell(), slow);
  EXPECT_THAT(types_of(row), testing::Contains("page_faults"));
  const auto seldom = changed([](Replicate& r) {
    r.operations = 5000;
    r.median_ns_per_operation *= 1e5;
    r.details.major_faults = 14;
  });
  EXPECT_THAT(types_of(row_of(sample::cell(), seldom)),
              testing::Not(testing::Contains("page_faults")));
}

TEST(Warnings, tell_of_a_tracer) {
  const auto traced = changed([](Replicate& r) { r.details.traced = true; }, 3);
  EXPECT_THAT(only("traced", row_of(sample::cell(), traced)),
              testing::HasSubstr("in 3 of 10 replicates"));
}

TEST(Warnings, tell_of_points_that_did_not_settle_in_most_processes) {
  const auto unsteady = [](Replicate& r) {
    r.details.loaded.emplace().steady.emplace().steady = false;
  };
  EXPECT_THAT(row_of(sample::cell(), changed(unsteady, 5)).warnings, IsEmpty());
  EXPECT_THAT(only("not_steady", row_of(sample::cell(), changed(unsteady, 6))),
              testing::HasSubstr("in 6 of 10 processes"));
}

TEST(Warnings, tell_of_stalls_that_come_back_in_most_processes) {
  const auto none = [](Replicate& r) {
    r.details.slots.emplace().period_of_max = PeriodDetails{4e6, 0.4, 0, false};
  };
  std::vector<Replicate> replicates = changed(none);
  const auto find_in = [&](std::size_t processes) {
    for (std::size_t i = 0; i < processes; ++i) {
      replicates[i].details.slots->period_of_max = PeriodDetails{4e6, 0.002, 0, true};
    }
    return row_of(sample::cell(), replicates);
  };
  EXPECT_THAT(find_in(5).warnings, IsEmpty());
  EXPECT_THAT(only("periodic_stalls", find_in(6)),
              testing::HasSubstr("come back every 4 ms (p <= 0.002 in 6 of 10 processes)"));
}

}  // namespace
}  // namespace pmembench
