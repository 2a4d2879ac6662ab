#include "platform/prefetch_control.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/fakes/sysfs/nvdimm_server.hpp"

namespace pmembench {
namespace {

using State = PrefetchControl::State;
constexpr std::array<int, 2> kCpus{0, 3};

class PrefetchControlOf : public testing::Test {
 protected:
  PrefetchControlOf() {
    write_nvdimm_server(tree_);
    for (const int cpu : {0, 1, 3}) set(cpu, cpu == 3 ? 0x11 : 0x10);
  }
  void set(int cpu, char value) {
    std::string content(0x1A4 + 8, '\0');
    content[0x1A4] = value;
    tree_.raw("dev/cpu/" + std::to_string(cpu) + "/msr", content);
  }
  [[nodiscard]] int value(int cpu) const {
    std::ifstream file(tree_.root() + "/dev/cpu/" + std::to_string(cpu) + "/msr");
    file.seekg(0x1A4);
    return file.get();
  }
  fakes::SysfsTree tree_;
};

TEST_F(PrefetchControlOf, these_cpus_is_switched_and_comes_back_when_asked) {
  PrefetchControl control(tree_.root());
  ASSERT_TRUE(control.apply(State::off, kCpus));
  EXPECT_EQ(value(0), 0x1F);
  EXPECT_EQ(value(1), 0x10);
  EXPECT_EQ(value(3), 0x1F);
  ASSERT_TRUE(control.apply(State::on, kCpus));
  EXPECT_EQ(value(0), 0x10);
  EXPECT_EQ(value(3), 0x10);
  ASSERT_TRUE(control.apply(State::as_found, {}));
  EXPECT_EQ(value(0), 0x10);
  EXPECT_EQ(value(3), 0x11);
}

TEST_F(PrefetchControlOf, other_cpus_comes_back_when_the_next_are_switched) {
  PrefetchControl control(tree_.root());
  ASSERT_TRUE(control.apply(State::off, kCpus));
  ASSERT_TRUE(control.apply(State::off, std::array{1}));
  EXPECT_EQ(value(0), 0x10);
  EXPECT_EQ(value(3), 0x11);
  EXPECT_EQ(value(1), 0x1F);
}

TEST_F(PrefetchControlOf, every_cpu_ends_with_it) {
  { ASSERT_TRUE(PrefetchControl(tree_.root()).apply(State::off, kCpus)); }
  EXPECT_EQ(value(0), 0x10);
  EXPECT_EQ(value(3), 0x11);
}

TEST_F(PrefetchControlOf, a_process_that_is_killed_is_brought_back_by_another) {
  int ready[2] = {-1, -1};
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    setpgid(0, 0);
    PrefetchControl control(tree_.root());
    const char done = control.apply(State::off, kCpus) ? 'y' : 'n';
    if (write(ready[1], &done, 1) != 1) _exit(1);
    for (;;) pause();
  }
  char done = 0;
  ASSERT_EQ(read(ready[0], &done, 1), 1);
  EXPECT_EQ(done, 'y');
  EXPECT_EQ(value(0), 0x1F);
  kill(-child, SIGKILL);
  waitpid(child, nullptr, 0);
  for (int tries = 0; tries < 1000 && value(3) != 0x11; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(value(0), 0x10);
  EXPECT_EQ(value(3), 0x11);
  close(ready[0]);
  close(ready[1]);
}

TEST_F(PrefetchControlOf, a_cpu_without_the_file_leaves_all_as_they_were) {
  PrefetchControl control(tree_.root());
  const Status status = control.apply(State::off, std::array{0, 7});
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, testing::HasSubstr("dev/cpu/7/msr"));
  EXPECT_EQ(value(0), 0x10);
}

TEST_F(PrefetchControlOf, a_register_that_does_not_keep_a_value_is_an_error) {
  std::filesystem::create_directories(tree_.root() + "/dev/cpu/5");
  // Reads as 0, whatever is written.
  std::filesystem::create_symlink("/dev/zero", tree_.root() + "/dev/cpu/5/msr");
  PrefetchControl control(tree_.root());
  const Status status = control.apply(State::off, std::array{0, 5});
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, testing::HasSubstr("CPU 5 did not take 0xf"));
  EXPECT_EQ(value(0), 0x10);
}

}  // namespace
}  // namespace pmembench
