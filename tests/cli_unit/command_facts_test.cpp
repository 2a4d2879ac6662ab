#include "cli/command_facts.hpp"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>

namespace pmembench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(CommandFacts, are_what_the_parser_was_told) {
  CLI::App app{"Does it.", "tool"};
  app.set_help_flag();
  std::vector<std::string> sets;
  std::string file = "a.db", kind = "one", hidden;
  unsigned count = 3;
  bool json = false;
  CLI::App* run = app.add_subcommand("run", "Runs it.");
  run->set_help_flag();
  run->add_option("--set", sets, "Set a key.")->type_name("KEY=VALUE")->allow_extra_args(false);
  run->add_option("-d,--db", file, "Store it.")->type_name("FILE")->capture_default_str();
  run->add_option("--kind", kind, "Its kind.")->check(CLI::IsMember({"one", "two"}));
  run->add_option("--count", count, "How many.")->check(CLI::Range(1, 9))->needs("--db");
  run->add_flag("--json", json, "As JSON.")->excludes("--kind");
  run->add_option("--old", hidden)->group("");
  run->add_option("what", kind, "What.")->required()->type_name("WHAT");
  app.add_subcommand("inner", "Not for users.")->group("");

  const CommandFacts all = command_facts(app);
  ASSERT_EQ(all.commands.size(), 1U);
  const CommandFacts& facts = all.commands.front();
  EXPECT_EQ(facts.command, "tool run");
  EXPECT_EQ(facts.summary, "Runs it.");
  ASSERT_EQ(facts.options.size(), 5U);
  EXPECT_TRUE(facts.options[0].repeatable);
  EXPECT_EQ(help_sentences(facts.options[0]), "Set a key. May be given several times.");
  EXPECT_THAT(facts.options[1].names, ElementsAre("-d", "--db"));
  EXPECT_EQ(help_sentences(facts.options[1]), "Store it. Default: a.db.");
  EXPECT_FALSE(facts.options[1].repeatable);
  EXPECT_THAT(facts.options[2].choices, ElementsAre("one", "two"));
  EXPECT_EQ(help_sentences(facts.options[3]), "How many. From 1 to 9. Needs --db.");
  EXPECT_EQ(facts.options[3].type, "NUMBER");
  EXPECT_EQ(facts.options[4].type, "");
  EXPECT_EQ(help_sentences(facts.options[4]), "As JSON. Not together with --kind.");
  ASSERT_EQ(facts.arguments.size(), 1U);
  EXPECT_TRUE(facts.arguments.front().required);
  EXPECT_EQ(facts.arguments.front().type, "WHAT");
}

TEST(FooterParts, tell_notes_from_examples) {
  const FooterParts before = footer_parts("Exit status: 0.\nExamples:\n  a b\n  c\n");
  EXPECT_THAT(before.notes, ElementsAre("Exit status: 0."));
  EXPECT_THAT(before.examples, ElementsAre("a b", "c"));
  const FooterParts behind = footer_parts("Example: a b\nExit status: 0.");
  EXPECT_THAT(behind.examples, ElementsAre("a b"));
  EXPECT_THAT(behind.notes, ElementsAre("Exit status: 0."));
  EXPECT_THAT(footer_parts("").examples, IsEmpty());
}

}  // namespace
}  // namespace pmembench
