// Rows that were imported.
#include "import/imported.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(Imported, is_marked_and_has_a_unique_name) {
  ImportedFile file;
  for (int i = 0; i < 3; ++i) file.rows.push_back(imported_row("a", "tool-1"));
  set_replicates({5}, "tool", file.rows[1]);
  make_names_unique(file);
  EXPECT_EQ(file.rows[0].row.cell, "a");
  EXPECT_EQ(file.rows[1].row.cell, "a #2");
  EXPECT_EQ(file.rows[2].row.cell, "a #3");
  EXPECT_EQ(file.rows[1].replicates.front().cell, "a #2");
  EXPECT_TRUE(file.rows[0].row.is_imported());
  EXPECT_EQ(file.rows[0].row.claim, kImportedClaim);
}

TEST(Imported, has_rates_without_an_interval) {
  ImportedRow imported = imported_row("a", "tool-1");
  set_rates(4, 0, imported.row);
  EXPECT_DOUBLE_EQ(imported.row.ns_per_operation->estimate, 2.5e8);
  EXPECT_FALSE(imported.row.operations_per_s->has_interval);
  EXPECT_FALSE(imported.row.bytes_per_s) << "nothing was moved";
}

}  // namespace
}  // namespace pmembench
