#include "cli/interrupt.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace pmembench {
namespace {

// Exits of a child process, which the signals are for: 0 where the flag was set.
[[noreturn]] void raise_and_leave(int signal) {
  const std::atomic<bool>& interrupted = catch_interrupts();
  if (interrupted) std::_Exit(1);
  std::raise(signal);
  std::_Exit(interrupted ? 0 : 2);
}

TEST(InterruptDeathTest, each_signal_that_ends_a_command_sets_the_flag) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    EXPECT_EXIT(raise_and_leave(signal), testing::ExitedWithCode(0), "") << signal;
  }
}

TEST(InterruptDeathTest, a_second_signal_ends_the_process) {
  EXPECT_EXIT(
      {
        catch_interrupts();
        std::raise(SIGTERM);
        std::raise(SIGTERM);
      },
      testing::KilledBySignal(SIGTERM), "");
}

TEST(InterruptDeathTest, nohup_keeps_its_meaning) {
  EXPECT_EXIT(
      {
        std::signal(SIGHUP, SIG_IGN);
        const std::atomic<bool>& interrupted = catch_interrupts();
        std::raise(SIGHUP);
        std::_Exit(interrupted ? 1 : 0);
      },
      testing::ExitedWithCode(0), "");
}

TEST(InterruptDeathTest, a_reader_that_left_does_not_end_the_process) {
  EXPECT_EXIT(
      {
        catch_interrupts();
        std::raise(SIGPIPE);
        std::_Exit(0);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace pmembench
