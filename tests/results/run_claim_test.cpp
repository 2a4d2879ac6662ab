#include "results/run_claim.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "results/store.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

// What a second process gets that goes on with the run: 0 it may, 1 it is refused.
int resume_elsewhere(const std::string& path, std::int64_t run) {
  const pid_t child = fork();
  if (child == 0) {
    auto store = Store::open(path, Store::Mode::write);
    _exit(store && store->reopen_run(run) ? 0 : 1);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WEXITSTATUS(status);
}

// Both ended with status 0, and 106 of 226 replicates were overwritten.
TEST(RunClaim, keeps_others_from_a_run_that_is_being_measured) {
  const sample::Folder folder;
  const std::string path = folder.path("results.db");
  auto store = Store::open(path, Store::Mode::write);
  ASSERT_TRUE(store);
  const auto run = store->begin_run(sample::run_record());
  ASSERT_TRUE(run);
  EXPECT_EQ(resume_elsewhere(path, *run), 1);
  EXPECT_EQ(resume_elsewhere(path, *run), 1);
  EXPECT_TRUE(store->reopen_run(*run)) << "its own process may go on";
}

TEST(RunClaim, ends_with_its_store) {
  const sample::Folder folder;
  const std::string path = folder.path("results.db");
  std::int64_t run = 0;
  {
    auto store = Store::open(path, Store::Mode::write);
    ASSERT_TRUE(store);
    run = *store->begin_run(sample::run_record());
  }
  EXPECT_EQ(resume_elsewhere(path, run), 0);
}

TEST(RunClaim, is_of_one_run) {
  const sample::Folder folder;
  const std::string path = folder.path("results.db");
  auto store = Store::open(path, Store::Mode::write);
  ASSERT_TRUE(store);
  const auto first = store->begin_run(sample::run_record());
  ASSERT_TRUE(first);
  const auto claim = RunClaim::take(path, *first + 1);
  EXPECT_TRUE(claim);
  const auto again = RunClaim::take(path, *first);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().message.find("is being measured by another process"), std::string::npos);
}

}  // namespace
}  // namespace pmembench
