#include "cli/result_groups.hpp"

#include <gmock/gmock.h>

namespace pmembench {
namespace {

// Rows of dram:1G by movnt over path direct.
struct Rows {
  std::vector<Row> rows;

  explicit Rows(const std::vector<std::string>& works) {
    for (const std::string& work : works) {
      Row row;
      row.media = "dram:1G";
      row.backend = "movnt";
      row.path = "direct";
      row.threads = 1;
      row.cell = "dram:1G/movnt/direct/" + work + "/t1";
      rows.push_back(row);
    }
  }
  std::vector<ResultGroup> groups() const {
    std::vector<NumberedRow> numbered;
    for (const Row& row : rows) numbered.push_back({numbered.size() + 1, &row});
    return result_groups(numbered);
  }
};

std::vector<std::string> shown(const std::vector<ResultGroup>& groups) {
  std::vector<std::string> all;
  for (const ResultGroup& group : groups) {
    std::string text = group.what + (group.varied.empty() ? "" : " by " + group.varied + ":");
    for (std::size_t i = 0; i < group.rows.size(); ++i) {
      text += " " + std::to_string(group.rows[i].number) +
              (group.varied.empty() ? "" : "=" + group.values[i]);
    }
    all.push_back(text);
  }
  return all;
}

using testing::ElementsAre;

TEST(ResultGroups, have_rows_of_the_same_work) {
  EXPECT_THAT(
      shown(Rows({"random/access=read", "random/access=write", "random/access=read"}).groups()),
      ElementsAre("random/access=read 1 3", "random/access=write 2"));
}

TEST(ResultGroups, have_a_sweep_in_one_table) {
  EXPECT_THAT(
      shown(Rows({"chase/order=random,range_size=1K", "chase/order=random,range_size=2K",
                  "random/access=read", "chase/order=random,range_size=4K"})
                .groups()),
      ElementsAre("chase/order=random by range_size: 1=1K 2=2K 4=4K", "random/access=read 3"));
  EXPECT_THAT(shown(Rows({"chase/a=1", "chase/a=2", "chase/a=3"}).groups()),
              ElementsAre("chase by a: 1=1 2=2 3=3"));
  EXPECT_THAT(shown(Rows({"chase/a=1,b=1", "chase/a=2,b=1", "chase/a=3,b=1"}).groups()),
              ElementsAre("chase/b=1 by a: 1=1 2=2 3=3"));
}

TEST(ResultGroups, take_the_longest_of_two_sweeps) {
  EXPECT_THAT(
      shown(Rows({"c/a=1,b=1", "c/a=2,b=1", "c/a=3,b=1", "c/a=4,b=1", "c/a=1,b=2", "c/a=1,b=3"})
                .groups()),
      ElementsAre("c/b=1 by a: 1=1 2=2 3=3 4=4", "c/a=1,b=2 5", "c/a=1,b=3 6"));
}

TEST(ResultGroups, keep_works_of_many_rows_apart) {
  std::vector<std::string> works;
  for (int i = 0; i < 9; ++i) works.push_back("random/size=" + std::to_string(i % 3));
  EXPECT_EQ(Rows(works).groups().size(), 3U);
}

TEST(ResultGroups, lose_no_row) {
  const auto groups =
      Rows({"c/a=1,b=1", "c/a=2,b=1", "c/a=3,b=1", "c/a=1,b=2", "c/a=2,b=2", "c/a=3,b=2", "d"})
          .groups();
  std::size_t rows = 0;
  for (const ResultGroup& group : groups) rows += group.rows.size();
  EXPECT_EQ(rows, 7U);
  EXPECT_EQ(groups.size(), 3U);
}

}  // namespace
}  // namespace pmembench
