#include "cli/host.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace pmembench {
namespace {

class HostSearch : public testing::Test {
 protected:
  HostSearch() { unsetenv("PMEMBENCH_PLUGIN_PATH"); }
  ~HostSearch() override { unsetenv("PMEMBENCH_PLUGIN_PATH"); }
};

TEST_F(HostSearch, takes_named_files_and_the_folders_of_the_path) {
  GlobalOptions global;
  global.plugins = {"a.so", "b.so"};
  setenv("PMEMBENCH_PLUGIN_PATH", "/one::/two:", 1);
  const PluginSearch search = plugin_search(global);
  EXPECT_EQ(search.files, global.plugins);
  ASSERT_GE(search.folders.size(), 2u);
  EXPECT_EQ(search.folders[0], "/one");
  EXPECT_EQ(search.folders[1], "/two");
}

TEST_F(HostSearch, finds_the_built_in_backends) {
  const auto host = open_host(GlobalOptions{});
  ASSERT_TRUE(host) << host.error().message;
  EXPECT_TRUE(host->registry.find("movnt"));
  EXPECT_TRUE(host->registry.find("null"));
}

TEST_F(HostSearch, takes_features_away) {
  GlobalOptions global;
  global.without_cpu = "clwb";
  const auto host = open_host(global);
  ASSERT_TRUE(host);
  EXPECT_FALSE((*host->registry.find("clwb"))->usable());
  global.without_cpu = "clwbb";
  EXPECT_EQ(open_host(global).error().kind, ErrorKind::usage);
}

TEST_F(HostSearch, names_a_plugin_that_is_not_there) {
  GlobalOptions global;
  global.plugins = {"/does/not/exist.so"};
  const auto host = open_host(global);
  ASSERT_FALSE(host);
  EXPECT_EQ(host.error().kind, ErrorKind::usage);
  EXPECT_EQ(host.error().message,
            "there is no plugin /does/not/exist.so: name a shared object that is there");
}

}  // namespace
}  // namespace pmembench
