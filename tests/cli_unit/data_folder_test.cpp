#include "cli/data_folder.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace pmembench {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class DataFolder : public testing::Test {
 protected:
  void SetUp() override { unsetenv("PMEMBENCH_DATA"); }
  void TearDown() override {
    unsetenv("PMEMBENCH_DATA");
    fs::remove_all(root_);
  }
  void add(const fs::path& file) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << "\n";
  }
  Result<std::string> find(const fs::path& binary) {
    return data_folder((root_ / binary).string(), "configs", "quick.yaml");
  }
  // Tests run at once, each in a process of its own.
  fs::path root_ = fs::path(testing::TempDir()) / ("pmembench_data." + std::to_string(getpid()));
};

TEST_F(DataFolder, is_that_of_the_installation_first) {
  add("share/pmembench/configs/quick.yaml");
  add("configs/quick.yaml");
  add("backends/dax_operations.h");
  EXPECT_EQ(*find("bin/pmembench"), (root_ / "share/pmembench/configs").string());
}

// One campaign that a packager left out does not take the others with it.
TEST_F(DataFolder, needs_no_file_where_none_is_named) {
  add("share/pmembench/configs/gate.yaml");
  const auto found = data_folder((root_ / "bin/pmembench").string(), "configs", "");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, (root_ / "share/pmembench/configs").string());
  const auto missing = data_folder((root_ / "lib/x/pmembench").string(), "configs", "");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("no source tree with configs around"));
}

TEST_F(DataFolder, is_that_of_the_source_tree_around_a_build) {
  add("configs/quick.yaml");
  add("backends/dax_operations.h");
  EXPECT_EQ(*find("build/release/pmembench"), (root_ / "configs").string());
}

TEST_F(DataFolder, is_no_folder_that_only_has_the_name) {
  add("configs/quick.yaml");  // somebody's own, above ~/.local/bin
  EXPECT_FALSE(find(".local/bin/pmembench"));
}

TEST_F(DataFolder, is_what_the_environment_names) {
  add("share/pmembench/configs/quick.yaml");
  add("mine/configs/quick.yaml");
  setenv("PMEMBENCH_DATA", (root_ / "mine").c_str(), 1);
  EXPECT_EQ(*find("bin/pmembench"), (root_ / "mine/configs").string());
}

TEST_F(DataFolder, of_the_environment_must_have_it) {
  add("share/pmembench/configs/quick.yaml");
  setenv("PMEMBENCH_DATA", (root_ / "mine").c_str(), 1);
  const auto found = find("bin/pmembench");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::environment);
  EXPECT_THAT(found.error().message, HasSubstr("PMEMBENCH_DATA"));
  setenv("PMEMBENCH_DATA", "", 1);
  EXPECT_TRUE(find("bin/pmembench"));
}

TEST_F(DataFolder, that_is_missing_names_where_it_was_looked_for) {
  const auto found = find("bin/pmembench");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::environment);
  EXPECT_THAT(found.error().message, HasSubstr((root_ / "share/pmembench/configs").string()));
  EXPECT_THAT(found.error().message, HasSubstr((root_ / "bin").string()));
}

}  // namespace
}  // namespace pmembench
