#include "cli/progress_line.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

namespace pmembench {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

std::string contents(std::FILE* file) {
  std::rewind(file);
  std::array<char, 4096> buffer{};
  const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), file);
  return {buffer.data(), size};
}

Progress at(double elapsed_s) {
  Progress progress;
  progress.cell = "dram:1M/movnt/direct/random/t1";
  progress.cells = 10;
  progress.open = 4;
  progress.round = 3;
  progress.elapsed_s = elapsed_s;
  progress.left_s = 12.2;
  return progress;
}

TEST(ProgressLine, says_the_cell_how_many_are_left_and_the_time_left) {
  const std::string text = progress_text(at(7));
  for (const char* part : {"7 s", "4 of 10", "13 s left", "dram:1M/movnt/direct/random/t1"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in: " << text;
  }
}

TEST(ProgressLine, prints_plain_lines_now_and_then_where_there_is_no_terminal) {
  const File file(std::tmpfile());
  {
    ProgressLine line(file.get(), false);
    line.show(at(0));
    line.show(at(1));
    line.show(at(4.9));
    line.show(at(5));
  }
  const std::string text = contents(file.get());
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(ProgressLine, rewrites_one_line_on_a_terminal_and_clears_it) {
  const File file(std::tmpfile());
  {
    ProgressLine line(file.get(), true);
    line.show(at(0));
    line.show(at(1));
    line.say("a cell failed");
  }
  const std::string text = contents(file.get());
  EXPECT_NE(text.find("\r\x1b[K"), std::string::npos);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_TRUE(text.ends_with("a cell failed\n"));
}

}  // namespace
}  // namespace pmembench
