#include "platform/process_state.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <future>
#include <thread>

namespace pmembench {
namespace {

TEST(ProcessState, finds_nothing_where_nothing_was_changed) {
  const ProcessState before = ProcessState::now();
  EXPECT_EQ(before.changes(ProcessState::now()), "");
}

TEST(ProcessState, finds_a_handler_and_its_removal) {
  const ProcessState before = ProcessState::now();
  std::signal(SIGUSR2, [](int) {});
  EXPECT_EQ(before.changes(ProcessState::now()), "changed the handling of SIGUSR2");
  std::signal(SIGUSR2, SIG_IGN);
  EXPECT_EQ(before.changes(ProcessState::now()), "changed the handling of SIGUSR2");
  std::signal(SIGUSR2, SIG_DFL);
  EXPECT_EQ(before.changes(ProcessState::now()), "");
}

TEST(ProcessState, finds_a_signal_that_is_blocked) {
  const ProcessState before = ProcessState::now();
  sigset_t set, old;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &set, &old);
  EXPECT_EQ(before.changes(ProcessState::now()), "changed whether SIGUSR2 is blocked");
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
}

TEST(ProcessState, counts_threads_that_are_not_expected) {
  const ProcessState before = ProcessState::now();
  int ends[2] = {-1, -1};
  ASSERT_EQ(pipe(ends), 0);
  std::thread waiting([&] {
    char byte = 0;
    EXPECT_EQ(read(ends[0], &byte, 1), 0);
  });
  const ProcessState now = ProcessState::now();
  close(ends[1]);
  waiting.join();
  close(ends[0]);
  EXPECT_EQ(before.changes(now), "started 1 thread");
  EXPECT_EQ(before.changes(now, 1), "");
}

// As many threads as before are not the same threads: one may have ended meanwhile.
TEST(ProcessState, finds_a_thread_that_takes_the_place_of_another) {
  std::promise<void> end_first, end_second;
  std::thread first([&] { end_first.get_future().wait(); });
  const ProcessState before = ProcessState::now();
  end_first.set_value();
  first.join();
  std::thread second([&] { end_second.get_future().wait(); });
  const ProcessState now = ProcessState::now();
  end_second.set_value();
  second.join();
  EXPECT_EQ(before.changes(now), "started 1 thread");
}

TEST(ProcessState, does_not_count_a_thread_that_was_joined) {
  const ProcessState before = ProcessState::now();
  for (int i = 0; i < 1000; ++i) {
    std::thread([] {}).join();
    ASSERT_EQ(before.changes(ProcessState::now()), "");
  }
}

TEST(ProcessState, finds_a_child) {
  const ProcessState before = ProcessState::now();
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  ASSERT_GT(child, 0);
  const std::string changes = before.changes(ProcessState::now());
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(changes, "left 1 child process");
  EXPECT_EQ(before.changes(ProcessState::now()), "");
}

}  // namespace
}  // namespace pmembench
