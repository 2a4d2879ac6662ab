#include "platform/executable.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(Executable, is_this_program) {
  const auto path = executable_path();
  ASSERT_TRUE(path);
  EXPECT_EQ(path->front(), '/');
  EXPECT_NE(path->find("test_platform"), std::string::npos);
}

}  // namespace
}  // namespace pmembench
