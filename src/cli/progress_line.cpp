#include "cli/progress_line.hpp"

#include <fmt/core.h>
#include <sys/ioctl.h>

#include <cmath>

#include "cli/output.hpp"

namespace pmembench {
namespace {

constexpr double kTerminalEvery_s = 0.1;
constexpr double kPlainEvery_s = 5;

std::size_t columns_of(std::FILE* stream) {
  winsize size{};
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

std::string progress_text(const Progress& progress) {
  return fmt::format("[{:3.0f} s] {} of {} cells to go, replicate {}, about {:.0f} s left: {}",
                     progress.elapsed_s, progress.open, progress.cells, progress.round,
                     std::ceil(progress.left_s), progress.cell);
}

std::string progress_bar(const Progress& progress) {
  constexpr std::size_t kWidth = 20;
  const double whole_s = progress.elapsed_s + progress.left_s;
  const double share = whole_s > 0 ? progress.elapsed_s / whole_s : 0;
  const auto full = static_cast<std::size_t>(share * kWidth);
  return fmt::format("[{}{}] {:3.0f} % ", std::string(full, '#'), std::string(kWidth - full, '.'),
                     100 * share);
}

void ProgressLine::show(const Progress& progress) {
  const double every_s = terminal_ ? kTerminalEvery_s : kPlainEvery_s;
  if (progress.elapsed_s - last_s_ < every_s) return;
  last_s_ = progress.elapsed_s;
  std::string text = for_terminal(progress_text(progress));
  if (!terminal_) {
    pmembench::say(stream_, text + "\n");
    return;
  }
  text = progress_bar(progress) + text;
  const std::size_t columns = columns_of(stream_);
  if (text.size() >= columns) text.resize(columns - 1);
  say_raw(stream_, "\r\x1b[K" + text);
  shown_ = true;
}

void ProgressLine::clear() {
  if (!shown_) return;
  say_raw(stream_, "\r\x1b[K");
  shown_ = false;
}

void ProgressLine::say(const std::string& text) {
  clear();
  pmembench::say(stream_, text + "\n");
}

}  // namespace pmembench
