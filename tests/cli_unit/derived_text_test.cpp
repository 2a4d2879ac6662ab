#include "cli/derived_text.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

PrintedTable tree() {
  return {"ladder",
          "layers: some work",
          {{"path", false}, {"time/op", true}, {"over", false}},
          {{{"direct", "300 ns", ""}, 0, ""},
           {{"  raw", "9 us", "direct"}, 0, "a heading"},
           {{"  raw", "9 us", "other"}, 2, ""},
           {{}, 0, "another"}},
          "a note.\n"};
}

TEST(DerivedText, aligns_a_table_below_its_title_and_above_its_note) {
  EXPECT_EQ(derived_text({tree()}),
            "\nlayers: some work\n"
            "path    time/op  over\n"
            "direct   300 ns\n"
            "a heading\n"
            "  raw      9 us  direct\n"
            "                 other\n"
            "another\n"
            "a note.\n");
}

TEST(DerivedText, is_nothing_without_a_table) { EXPECT_EQ(derived_text({}), ""); }

}  // namespace
}  // namespace pmembench
