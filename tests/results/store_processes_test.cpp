// The store under several processes and under a kill.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "raw_database.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

// Runs `body` in a child; its exit status is what body returns.
template <typename Body>
pid_t in_child(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  return child;
}

int exit_status_of(pid_t child) {
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

TEST(StoreProcesses, write_one_file_at_once) {
  const sample::Folder folder;
  const std::string path = folder.path("results.db");
  constexpr int kSaves = 40;
  // Four children make the file, its schema and their runs at the same time.
  std::array<pid_t, 4> children{};
  for (pid_t& child : children) {
    child = in_child([&] {
      Result<Store> store = Store::open(path, Store::Mode::write);
      if (!store) return fprintf(stderr, "%s\n", store.error().message.c_str()), 1;
      const auto run = store->begin_run(sample::run_record());
      if (!run) return fprintf(stderr, "%s\n", run.error().message.c_str()), 2;
      for (int i = 0; i < kSaves; ++i) {
        const Replicate replicate = sample::replicate(0, 100);
        const Status saved = store->save(*run, sample::row(fmt::format("{}", i)), &replicate);
        if (!saved) return fprintf(stderr, "%s\n", saved.error().message.c_str()), 3;
      }
      return store->finish_run(*run, "done") ? 0 : 4;
    });
    ASSERT_GE(child, 0);
  }
  for (const pid_t child : children) EXPECT_EQ(exit_status_of(child), 0);
  const Result<Store> store = Store::open(path, Store::Mode::read);
  ASSERT_TRUE(store) << store.error().message;
  const Result<std::vector<RunRecord>> runs = store->runs();
  ASSERT_TRUE(runs) << runs.error().message;
  ASSERT_EQ(runs->size(), 4U);
  for (const RunRecord& run : *runs) {
    EXPECT_EQ(run.status, "done");
    EXPECT_EQ(store->rows(run.id)->size(), std::size_t{kSaves});
  }
  EXPECT_EQ(RawDatabase(path).text("PRAGMA journal_mode"), "wal");
}

// A child saves on and on and tells of each save that has returned; it is killed while it saves.
TEST(StoreProcesses, lose_nothing_that_was_stored_when_killed) {
  const sample::Folder folder;
  const std::string path = folder.path("results.db");
  int told_before = 0;
  for (int round = 0; round < 8; ++round) {
    std::array<int, 2> pipe_ends{};
    ASSERT_EQ(pipe(pipe_ends.data()), 0);
    const pid_t child = in_child([&] {
      Result<Store> store = Store::open(path, Store::Mode::write);
      const auto run = store ? store->begin_run(sample::run_record()) : store.error();
      if (!run) return 1;
      for (int i = 0;; ++i) {
        Replicate replicate = sample::replicate(0, 100);
        replicate.histogram = sample::histogram(200, 1);
        if (!store->save(*run, sample::row(fmt::format("{}", i)), &replicate)) return 2;
        const char done = 's';
        if (write(pipe_ends[1], &done, 1) != 1) return 3;
      }
    });
    ASSERT_GE(child, 0);
    close(pipe_ends[1]);
    int told = 0;
    char byte = 0;
    const int enough = 3 + 5 * round;
    while (told < enough && read(pipe_ends[0], &byte, 1) == 1) ++told;
    ASSERT_EQ(kill(child, SIGKILL), 0);
    while (read(pipe_ends[0], &byte, 1) == 1) ++told;
    close(pipe_ends[0]);
    EXPECT_EQ(exit_status_of(child), -1);
    ASSERT_GE(told, enough);

    Result<Store> store = Store::open(path, Store::Mode::write);
    ASSERT_TRUE(store) << store.error().message;
    const auto rows = store->rows(round + 1);
    ASSERT_TRUE(rows) << rows.error().message;
    // The save that was in flight is there as a whole or not at all.
    EXPECT_GE(rows->size(), static_cast<std::size_t>(told));
    EXPECT_LE(rows->size(), static_cast<std::size_t>(told) + 1);
    told_before += static_cast<int>(rows->size());
    const auto unfinished = store->unfinished("plan-1", "machine-1");
    ASSERT_TRUE(unfinished && *unfinished);
    EXPECT_EQ((*unfinished)->id, round + 1);
  }
  const RawDatabase raw(path);
  EXPECT_EQ(raw.text("SELECT count(*) FROM histograms"), std::to_string(told_before));
  EXPECT_EQ(raw.text("PRAGMA integrity_check"), "ok");
  EXPECT_TRUE(raw.rows("PRAGMA foreign_key_check").empty());
}

}  // namespace
}  // namespace pmembench
