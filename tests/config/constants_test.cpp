// Names in a campaign whose values another file has.
#include "config/constants.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace pmembench {
namespace {

class ConstantsFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("pmembench_constants_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    write("found.yaml", "read_line: 256\nways: 6\n");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  // The first value of `key` after the constants were applied, or the error.
  [[nodiscard]] std::string value_of(const std::string& yaml, const std::string& key) const {
    auto tree = parse_yaml(yaml, "campaign.yaml");
    EXPECT_TRUE(tree);
    const Status applied = apply_constants(*tree, (folder_ / "campaign.yaml").string());
    if (!applied) return applied.error().message;
    for (std::size_t i = 0; i < tree->keys.size(); ++i) {
      if (tree->keys[i].text == key) {
        const YamlNode& value = tree->values[i];
        return value.values.empty() ? value.text : value.values.front().text;
      }
    }
    return "absent";
  }

  std::filesystem::path folder_;
};

TEST_F(ConstantsFile, replaces_names_and_goes_away) {
  const std::string yaml =
      "constants: found.yaml\nstride: ${read_line}\nlist: [\"${ways}:*${ways}:36\"]\n";
  EXPECT_EQ(value_of(yaml, "stride"), "256");
  EXPECT_EQ(value_of(yaml, "list"), "6:*6:36");
  EXPECT_EQ(value_of(yaml, "constants"), "absent");
}

TEST_F(ConstantsFile, leaves_a_campaign_without_them_as_it_is) {
  EXPECT_EQ(value_of("stride: ${read_line}\n", "stride"), "${read_line}");
}

TEST_F(ConstantsFile, refuses_what_is_not_there) {
  EXPECT_NE(value_of("constants: found.yaml\nstride: ${write_line}\n", "stride")
                .find("there is no constant 'write_line'"),
            std::string::npos);
  EXPECT_NE(value_of("constants: found.yaml\nstride: ${read_line\n", "stride")
                .find("there is no constant"),
            std::string::npos);
  EXPECT_NE(value_of("constants: none.yaml\n", "x").find("can be read"), std::string::npos);
  EXPECT_NE(value_of("constants: .\n", "x").find("can be read"), std::string::npos);
  EXPECT_NE(value_of("constants: [a]\n", "x").find("takes one value"), std::string::npos);
  write("list.yaml", "- 1\n");
  EXPECT_NE(value_of("constants: list.yaml\n", "x").find("are a map"), std::string::npos);
  write("deep.yaml", "a: [1]\n");
  EXPECT_NE(value_of("constants: deep.yaml\n", "x").find("no single value"), std::string::npos);
}

}  // namespace
}  // namespace pmembench
