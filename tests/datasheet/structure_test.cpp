// Every property from made samples, and what each says where there are none.
#include "datasheet/structure.hpp"

#include <gtest/gtest.h>

#include <set>

#include "made_cells.hpp"

namespace pmembench {
namespace {

const StructureLine& structure_line(const std::vector<StructureLine>& lines,
                                    const std::string& name) {
  for (const StructureLine& line : lines) {
    if (line.name == name) return line;
  }
  ADD_FAILURE() << "no line " << name;
  return lines.front();
}

TEST(Structure, has_a_line_for_every_property_and_a_reason_where_nothing_was_measured) {
  const std::vector<StructureLine> lines = infer_structure(ProbeSet({}), nullptr, nullptr, {});
  std::set<std::string> properties;
  for (const StructureLine& line : lines) {
    EXPECT_FALSE(line.inference.determined) << line.name;
    EXPECT_FALSE(line.inference.reason.empty()) << line.name;
    properties.insert(line.repeat_only);
  }
  const std::vector<std::string>& all = datasheet_properties();
  EXPECT_EQ(properties, std::set<std::string>(all.begin(), all.end()));
  EXPECT_NE(structure_line(lines, "wear period").inference.reason.find("--wear"),
            std::string::npos);
}

TEST(Structure, has_only_what_was_asked_for) {
  StructureContext context;
  context.only = {"banks"};
  for (const StructureLine& line : infer_structure(ProbeSet({}), nullptr, nullptr, context)) {
    EXPECT_EQ(line.repeat_only, "banks");
  }
}

// Pairs at four distances, of which the partner is there already up to the `longest`.
std::vector<ProbeCell> line_cells(std::uint64_t longest) {
  std::vector<ProbeCell> cells;
  for (const std::uint64_t distance : {64U, 128U, 256U, 512U}) {
    const bool gains = distance <= longest;
    cells.push_back(
        made_cell("pairs", {{"distance", std::to_string(distance)}}, [gains](unsigned process) {
          std::vector<double> slices;
          for (int i = 0; i < 12; ++i) {
            slices.push_back((gains ? 150 : 200) + 0.1 * process + 0.3 * (i * 7 % 5));
            slices.push_back(200 + 0.1 * process + 0.3 * (i * 3 % 5));
          }
          return slices;
        }));
  }
  return cells;
}

TEST(Structure, finds_lines_chains_costs_and_changes) {
  std::vector<ProbeCell> cells = line_cells(64);
  for (unsigned chains = 1; chains <= 32; ++chains) {
    cells.push_back(
        even_cell("uniform", {{"chains", std::to_string(chains)}}, 100.0 / std::min(chains, 12U)));
  }
  cells.push_back(made_cell("alternate", {}, [](unsigned process) {
    std::vector<double> slices;
    for (int i = 0; i < 96; ++i) slices.push_back(50 + 20.0 / (1 << i % 8) + 0.01 * process);
    return slices;
  }));
  const std::pair<const char*, double> steps[] = {
      {"store", 10}, {"store_flush", 30}, {"store_flush_fence", 70}, {"store_flush_barrier", 90}};
  for (const auto& [step, ns] : steps)
    cells.push_back(even_cell("durability", {{"step", step}}, ns));
  cells.push_back(even_cell("chase", {{"order", "tlb-local"}, {"range_size", "4096"}}, 40));
  cells.push_back(even_cell("chase", {{"order", "sequential"}, {"range_size", "4096"}}, 10));
  const std::vector<StructureLine> lines =
      infer_structure(ProbeSet(std::move(cells)), nullptr, nullptr, {});
  const auto value = [&](const char* name) {
    const Inference& inference = structure_line(lines, name).inference;
    EXPECT_TRUE(inference.determined) << name << ": " << inference.reason;
    return inference.value;
  };
  EXPECT_EQ(value("read line"), 128);
  EXPECT_FALSE(structure_line(lines, "read line").inference.note.empty());
  EXPECT_EQ(value("loads under way of one core"), 12);
  EXPECT_NEAR(value("change between reading and writing"), 20, 1);
  EXPECT_NEAR(value("flush (movnt)"), 20, 1);
  EXPECT_NEAR(value("fence (movnt)"), 40, 1);
  EXPECT_NEAR(value("drain (movnt)"), 60, 1);
  EXPECT_NEAR(value("sequential over shuffled loads"), 4, 0.1);
}

TEST(Structure, knows_what_pages_hide_and_what_threads_do_not_saturate) {
  const auto slices = [](unsigned) { return std::vector<double>(12, 5.0); };
  ProbeCell all =
      made_cell("uniform", {{"turns_with", "lines"}, {"chains", "16"}, {"spacing", "256"}}, slices);
  all.row.threads = 2;
  const ProbeSet set({all, even_cell("uniform", {{"chains", "16"}}, 10)});
  StructureContext context;
  context.page_bytes = 4096;
  const auto reason = [&] {
    return structure_line(infer_structure(set, nullptr, nullptr, context), "interleave ways")
        .inference.reason;
  };
  EXPECT_NE(reason().find("pages of 4 KiB hide"), std::string::npos);
  context.page_bytes = 2 << 20;
  EXPECT_NE(reason().find("100 % of 2 times"), std::string::npos) << reason();
  context.virtual_machine = true;
  EXPECT_NE(reason().find("virtual machine"), std::string::npos);
}

TEST(Structure, takes_stalls_only_where_processes_agree) {
  ProbeCell cell = even_cell("reload", {}, 100);
  for (Replicate& each : cell.replicates) {
    SlotDetails slots;
    slots.slot_ns = 1000;
    const std::size_t period = each.index == 0 ? 40 : 57;
    for (std::size_t i = 0; i < 4000; ++i)
      slots.max_ns.push_back(i % period == 0 ? 900.0 : 100.0 + static_cast<double>(i % 3));
    each.details.slots = slots;
  }
  ProbeCell alike = cell;
  for (Replicate& each : alike.replicates) each.details.slots = cell.replicates[1].details.slots;
  const ProbeSet set({cell}), same({alike});
  EXPECT_NE(structure_line(infer_structure(ProbeSet({}), &set, nullptr, {}), "refresh period")
                .inference.reason.find("processes disagree"),
            std::string::npos);
  const Inference period =
      structure_line(infer_structure(ProbeSet({}), &same, nullptr, {}), "refresh period").inference;
  ASSERT_TRUE(period.determined) << period.reason;
  EXPECT_NEAR(period.value, 57'000, 600);
  // An operation that begins within the stall waits for less than all of it.
  const Inference stall =
      structure_line(infer_structure(ProbeSet({}), &same, nullptr, {}), "refresh stall").inference;
  ASSERT_TRUE(stall.determined) << stall.reason;
  EXPECT_GT(stall.high - stall.value, 90);
}

TEST(Structure, tells_the_cost_of_a_page_from_that_of_a_line) {
  const Inference walk =
      structure_line(
          infer_structure(
              ProbeSet(
                  {even_cell("uniform", {{"range_size", "65536"}}, 10),
                   even_cell("uniform",
                             {{"range_size", "4194304"}, {"spacing", "4096"}, {"line", "hashed"}},
                             35)}),
              nullptr, nullptr, {}),
          "page walk")
          .inference;
  ASSERT_TRUE(walk.determined) << walk.reason;
  EXPECT_NEAR(walk.value, 25, 1);
  EXPECT_NE(walk.note.find("1024 pages"), std::string::npos);
}

// A device whose lines are of 256 B: pages differ from lines next to each other by what its buffers
// hold, with no translation in it.
TEST(Structure, the_cost_of_a_page_is_refused_where_the_memorys_lines_are_long) {
  for (const auto& [longest, refused] : {std::pair(64U, false), std::pair(128U, true)}) {
    std::vector<ProbeCell> cells = line_cells(longest);
    cells.push_back(even_cell("uniform", {{"range_size", "65536"}}, 10));
    cells.push_back(even_cell(
        "uniform", {{"range_size", "4194304"}, {"spacing", "4096"}, {"line", "hashed"}}, 35));
    const Inference walk =
        structure_line(infer_structure(ProbeSet(std::move(cells)), nullptr, nullptr, {}),
                       "page walk")
            .inference;
    EXPECT_EQ(walk.determined, !refused);
    EXPECT_EQ(walk.reason.find("own lines are of 256 B") != std::string::npos, refused);
  }
}

}  // namespace
}  // namespace pmembench
