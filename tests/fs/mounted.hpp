// Mounted: a small file system over memory, and what most tests do with it.
#pragma once

#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "fs/file_system.hpp"
#include "tests/fakes/fake_backend.hpp"

namespace pmembench {

inline std::vector<std::byte> pattern(std::size_t size, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

inline void expect_clean(const MountSource& source) {
  const auto problems = check_file_system(source);
  ASSERT_TRUE(problems) << problems.error().message;
  for (const std::string& problem : *problems) ADD_FAILURE() << problem;
}

class Mounted : public testing::Test {
 protected:
  explicit Mounted(std::uint64_t size_bytes = 32 << 20) : fake_(size_bytes) {
    fake_.record = false;
    device_ = fake_.device();
    source_.dax = device_.get();
  }
  ~Mounted() override {
    thread_.reset();
    file_system_.reset();
  }
  void format(FormatOptions options = {}) {
    const Status done = FileSystem::format(source_, options);
    ASSERT_TRUE(done) << done.error().message;
  }
  void mount(const MountOptions& options = {}) {
    auto mounted = FileSystem::mount(source_, options);
    ASSERT_TRUE(mounted) << mounted.error().message;
    file_system_ = std::move(*mounted);
    thread_ = file_system_->thread();
  }
  void unmount() {
    thread_.reset();
    const Status done = file_system_->unmount();
    EXPECT_TRUE(done) << done.error().message;
    file_system_.reset();
  }
  void remount(const MountOptions& options = {}) {
    unmount();
    expect_clean(source_);
    mount(options);
  }
  FileSystemThread& files() { return *thread_; }
  int make(std::string_view path) { return files().open(path, FileSystemThread::kCreate); }
  // The whole file.
  std::vector<std::byte> contents(std::string_view path) {
    FileStatus status;
    EXPECT_EQ(files().stat(path, status), 0) << path;
    std::vector<std::byte> bytes(status.size_bytes);
    const int file = files().open(path, 0);
    EXPECT_EQ(files().read(file, 0, bytes), static_cast<std::int64_t>(bytes.size()));
    EXPECT_EQ(files().close(file), 0);
    return bytes;
  }
  void put(std::string_view path, const std::vector<std::byte>& bytes) {
    const int file = files().open(path, FileSystemThread::kCreate | FileSystemThread::kTruncate);
    ASSERT_GE(file, 0);
    ASSERT_EQ(files().write(file, 0, bytes), static_cast<std::int64_t>(bytes.size()));
    ASSERT_EQ(files().fsync(file), 0);
    ASSERT_EQ(files().close(file), 0);
  }

  fakes::FakeBackend fake_;
  std::unique_ptr<DaxDevice> device_;
  MountSource source_;
  std::unique_ptr<FileSystem> file_system_;
  std::unique_ptr<FileSystemThread> thread_;
};

}  // namespace pmembench
