#include "results/store_open.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "raw_database.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

namespace fs = std::filesystem;

class StoreErrors : public testing::Test {
 protected:
  void expect(Store::Mode mode, ErrorKind kind, const std::string& message) const {
    const Result<Store> store = Store::open(path_, mode, 0);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().kind, kind);
    EXPECT_EQ(store.error().message, message);
  }
  void expect_both(ErrorKind kind, const std::string& message) const {
    expect(Store::Mode::read, kind, message);
    expect(Store::Mode::write, kind, message);
  }
  void make_store(int rows = 1) const {
    Result<Store> store = Store::open(path_, Store::Mode::write);
    ASSERT_TRUE(store) << store.error().message;
    const auto id = store->begin_run(sample::run_record());
    for (int i = 0; i < rows; ++i) {
      const Replicate replicate = sample::replicate(0, 100);
      ASSERT_TRUE(store->save(*id, sample::row(fmt::format("cell {}", i)), &replicate));
    }
  }
  sample::Folder folder_;
  std::string path_ = folder_.path("results.db");
};

TEST_F(StoreErrors, name_a_missing_file) {
  expect(Store::Mode::read, ErrorKind::usage,
         path_ +
             " does not exist: measure something first with `pmembench run`, or name the file with "
             "--db");
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(StoreErrors, name_a_missing_folder) {
  path_ = folder_.path("no/results.db");
  expect(Store::Mode::write, ErrorKind::usage,
         path_ + " cannot be made, for the folder " + folder_.path("no") +
             " does not exist: make it, or name another file with --db");
}

TEST_F(StoreErrors, name_an_empty_path) {
  path_ = "";
  expect_both(ErrorKind::usage, "the results file has no name: name one with --db FILE");
}

TEST_F(StoreErrors, name_a_folder) {
  path_ = folder_.path();
  expect_both(ErrorKind::usage,
              path_ + " is a folder: name a file in it, such as " + path_ + "/pmembench.db");
}

TEST_F(StoreErrors, name_what_is_no_regular_file) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  expect_both(ErrorKind::usage, path_ +
                                    " is not a regular file, and results are kept in one: name "
                                    "another with --db");
}

TEST_F(StoreErrors, name_a_file_that_is_not_sqlites_and_leave_it_alone) {
  const std::string text(5000, 'x');
  std::ofstream(path_) << text;
  expect_both(ErrorKind::usage, path_ +
                                    " is not an SQLite file: pmembench keeps its results in one; "
                                    "name another file with --db");
  std::ifstream file(path_);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
  EXPECT_FALSE(fs::exists(path_ + "-wal"));
}

TEST_F(StoreErrors, name_the_sqlite_file_of_another_program_and_leave_it_alone) {
  RawDatabase(path_).execute("CREATE TABLE mine (x); INSERT INTO mine VALUES (1)");
  expect_both(ErrorKind::usage, path_ +
                                    " is the SQLite file of another program, and is left alone: "
                                    "name another file with --db");
  const RawDatabase raw(path_);
  EXPECT_EQ(raw.text("SELECT group_concat(name) FROM sqlite_schema"), "mine");
  EXPECT_EQ(raw.text("PRAGMA journal_mode"), "delete");
}

TEST_F(StoreErrors, name_a_file_without_results) {
  std::ofstream(path_).flush();
  expect(Store::Mode::read, ErrorKind::usage,
         path_ +
             " holds no results: measure something first with `pmembench run`, or name the file "
             "with --db");
  EXPECT_TRUE(Store::open(path_, Store::Mode::write));
}

TEST_F(StoreErrors, name_both_versions_of_a_newer_schema) {
  make_store();
  RawDatabase(path_).execute("PRAGMA user_version = 7");
  expect_both(ErrorKind::usage,
              path_ +
                  " has schema version 7 and this pmembench knows version 4: open it with the "
                  "pmembench that wrote it, or name another file with --db");
}

TEST_F(StoreErrors, name_a_truncated_file) {
  make_store(50);
  fs::resize_file(path_, fs::file_size(path_) / 2);
  for (const Store::Mode mode : {Store::Mode::read, Store::Mode::write}) {
    const Result<Store> store = Store::open(path_, mode, 0);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().kind, ErrorKind::runtime);
    EXPECT_THAT(store.error().message, testing::StartsWith(path_ + " is damaged ("));
    EXPECT_THAT(store.error().message,
                testing::EndsWith("): restore a copy, or save what can be read with `sqlite3 " +
                                  path_ + " .recover`, and name another file with --db"));
  }
}

TEST_F(StoreErrors, name_a_file_with_a_damaged_page) {
  make_store(50);
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 * 6);
    const std::string garbage(4096, '\x5A');
    file.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
  }
  const Result<Store> store = Store::open(path_, Store::Mode::read);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::runtime);
  EXPECT_THAT(store.error().message, testing::StartsWith(path_ + " is damaged ("));
}

TEST_F(StoreErrors, name_a_lock_that_stays) {
  make_store();
  Result<Store> store = Store::open(path_, Store::Mode::write, 0);
  ASSERT_TRUE(store);
  RawDatabase other(path_);
  other.execute("BEGIN IMMEDIATE");
  const Status locked = store->save(1, sample::row(), nullptr);
  ASSERT_FALSE(locked);
  EXPECT_EQ(locked.error().kind, ErrorKind::runtime);
  EXPECT_EQ(locked.error().message,
            path_ +
                " is locked by another program and stayed so for 0 s: end that program's "
                "transaction, or name another file with --db");
  other.execute("COMMIT");
  EXPECT_TRUE(store->save(1, sample::row(), nullptr));
}

TEST_F(StoreErrors, name_a_lock_when_the_file_is_made) {
  RawDatabase other(path_);
  other.execute("BEGIN EXCLUSIVE");
  expect(Store::Mode::write, ErrorKind::runtime,
         path_ +
             " is locked by another program and stayed so for 0 s: end that program's "
             "transaction, or name another file with --db");
}

TEST_F(StoreErrors, name_a_run_that_is_not_there) {
  Result<Store> store = Store::open(path_, Store::Mode::write);
  ASSERT_TRUE(store);
  const std::string none =
      path_ + " holds no run yet: measure something first with `pmembench run`";
  EXPECT_EQ(store->run(std::nullopt).error().message, none);
  EXPECT_EQ(store->rows(1).error().message, none);
  ASSERT_TRUE(store->begin_run(sample::run_record()));
  ASSERT_TRUE(store->begin_run(sample::run_record()));
  const std::string other =
      path_ + " has no run 9: it holds runs 1 to 2; `pmembench show --runs` lists them";
  const auto expect_other = [&](const Error& error) {
    EXPECT_EQ(error.kind, ErrorKind::usage);
    EXPECT_EQ(error.message, other);
  };
  expect_other(store->run(9).error());
  expect_other(store->rows(9).error());
  expect_other(store->replicates(9, "a").error());
  expect_other(store->save(9, sample::row(), nullptr).error());
  expect_other(store->finish_run(9, "done").error());
  expect_other(store->reopen_run(9).error());
}

TEST_F(StoreErrors, name_what_another_program_made_of_a_run) {
  make_store();
  RawDatabase(path_).execute("UPDATE runs SET plan = 'no json'; DELETE FROM checksums");
  Result<Store> store = Store::open(path_, Store::Mode::read);
  ASSERT_TRUE(store);
  EXPECT_EQ(store->run(1).error().message,
            "run 1 of " + path_ +
                " has a plan or environment that is not JSON: the file was changed by "
                "another program; restore a copy");
  RawDatabase(path_).execute("UPDATE cells SET row = '{}'");
  EXPECT_THAT(store->rows(1).error().message,
              testing::StartsWith(path_ + ", run 1: this is not a row of results ("));
  RawDatabase(path_).execute("UPDATE replicates SET slice_disturbed = '[true'");
  EXPECT_THAT(
      store->replicates(1, "cell 0").error().message,
      testing::StartsWith(path_ + ", run 1, cell cell 0: the slices of replicate 0 cannot be "
                                  "read ("));
}

// Runs `body` in a child that is not root, since root may write everywhere; its status is the
// child's count of failed expectations.
void as_nobody(const std::function<void()>& body) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(99);
    body();
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 99) GTEST_SKIP() << "cannot become another user here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(StoreErrors, name_a_read_only_folder) {
  ASSERT_EQ(chmod(folder_.path().c_str(), 0555), 0);
  as_nobody([&] {
    expect(Store::Mode::write, ErrorKind::environment,
           path_ + " cannot be written, for nothing can be made in its folder " + folder_.path() +
               ": change the folder's permissions, or name another file with --db");
  });
  ASSERT_EQ(chmod(folder_.path().c_str(), 0755), 0);
}

TEST_F(StoreErrors, name_a_file_without_permission) {
  make_store();
  ASSERT_EQ(chmod(folder_.path().c_str(), 0777), 0);
  ASSERT_EQ(chmod(path_.c_str(), 0444), 0);
  as_nobody([&] {
    expect(Store::Mode::write, ErrorKind::environment,
           path_ +
               " may not be written by this user: change its permissions, or name another file "
               "with --db");
    EXPECT_TRUE(Store::open(path_, Store::Mode::read));
  });
  ASSERT_EQ(chmod(path_.c_str(), 0000), 0);
  as_nobody([&] {
    expect_both(ErrorKind::environment, path_ +
                                            " may not be read by this user: change its "
                                            "permissions, or name another file with --db");
  });
}

TEST_F(StoreErrors, do_not_stop_reading_in_a_read_only_folder) {
  path_ = folder_.path("50% ?#.db");  // all that a URI would take for something else
  make_store(3);
  ASSERT_FALSE(fs::exists(path_ + "-wal"));
  ASSERT_EQ(chmod(folder_.path().c_str(), 0555), 0);
  as_nobody([&] {
    const Result<Store> store = Store::open(path_, Store::Mode::read);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ(store->rows(1)->size(), 3U);
  });
  ASSERT_EQ(chmod(folder_.path().c_str(), 0755), 0);
}

TEST_F(StoreErrors, name_a_full_disk_and_store_nothing_of_what_did_not_fit) {
  const std::string disk = folder_.path("disk");
  ASSERT_TRUE(fs::create_directory(disk));
  if (mount("none", disk.c_str(), "tmpfs", 0, "size=1m") != 0) {
    GTEST_SKIP() << "cannot mount a small tmpfs here: " << std::strerror(errno);
  }
  path_ = disk + "/results.db";
  make_store();
  {
    Result<Store> store = Store::open(path_, Store::Mode::write);
    ASSERT_TRUE(store);
    std::size_t saved = 1;
    Status status;
    Row row = sample::row();
    row.reason = std::string(20000, 'x');
    while (status && saved < 1000) {
      row.cell = fmt::format("big {}", saved);
      status = store->save(1, row, nullptr);
      if (status) ++saved;
    }
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::runtime);
    EXPECT_EQ(status.error().code, ENOSPC);
    EXPECT_EQ(status.error().message,
              path_ +
                  ": its disk is full, and what was to be stored is not; free some space and go on "
                  "with --resume, or use a --db file on another disk");
    EXPECT_GT(saved, 3U);
    EXPECT_EQ(store->rows(1)->size(), saved);
  }
  EXPECT_EQ(umount(disk.c_str()), 0);
}

}  // namespace
}  // namespace pmembench
