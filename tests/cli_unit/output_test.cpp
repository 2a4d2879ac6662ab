#include "cli/output.hpp"

#include <gtest/gtest.h>

#include "stream_file.hpp"

namespace pmembench {
namespace {

TEST(Output, say_writes_at_once) {
  StreamFile file;
  say(file.stream(), "a line\n");
  EXPECT_EQ(file.text(), "a line\n");
}

TEST(Output, what_moves_the_cursor_is_shown_and_not_done) {
  EXPECT_EQ(for_terminal("\x1b[2J a\tb\n\r\x07\x7f"), "\\x1b[2J a\tb\n\\x0d\\x07\\x7f");
  EXPECT_EQ(for_terminal("\xc2\x9b"
                         "31m"),
            "\\xc2\\x9b31m")
      << "C1 in UTF-8";
  EXPECT_EQ(for_terminal("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x92\xbe"),
            "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x92\xbe");
  EXPECT_EQ(for_terminal("\xff\xc3(\xed\xa0\x80\xc0\x80\xe2\x82"),
            "\\xff\\xc3(\\xed\\xa0\\x80\\xc0\\x80\\xe2\\x82")
      << "not UTF-8, a surrogate, an overlong form, one that is cut off";
  StreamFile file;
  say(file.stream(), "\x1b[2J\n");
  EXPECT_EQ(file.text(), "\\x1b[2J\n");
}

TEST(Output, say_survives_a_stream_that_takes_nothing) {
  std::FILE* full = std::fopen("/dev/full", "w");
  ASSERT_NE(full, nullptr);
  say(full, "a line\n");
  std::fclose(full);
}

TEST(Output, flush_tells_of_what_did_not_arrive) {
  std::FILE* full = std::fopen("/dev/full", "w");
  ASSERT_NE(full, nullptr);
  EXPECT_TRUE(flush_output(full, "it"));
  std::fputs("a line\n", full);
  const Status flushed = flush_output(full, "standard output");
  ASSERT_FALSE(flushed);
  EXPECT_EQ(flushed.error().kind, ErrorKind::runtime);
  EXPECT_EQ(flushed.error().message, "standard output cannot be written: No space left on device");
  std::fclose(full);
}

TEST(Output, a_command_reads_back_as_a_shell_has_it) {
  const char* words[] = {"/usr/bin/pmembench",
                         "run",
                         "my campaign.yaml",
                         "--set",
                         "media=dram:1M,node=0",
                         "it's",
                         "",
                         "$HOME"};
  EXPECT_EQ(command_text(8, words),
            "pmembench run 'my campaign.yaml' --set media=dram:1M,node=0 'it'\\''s' '' '$HOME'");
  EXPECT_EQ(command_text(1, words), "pmembench");
}

}  // namespace
}  // namespace pmembench
