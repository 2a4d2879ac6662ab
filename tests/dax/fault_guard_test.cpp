#include "dax/fault_guard.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <thread>

#include "dax/media.hpp"
#include "tests/fakes/page.hpp"

namespace pmembench {
namespace {

// Two pages of a file of one: touching the second raises SIGBUS on every kernel.
class BeyondTheFile : public testing::Test {
 protected:
  void SetUp() override {
    std::FILE* const file = std::tmpfile();
    ASSERT_NE(file, nullptr);
    ASSERT_EQ(ftruncate(fileno(file), kPage), 0);
    void* const address =
        mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
    std::fclose(file);
    ASSERT_NE(address, MAP_FAILED);
    mapping_ = Mapping(address, 2 * kPage);
    ASSERT_TRUE(install_fault_guard());
  }
  [[nodiscard]] volatile unsigned char* byte(std::size_t at) const {
    return mapping_.address() + at;
  }

  Mapping mapping_;
};

void touch(void* at) { *static_cast<volatile unsigned char*>(at) = 1; }

TEST_F(BeyondTheFile, a_guarded_copy_ends_with_the_address) {
  EXPECT_EQ(run_guarded(touch, mapping_.address() + kPage + 7), mapping_.address() + kPage + 7);
  EXPECT_EQ(run_guarded(touch, mapping_.address() + 7), nullptr);
  EXPECT_EQ(*byte(7), 1);
}

TEST_F(BeyondTheFile, survives_again_and_again_in_many_threads) {
  const auto work = [&] {
    for (int i = 0; i < 200; ++i) {
      EXPECT_NE(run_guarded(touch, mapping_.address() + kPage), nullptr);
      EXPECT_EQ(run_guarded(touch, mapping_.address()), nullptr);
    }
  };
  std::thread other(work);
  work();
  other.join();
}

TEST_F(BeyondTheFile, without_a_guard_the_signal_still_ends_the_process) {
#ifdef PMEMBENCH_SANITIZED
  GTEST_SKIP() << "the sanitizer handles the signal itself";
#endif
  EXPECT_EXIT(touch(mapping_.address() + kPage), testing::KilledBySignal(SIGBUS), "");
}

}  // namespace
}  // namespace pmembench
