#include "cli/output_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace pmembench {
namespace {

namespace files = std::filesystem;
using testing::HasSubstr;

class OutputFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (files::temp_directory_path() / "pmembench-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { files::remove_all(folder_); }
  [[nodiscard]] std::string at(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream file(at(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string& name, const std::string& text) const {
    std::ofstream(at(name)) << text;
  }
  [[nodiscard]] std::ptrdiff_t entries() const {
    return std::distance(files::directory_iterator(folder_), files::directory_iterator());
  }
  files::path folder_;
};

TEST_F(OutputFileTest, has_its_name_when_it_is_whole) {
  {
    auto file = OutputFile::open(at("summary.md"), "--markdown", false);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_FALSE(files::exists(at("summary.md")));
    ASSERT_TRUE(file->write("text"));
    EXPECT_EQ(content("summary.md"), "text");
  }
  EXPECT_EQ(content("summary.md"), "text");
  EXPECT_EQ(entries(), 1);
}

TEST_F(OutputFileTest, leaves_nothing_if_it_is_never_written) {
  { ASSERT_TRUE(OutputFile::open(at("summary.md"), "--markdown", false)); }
  EXPECT_EQ(entries(), 0);
}

TEST_F(OutputFileTest, that_nobody_asked_for_takes_every_text) {
  auto file = OutputFile::open("", "--markdown", false);
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->write("text"));
}

TEST_F(OutputFileTest, fills_an_empty_file_and_keeps_its_mode) {
  put("empty", "");  // as a CI job hands it out
  files::permissions(at("empty"), files::perms(0640));
  files::create_symlink(at("empty"), at("link"));
  auto file = OutputFile::open(at("link"), "--markdown", false);
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_TRUE(file->write("text"));
  EXPECT_EQ(content("empty"), "text");
  EXPECT_TRUE(files::is_symlink(at("link"))) << "the file is replaced, not the link to it";
  EXPECT_EQ(files::status(at("empty")).permissions(), files::perms(0640));
  EXPECT_EQ(entries(), 2);
}

TEST_F(OutputFileTest, never_overwrites_what_somebody_keeps_there_unless_forced) {
  put("thesis.html", "mine");
  const auto refused = OutputFile::open(at("thesis.html"), "--out", false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_THAT(refused.error().message, HasSubstr("exists and is not overwritten"));
  EXPECT_THAT(refused.error().message, HasSubstr("--out"));
  EXPECT_EQ(content("thesis.html"), "mine");
  auto forced = OutputFile::open(at("thesis.html"), "--out", true);
  ASSERT_TRUE(forced) << forced.error().message;
  EXPECT_EQ(content("thesis.html"), "mine") << "until the new one is whole";
  ASSERT_TRUE(forced->write("ours"));
  EXPECT_EQ(content("thesis.html"), "ours");
}

TEST_F(OutputFileTest, does_not_overwrite_what_came_to_its_name_in_the_meantime) {
  auto fresh = OutputFile::open(at("a"), "--out", false);
  put("empty", "");
  auto empty = OutputFile::open(at("empty"), "--out", false);
  ASSERT_TRUE(fresh && empty);
  put("a", "another's");
  files::remove(at("empty"));
  put("empty", "another's");
  EXPECT_EQ(fresh->write("text").error().kind, ErrorKind::runtime);
  EXPECT_EQ(empty->write("text").error().kind, ErrorKind::runtime);
  EXPECT_EQ(content("a"), "another's");
  EXPECT_EQ(content("empty"), "another's");
}

TEST_F(OutputFileTest, is_never_a_device_that_keeps_something) {
  // A node for /dev/mem's relative without harm: /dev/zero is no device that text belongs on.
  for (const char* device : {"/dev/zero", "/dev/random"}) {
    for (const bool force : {false, true}) {
      const auto refused = OutputFile::open(device, "--junit", force);
      ASSERT_FALSE(refused) << device;
      EXPECT_EQ(refused.error().kind, ErrorKind::usage);
      EXPECT_THAT(refused.error().message, HasSubstr("is a device"));
    }
  }
  const std::string block = at("block");
  if (mknod(block.c_str(), S_IFBLK | 0600, makedev(7, 1000)) == 0) {
    EXPECT_THAT(OutputFile::open(block, "--junit", true).error().message, HasSubstr("is a device"));
  }
  auto full = OutputFile::open("/dev/full", "--junit", false);
  ASSERT_TRUE(full);
  EXPECT_THAT(full->write("text").error().message,
              HasSubstr("/dev/full cannot be written: No space left on device"));
}

TEST_F(OutputFileTest, says_why_it_cannot_be_made) {
  const auto refusal = [](const std::string& path) {
    const auto file = OutputFile::open(path, "--junit", true);
    EXPECT_FALSE(file);
    return file ? "" : file.error().message;
  };
  EXPECT_THAT(refusal(at("none/x")), HasSubstr("its folder does not exist"));
  EXPECT_THAT(refusal(folder_.string()), HasSubstr("is a folder"));
  EXPECT_THAT(refusal(at("new/")), HasSubstr("new/"));
  files::create_symlink(at("nothing"), at("dangling"));
  EXPECT_THAT(refusal(at("dangling")), HasSubstr("is a symbolic link to nothing"));
}

TEST_F(OutputFileTest, is_kept_apart_from_inputs_by_every_name) {
  put("results.db", "x");
  files::create_hard_link(at("results.db"), at("hard"));
  files::create_symlink(at("results.db"), at("soft"));
  const std::vector<NamedPath> database = results_file(at("results.db"));
  for (const std::string& path :
       {at("results.db"), at("hard"), at("soft"), at("./results.db"), at("results.db-wal")}) {
    const NamedPath output{"--html", path};
    const Status apart = keep_apart({&output, 1}, database);
    ASSERT_FALSE(apart) << path;
    EXPECT_EQ(apart.error().kind, ErrorKind::usage);
    EXPECT_THAT(apart.error().message, HasSubstr("the results file"));
  }
  const NamedPath two[] = {{"--markdown", at("new")}, {"--junit", at("./new")}};
  EXPECT_FALSE(keep_apart(two, {})) << "neither exists yet";
  const NamedPath good[] = {{"--markdown", at("new")}, {"--junit", at("other")}, {"--x", ""}};
  EXPECT_TRUE(keep_apart(good, database));
  const NamedPath medium{"a medium", at("hard")};
  EXPECT_FALSE(keep_results_apart(at("results.db"), {&medium, 1}));
  EXPECT_TRUE(keep_results_apart("", {&medium, 1}));
}

}  // namespace
}  // namespace pmembench
