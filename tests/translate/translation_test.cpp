// A translation as a campaign.
#include "parts.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Translation, writes_groups_and_what_is_missing) {
  Translation translation;
  translation.what = "a thing";
  translation.settings = {{"budget", "30s"}};
  TranslatedPart part;
  part.name = "one";
  part.missing = {"x=1: no key\nof a campaign"};
  GroupDraft group;
  group.set("media", "file:/tmp/a b,size=1G");
  group.set("threads", "1:*2:8");
  group.set("operation_size", "64, 256");
  group.set("operation_size", "64, 128");
  part.groups.push_back(group);
  translation.parts = {part, TranslatedPart{"two", 3, {}, {}, {"nothing of it"}}};
  const std::string text = campaign_text(translation, "in\nput");
  EXPECT_THAT(text, HasSubstr("budget: 30s\ncells:\n  # one\n  # no: x=1: no key?of a campaign\n"));
  EXPECT_THAT(text, HasSubstr("  - media: \"file:/tmp/a b,size=1G\"\n    matrix:\n"
                              "      threads: \"1:*2:8\"\n      operation_size: [64, 128]\n"));
  EXPECT_THAT(text, HasSubstr("  # two: no equivalent\n  # no: nothing of it\n"));
  EXPECT_THAT(text, Not(HasSubstr("in\nput")));
  EXPECT_EQ(parts_sentence(translation), "of its 2 parts 1 has an equivalent (one)");
}

TEST(Translation, has_no_cells_if_nothing_has_an_equivalent) {
  Translation translation;
  translation.parts = {TranslatedPart{"two", 3, {}, {}, {"nothing of it"}}};
  EXPECT_THAT(campaign_text(translation, "x"), Not(HasSubstr("cells:")));
}

TEST(Translators, leave_campaigns_alone) {
  EXPECT_EQ(recognise_input("name: x\nmedia: dram:1M\ncells:\n  - workload: random\n"), nullptr);
  EXPECT_EQ(recognise_input("hello\n"), nullptr);
  EXPECT_EQ(recognise_input(""), nullptr);
}

}  // namespace
}  // namespace pmembench
