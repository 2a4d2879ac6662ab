#include "cli/progress_line.hpp"

#include <gtest/gtest.h>

#include "stream_file.hpp"

namespace pmembench {
namespace {

Progress progress(double elapsed_s) {
  Progress progress;
  progress.cell = "dram:1M/movnt/direct/random/t1";
  progress.cells = 12;
  progress.open = 5;
  progress.round = 3;
  progress.elapsed_s = elapsed_s;
  progress.left_s = 33.2;
  return progress;
}

constexpr const char* kLine =
    "[ 12 s] 5 of 12 cells to go, replicate 3, about 34 s left: dram:1M/movnt/direct/random/t1";

TEST(ProgressLine, says_how_far_a_run_is) { EXPECT_EQ(progress_text(progress(12.4)), kLine); }

TEST(ProgressLine, is_a_plain_line_now_and_then_where_there_is_no_terminal) {
  StreamFile file;
  ProgressLine line(file.stream(), false);
  line.show(progress(12.4));
  line.show(progress(13));  // too soon after the last
  line.show(progress(17.5));
  const std::string second = progress_text(progress(17.5));
  EXPECT_EQ(file.text(), std::string(kLine) + "\n" + second + "\n");
}

TEST(ProgressLine, is_one_live_line_on_a_terminal_cut_to_its_width) {
  StreamFile file;  // has no width of its own: 80 columns
  {
    ProgressLine line(file.stream(), true);
    line.show(progress(12.4));
    line.show(progress(12.45));  // too soon after the last
  }
  const std::string whole = progress_bar(progress(12.4)) + kLine;
  EXPECT_EQ(file.text(), "\r\x1b[K" + whole.substr(0, 79) + "\r\x1b[K");
}

TEST(ProgressLine, has_a_bar_of_the_time_that_is_over) {
  Progress of = progress(25);
  of.left_s = 75;
  EXPECT_EQ(progress_bar(of), "[#####...............]  25 % ");
  of.elapsed_s = of.left_s = 0;
  EXPECT_EQ(progress_bar(of), "[....................]   0 % ");
  of.elapsed_s = 10;
  EXPECT_EQ(progress_bar(of), "[####################] 100 % ");
}

TEST(ProgressLine, makes_room_for_a_line_that_stays) {
  StreamFile file;
  ProgressLine line(file.stream(), true);
  line.show(progress(1));
  line.say("cell failed");
  line.say("another");
  const std::string text = file.text();
  EXPECT_TRUE(text.ends_with("\r\x1b[Kcell failed\nanother\n")) << text;
}

TEST(ProgressLine, writes_nothing_when_there_was_nothing_to_show) {
  StreamFile file;
  { ProgressLine line(file.stream(), true); }
  EXPECT_EQ(file.text(), "");
}

}  // namespace
}  // namespace pmembench
