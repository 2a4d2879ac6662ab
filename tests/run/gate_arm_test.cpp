#include "run/gate_arm.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace pmembench {
namespace {

// A worker that gives this answer to whatever it is asked.
GateArm arm_that_says(const std::string& answer) {
  std::signal(SIGPIPE, SIG_IGN);
  GateArm arm;
  arm.workers.command = {"/bin/sh", "-c", "while read line; do echo '" + answer + "'; done"};
  return arm;
}

TEST(GateArm, learns_the_version_of_a_worker) {
  const auto hello =
      greet_arm(arm_that_says(R"({"is":"hello","version":1,"pmembench":"0.1.0"})"), Arm::head);
  ASSERT_TRUE(hello) << hello.error().message;
  EXPECT_EQ(hello->protocol, kProtocolVersion);
  EXPECT_EQ(hello->version, "0.1.0");
}

TEST(GateArm, takes_a_worker_from_before_the_greeting) {
  const auto hello = greet_arm(
      arm_that_says(R"({"is":"failed","kind":"runtime","message":"unknown request"})"), Arm::base);
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->protocol, 0);
  EXPECT_EQ(hello->version, "");
}

TEST(GateArm, refuses_another_protocol_and_names_both_and_the_remedy) {
  const auto hello =
      greet_arm(arm_that_says(R"({"is":"hello","version":7,"pmembench":"9.0"})"), Arm::base);
  ASSERT_FALSE(hello);
  EXPECT_EQ(hello.error().kind, ErrorKind::usage);
  EXPECT_EQ(hello.error().message,
            "base /bin/sh (pmembench 9.0) speaks worker protocol 7 and this pmembench speaks 1: "
            "run the gate with a pmembench that speaks as both sides do, or rebuild that side");
}

TEST(GateArm, refuses_what_is_no_pmembench) {
  GateArm arm;
  arm.workers.command = {"/bin/true", "worker"};
  std::signal(SIGPIPE, SIG_IGN);
  const auto hello = greet_arm(arm, Arm::head);
  ASSERT_FALSE(hello);
  EXPECT_EQ(hello.error().message,
            "head /bin/true cannot be driven as a pmembench: the worker ended by itself with "
            "status 0; name a pmembench binary");
  EXPECT_FALSE(greet_arm(arm_that_says("{}"), Arm::head));
  EXPECT_FALSE(greet_arm(arm_that_says("hello"), Arm::head));
  EXPECT_FALSE(greet_arm(arm_that_says(R"({"is":7})"), Arm::head));
  const auto wrong = greet_arm(arm_that_says(R"({"is":"hello","version":"one"})"), Arm::head);
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("version: type must be a whole number"), std::string::npos)
      << wrong.error().message;
  EXPECT_EQ(wrong.error().message.find("exception"), std::string::npos) << "a library's words";
}

TEST(GateArm, does_not_call_what_was_killed_another_program) {
  GateArm arm;
  arm.workers.command = {"/bin/sh", "-c", "kill -KILL $$"};
  std::signal(SIGPIPE, SIG_IGN);
  const auto hello = greet_arm(arm, Arm::head);
  ASSERT_FALSE(hello);
  EXPECT_EQ(hello.error().kind, ErrorKind::runtime);
  EXPECT_EQ(hello.error().message,
            "head /bin/sh did not say what it is: the worker died of SIGKILL (Killed)");
}

TEST(GateArm, runs_a_cell_on_its_own_medium_and_backend) {
  GateArm arm;
  Cell cell;
  cell.name = "cell";
  cell.media = "dram:1M";
  cell.backend = "old";
  EXPECT_EQ(cell_of_arm(arm, cell).media, "dram:1M");
  EXPECT_EQ(cell_of_arm(arm, cell).backend, "old");
  arm.media = "dram:2M";
  arm.backends["old"] = "new";
  EXPECT_EQ(cell_of_arm(arm, cell).media, "dram:2M");
  EXPECT_EQ(cell_of_arm(arm, cell).backend, "new");
  EXPECT_EQ(cell_of_arm(arm, cell).name, "cell");
}

}  // namespace
}  // namespace pmembench
