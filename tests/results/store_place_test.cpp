// Where the results file lies: what is next to it, what its file system cannot do, and its removal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/mman.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "results/store.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

namespace fs = std::filesystem;

class StorePlace : public testing::Test {
 protected:
  sample::Folder folder_;
  std::string path_ = folder_.path("results.db");
};

TEST_F(StorePlace, name_what_is_no_file_to_sqlite) {
  for (const char* name : {":memory:", "file:results.db", "file::memory:?cache=shared"}) {
    for (const Store::Mode mode : {Store::Mode::read, Store::Mode::write}) {
      const auto store = Store::open(name, mode, 0);
      ASSERT_FALSE(store) << name;
      EXPECT_EQ(store.error().kind, ErrorKind::usage);
      EXPECT_THAT(store.error().message, testing::HasSubstr("is not the name of a file to SQLite"));
    }
  }
  EXPECT_FALSE(fs::exists("results.db"));
}

TEST_F(StorePlace, keep_what_lies_under_the_names_that_sqlite_uses) {
  for (const char* suffix : {"-wal", "-journal", "-shm"}) {
    const std::string precious = path_ + suffix;
    std::ofstream(precious) << "of the user's";
    const auto fresh = Store::open(path_, Store::Mode::write, 0);
    ASSERT_FALSE(fresh) << suffix;
    EXPECT_EQ(fresh.error().kind, ErrorKind::usage);
    EXPECT_THAT(fresh.error().message, testing::HasSubstr(precious + " exists"));
    EXPECT_FALSE(fs::exists(path_));
    std::ofstream(path_).close();  // empty, as another process may be making it
    EXPECT_FALSE(Store::open(path_, Store::Mode::write, 0)) << suffix;
    std::ifstream file(precious);
    std::string content;
    std::getline(file, content);
    EXPECT_EQ(content, "of the user's");
    fs::remove(precious);
    fs::remove(path_);
  }
  // The journal of a results file that was moved away may hold what is not in it.
  std::ofstream(path_ + "-wal", std::ios::binary) << "\x37\x7f\x06\x82";
  EXPECT_FALSE(Store::open(path_, Store::Mode::write, 0));
}

TEST_F(StorePlace, go_on_with_the_files_of_sqlite) {
  Result<Store> one = Store::open(path_, Store::Mode::write);
  ASSERT_TRUE(one) << one.error().message;
  ASSERT_TRUE(one->begin_run(sample::run_record()));
  ASSERT_TRUE(fs::exists(path_ + "-wal") && fs::exists(path_ + "-shm"));
  EXPECT_TRUE(Store::open(path_, Store::Mode::write));
  EXPECT_TRUE(Store::open(path_, Store::Mode::read));
}

TEST_F(StorePlace, say_that_the_file_was_removed_while_it_was_written_to) {
  for (const bool replaced : {false, true}) {
    Result<Store> store = Store::open(path_, Store::Mode::write);
    ASSERT_TRUE(store) << store.error().message;
    const auto id = store->begin_run(sample::run_record());
    ASSERT_TRUE(id);
    for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(path_ + suffix);
    if (replaced) std::ofstream(path_) << "another";
    const Replicate replicate = sample::replicate(0, 100);
    const Status saved = store->save(*id, sample::row("cell"), &replicate);
    ASSERT_FALSE(saved);
    EXPECT_EQ(saved.error().kind, ErrorKind::runtime);
    EXPECT_THAT(saved.error().message, testing::HasSubstr("was removed or replaced while"));
    EXPECT_FALSE(store->finish_run(*id, "done"));
    EXPECT_FALSE(store->save_document({0, "", "gate", {}, "PASS", {}}));
    fs::remove(path_);
  }
}

// SQLite's own calls fail as they do on such file systems.
class SystemCall {
 public:
  SystemCall(const char* name, sqlite3_syscall_ptr call)
      : vfs_(sqlite3_vfs_find(nullptr)), name_(name) {
    vfs_->xSetSystemCall(vfs_, name, call);
  }
  SystemCall(const SystemCall&) = delete;
  SystemCall& operator=(const SystemCall&) = delete;
  ~SystemCall() { vfs_->xSetSystemCall(vfs_, name_, nullptr); }

 private:
  sqlite3_vfs* vfs_;
  const char* name_;
};

int fcntl_without_locks(int /*fd*/, int /*command*/, ...) {
  errno = ENOLCK;
  return -1;
}

void* mmap_without_sharing(void* /*at*/, size_t /*size*/, int /*access*/, int /*flags*/, int /*fd*/,
                           off_t /*offset*/) {
  errno = ENODEV;
  return MAP_FAILED;
}

TEST_F(StorePlace, name_a_file_system_without_locks) {
  const SystemCall none("fcntl", reinterpret_cast<sqlite3_syscall_ptr>(fcntl_without_locks));
  const auto store = Store::open(path_, Store::Mode::write, 0);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::environment);
  EXPECT_THAT(store.error().message, testing::HasSubstr("its file system has no locks"));
}

TEST_F(StorePlace, do_without_shared_mappings) {
  const SystemCall none("mmap", reinterpret_cast<sqlite3_syscall_ptr>(mmap_without_sharing));
  Result<Store> store = Store::open(path_, Store::Mode::write, 0);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_TRUE(store->begin_run(sample::run_record()));
  EXPECT_EQ(Store::open(path_, Store::Mode::read)->runs()->size(), 1U);
}

}  // namespace
}  // namespace pmembench
