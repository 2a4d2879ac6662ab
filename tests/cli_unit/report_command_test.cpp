#include "cli/report_command.hpp"

#include <gmock/gmock.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace pmembench {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class ReportsFolder : public testing::Test {
 protected:
  ReportsFolder() { fs::create_directories(root_ / "bin"); }
  ~ReportsFolder() override { fs::remove_all(root_); }

  void add_package(const fs::path& folder) {
    fs::create_directories(root_ / folder / "pmembench_report");
    std::ofstream(root_ / folder / "pmembench_report" / "__main__.py") << "\n";
  }

  // Tests run at once, each in a process of its own.
  fs::path root_ =
      fs::path(testing::TempDir()) / ("pmembench_reports_folder." + std::to_string(getpid()));
};

TEST_F(ReportsFolder, is_that_of_the_installation) {
  add_package("share/pmembench/reports");
  add_package("reports");
  const auto found = reports_folder((root_ / "bin" / "pmembench").string());
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, (root_ / "share/pmembench/reports").string());
}

TEST_F(ReportsFolder, is_that_of_the_source_tree_around_a_build) {
  add_package("reports");
  fs::create_directories(root_ / "backends");
  std::ofstream(root_ / "backends" / "dax_operations.h") << "\n";
  const auto found = reports_folder((root_ / "build" / "release" / "pmembench").string());
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, (root_ / "reports").string());
}

TEST_F(ReportsFolder, is_named_where_it_is_missing) {
  const auto found = reports_folder((root_ / "bin" / "pmembench").string());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::environment);
  EXPECT_THAT(found.error().message,
              AllOf(HasSubstr("the report cannot be drawn"), HasSubstr("pmembench_report"),
                    HasSubstr((root_ / "share/pmembench/reports").string()),
                    HasSubstr((root_ / "bin").string()), HasSubstr("cmake --install")));
}

TEST(ReportArguments, are_those_that_were_given) {
  ReportRequest request;
  request.run = "7";
  request.html = "-odd name.html";
  request.comparison = "c.json";
  EXPECT_THAT(report_arguments(request), ElementsAre("--run=7", "--html=-odd name.html",
                                                     "--comparison=c.json", "--", "pmembench.db"));
}

TEST(ReportArguments, leave_latest_to_the_package) {
  ReportRequest request;
  request.run = "latest";
  request.png = "p";
  request.svg = "s";
  request.pdf = "x.pdf";
  request.derived = "d.json";
  request.history = "h.json";
  EXPECT_THAT(report_arguments(request),
              ElementsAre("--png=p", "--svg=s", "--pdf=x.pdf", "--derived=d.json",
                          "--history=h.json", "--", "pmembench.db"));
}

}  // namespace
}  // namespace pmembench
