#include "cli/man_page.hpp"

#include <gmock/gmock.h>

namespace pmembench {
namespace {

using testing::HasSubstr;
using testing::Not;

CommandFacts named_command(const char* name, const char* command, const char* summary) {
  CommandFacts facts;
  facts.name = name;
  facts.command = command;
  facts.summary = summary;
  return facts;
}

CommandFacts tool() {
  CommandFacts run = named_command("run", "tool run", "Runs it. Well.");
  OptionFacts option;
  option.names = {"-d", "--db"};
  option.type = "FILE";
  option.help = ".hidden \\ file-name.";
  run.options.push_back(option);
  run.footer = "Exit status: 0 done.\nA note.\nExamples:\n  tool run -d x";
  CommandFacts all = named_command("tool", "tool", "Does it.");
  all.commands.push_back(run);
  return all;
}

TEST(ManPage, has_one_page_for_the_program_and_for_each_command) {
  const auto pages = man_pages(tool(), "1.2.3");
  ASSERT_EQ(pages.size(), 2U);
  EXPECT_EQ(pages[0].file, "tool.1");
  EXPECT_THAT(pages[0].text, HasSubstr("tool\\-run\\fR(1)"));
  EXPECT_EQ(pages[1].file, "tool-run.1");
  EXPECT_THAT(pages[1].text, HasSubstr(".TH TOOL-RUN 1 \"\" \"pmembench 1.2.3\""));
  EXPECT_THAT(pages[1].text, HasSubstr(".SH NAME\ntool-run \\- runs it\n"));
}

TEST(ManPage, has_sections_of_the_footer) {
  const std::string text = man_pages(tool(), "1")[1].text;
  EXPECT_THAT(text, HasSubstr(".SH EXIT STATUS\n0 done.\n"));
  EXPECT_THAT(text, HasSubstr(".SH NOTES\nA note.\n"));
  EXPECT_THAT(text, HasSubstr(".nf\ntool run \\-d x\n.fi\n"));
}

TEST(ManPage, escapes_what_roff_would_take_for_its_own) {
  const std::string text = man_pages(tool(), "1")[1].text;
  EXPECT_THAT(text, HasSubstr("\n\\&.hidden \\e file\\-name."));
  EXPECT_THAT(text, Not(HasSubstr("\n.hidden")));
}

}  // namespace
}  // namespace pmembench
