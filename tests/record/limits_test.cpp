// The documents state the limits that the code judges by, and the code states each once.
#include "record/limits.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

namespace pmembench {
namespace {

std::filesystem::path tree() { return std::filesystem::path(PMEMBENCH_TEST_SOURCE_DIR) / ".."; }

// Its text with each white space as one blank.
std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_FALSE(text.empty()) << path;
  return std::regex_replace(text, std::regex("\\s+"), " ");
}

std::string percent(double share) { return fmt::format("{:g} %", 100 * share); }

TEST(Limits, are_those_of_the_page_of_warnings) {
  using namespace limits;
  const std::string page = text_of(tree() / "docs/warnings.md");
  for (const std::string& sentence : std::vector<std::string>{
           "`disturbed`: above " + percent(kDisturbedShare) + " of the slices",
           "`steal`: above " + percent(kStealShare) + " of the CPU time",
           "`shared_core`: next to more than " + percent(kSharedCoreShare) + " of the slices",
           fmt::format("took more than {:g} times what it took at best", kSharedCoreSlowdown),
           "`page_size`: less than " + percent(kHugeShare) + " of the bytes",
           "`placement`: less than " + percent(kNodeShare) + " of the bytes",
           fmt::format("`autocorrelation`: lag-1 above {:g}", kLag1),
           fmt::format("`quantised`: p50 below {:g} steps of the clock", kStepsForPercentile),
           "`rate_not_kept`: more than " + percent(1 - kRateKept) + " below or above the rate",
           fmt::format(
               "`page_faults`: above {} of the time, at {:g} us a minor and {:g} us a major fault",
               percent(kFaultShare), kMinorFault_ns / 1000, kMajorFault_ns / 1000),
           "other processes took more than " + percent(kOtherLoadShare) + " of all CPU time",
           "the same " + percent(kDisturbedShare) + " of the slices or " + percent(kStealShare) +
               " of steal",
           fmt::format("differs by more than {:g} points", 100 * kPageDifference),
           "if more than " + percent(kUnusableShare) + " of its blocks are unusable"}) {
    EXPECT_THAT(page, testing::HasSubstr(sentence));
  }
  EXPECT_EQ(kCachesForMemory, 4U) << "the page says four times";
  EXPECT_THAT(page, testing::HasSubstr("(four times: STREAM's rule"));
}

TEST(Limits, are_those_of_the_page_of_methods) {
  using namespace limits;
  const std::string page = text_of(tree() / "docs/methodology.md");
  for (const std::string& sentence : std::vector<std::string>{
           "ran together for less than " + percent(kOverlap) + " of the span",
           fmt::format("slower than {:g} times: warning `shared_core`", kSharedCoreSlowdown),
           fmt::format("A bandwidth above {:g} times what the CPUs load", kCeilingMargin),
           fmt::format("above {:g} times the number of threads", kLittleInProcess),
           fmt::format("wholly above {:g} times the threads", kLittleOverProcesses),
           "lost more than " + percent(kLostShare) + " of their slices"}) {
    EXPECT_THAT(page, testing::HasSubstr(sentence));
  }
  EXPECT_DOUBLE_EQ(kSharedCoreShare, 0.1) << "the page says a tenth";
}

TEST(Limits, are_written_nowhere_else_in_the_code) {
  const std::regex compared(
      R"((disturbed_share|steal_share|shared_share|huge_share|lag1|overlap)\)?\s*[<>]=?\s*0?\.[0-9])");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(tree() / "src")) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      EXPECT_FALSE(std::regex_search(line, compared)) << entry.path() << ": " << line;
    }
  }
}

}  // namespace
}  // namespace pmembench
