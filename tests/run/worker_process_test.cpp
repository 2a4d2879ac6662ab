#include "run/worker_process.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace pmembench {
namespace {

std::unique_ptr<WorkerProcess> shell(const std::string& script) {
  std::signal(SIGPIPE, SIG_IGN);
  auto worker = WorkerProcess::start({"/bin/sh", "-c", script});
  EXPECT_TRUE(worker);
  return *std::move(worker);
}

TEST(WorkerProcess, asks_and_gets_the_answer) {
  auto worker = shell("while read line; do echo \"{\\\"heard\\\":$line}\"; done");
  const auto answer = worker->ask({{"do", "x"}}, 10'000);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ((*answer)["heard"]["do"], "x");
}

TEST(WorkerProcess, names_the_signal_that_a_worker_died_of) {
  auto worker = shell("read line; kill -BUS $$");
  const auto answer = worker->ask({{"do", "x"}}, 10'000);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "the worker died of SIGBUS (Bus error)");
  EXPECT_FALSE(worker->alive());
  EXPECT_FALSE(worker->ask({}, 10'000));
}

TEST(WorkerProcess, names_the_offset_that_a_worker_met_a_memory_error_at) {
  auto worker =
      shell("read line; echo '{\"is\":\"fault\",\"signal\":7,\"offset\":81930}'; kill -BUS $$");
  const auto answer = worker->ask({{"do", "x"}}, 10'000);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message,
            "the worker died of SIGBUS (Bus error) at offset 81930 of the medium, in its 4 KiB "
            "page 20");
  EXPECT_EQ(answer.error().code, EPIPE);
  EXPECT_FALSE(worker->alive());
}

TEST(WorkerProcess, survives_a_worker_whose_last_words_are_of_a_wrong_type) {
  auto dying = shell("read line; echo '{\"is\":\"fault\",\"offset\":\"here\"}'; kill -BUS $$");
  const auto death = dying->ask({}, 10'000);
  ASSERT_FALSE(death);
  EXPECT_EQ(death.error().message.find("the worker died of SIGBUS (Bus error)"), 0u)
      << death.error().message;
  auto living = shell("while read line; do echo '{\"is\":7}'; done");
  const auto answer = living->ask({}, 10'000);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ((*answer)["is"], 7);
}

TEST(WorkerProcess, kills_a_worker_that_says_it_dies_and_lives) {
  auto worker = shell("read line; echo '{\"is\":\"fault\",\"offset\":1}'; exec sleep 1000");
  const auto answer = worker->ask({}, 10'000);
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().message.find("went on; it was killed"), std::string::npos)
      << answer.error().message;
  EXPECT_FALSE(worker->alive());
}

TEST(WorkerProcess, kills_a_worker_that_closes_its_end_and_lives) {
  auto worker = shell("read line; exec sleep 1000 >&-");
  const auto answer = worker->ask({}, 10'000);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, EPIPE);
  EXPECT_FALSE(worker->alive());
}

// In a session of its own: a group with a stopped member that is left by its leader is hung up.
TEST(WorkerProcess, says_that_a_worker_was_stopped) {
  auto worker = WorkerProcess::start({"/bin/sh", "-c", "read line; kill -STOP $$; echo '{}'"});
  ASSERT_TRUE(worker);
  const auto answer = (*worker)->ask({}, 500);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ETIMEDOUT);
  EXPECT_NE(answer.error().message.find("SIGSTOP"), std::string::npos) << answer.error().message;
}

// The kernel ends it with the thread that started it, whatever it is doing.
TEST(WorkerProcess, dies_with_its_coordinator) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t coordinator = fork();
  if (coordinator == 0) {
    // Its copy of the pipe tells that the worker lives.
    auto worker = WorkerProcess::start({"/bin/sh", "-c", "read line; exec sleep 1000"});
    if (worker) (*worker)->send({{"do", "x"}});
    kill(getpid(), SIGKILL);
  }
  close(ends[1]);
  char byte = 0;
  EXPECT_EQ(read(ends[0], &byte, 1), 0) << "end of file: nobody has the other end any more";
  close(ends[0]);
  waitpid(coordinator, nullptr, 0);
}

TEST(WorkerProcess, names_the_status_of_a_worker_that_ended) {
  EXPECT_EQ(shell("read line; exit 3")->ask({}, 10'000).error().message,
            "the worker ended by itself with status 3");
}

TEST(WorkerProcess, says_so_when_the_binary_does_not_run) {
  std::signal(SIGPIPE, SIG_IGN);
  auto worker = WorkerProcess::start({"/does/not/exist"});
  ASSERT_TRUE(worker);
  EXPECT_EQ((*worker)->ask({}, 10'000).error().message,
            "the worker could not be started: its binary does not run");
}

TEST(WorkerProcess, kills_a_worker_that_does_not_answer) {
  auto worker = shell("read line; read line2; read line3");
  const auto answer = worker->ask({}, 1);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ETIMEDOUT);
  EXPECT_FALSE(worker->alive());
}

TEST(WorkerProcess, lets_a_worker_end_by_itself_when_it_is_no_longer_needed) {
  auto worker = shell("while read line; do case $line in *quit*) exit 0;; esac; done");
  const pid_t pid = worker->pid();
  worker.reset();
  EXPECT_EQ(kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(WorkerProcess, keeps_what_is_meant_for_the_whole_group_from_the_worker) {
  auto worker = shell(
      "while read line; do kill -INT $$; kill -TERM $$; kill -HUP $$; echo '{}' 2>/dev/null; done");
  EXPECT_TRUE(worker->ask({}, 10'000));
  EXPECT_TRUE(worker->alive());
}

}  // namespace
}  // namespace pmembench
