#include "dax/plugin_loader.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "plain_table.hpp"
#include "scratch_folder.hpp"

namespace pmembench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// Far more than loading takes and little to wait for; only the plugin that hangs uses it up.
constexpr std::uint64_t kLimitMs = 20'000;

std::string broken(const std::string& fault) {
  return std::string(PMEMBENCH_BINARY_DIR "/plugins/broken/pmembench-") + fault + ".so";
}
std::string good(const std::string& name) {
  return std::string(PMEMBENCH_BINARY_DIR "/plugins/good/pmembench-") + name + ".so";
}

std::string load_refusal(const std::string& path, std::uint64_t limit_ms = kLimitMs) {
  const Result<LoadedPlugin> plugin = load_plugin(path, plain_host(), limit_ms);
  if (plugin) return "loaded";
  EXPECT_EQ(plugin.error().kind, ErrorKind::environment);
  EXPECT_THAT(plugin.error().message, StartsWith("plugin " + path + ": "));
  return plugin.error().message;
}

TEST(PluginLoader, loads_a_good_one_and_its_operations_work) {
  const Result<LoadedPlugin> plugin = load_plugin(good("example"), plain_host(), kLimitMs);
  ASSERT_TRUE(plugin) << plugin.error().message;
  EXPECT_STREQ(plugin->table.name, "example");
  EXPECT_EQ(plugin->reason, "");
  alignas(64) unsigned char medium[4096] = {};
  unsigned char buffer[100];
  std::memset(buffer, 0x5A, sizeof(buffer));
  dax_mapping mapping{sizeof(dax_mapping), 16, DAX_CPU_CLFLUSH, medium, sizeof(medium), 0, 0};
  dax_iter iter{};
  iter.multiplier = 1;
  iter.slots = 1;
  iter.offset_bytes = 60;
  iter.granule_bytes = sizeof(buffer);
  iter.size_bytes = sizeof(buffer);
  iter.count = 1;
  iter.buffer = buffer;
  EXPECT_EQ(plugin->table.copy_from_iter(&mapping, &iter), 100);
  EXPECT_EQ(medium[59], 0);
  EXPECT_EQ(medium[60], 0x5A);
  EXPECT_EQ(medium[159], 0x5A);
  EXPECT_EQ(medium[160], 0);
  iter.count = 1;
  EXPECT_EQ(plugin->table.flush(&mapping, &iter), 3) << "bytes 60..159 touch three lines";
}

TEST(PluginLoader, an_older_table_is_completed_with_nothing) {
  const Result<LoadedPlugin> plugin = load_plugin(good("older"), plain_host(), kLimitMs);
  ASSERT_TRUE(plugin) << plugin.error().message;
  EXPECT_EQ(plugin->table.recovery_write, nullptr);
  EXPECT_EQ(plugin->table.persist_from_iter, nullptr);
  EXPECT_NE(plugin->table.zero_page_range, nullptr);
}

TEST(PluginLoader, a_probe_that_says_no_is_a_reason_and_no_refusal) {
  const Result<LoadedPlugin> plugin = load_plugin(broken("probe_says_no"), plain_host(), kLimitMs);
  ASSERT_TRUE(plugin) << plugin.error().message;
  EXPECT_EQ(plugin->reason, "this host has no unobtainium; buy some");
  const Result<LoadedPlugin> mute = load_plugin(broken("probe_is_mute"), plain_host(), kLimitMs);
  ASSERT_TRUE(mute) << mute.error().message;
  EXPECT_THAT(mute->reason, HasSubstr("refused without a reason (No such device)"));
  const Result<LoadedPlugin> lesser = load_plugin(good("example"), plain_host(0), kLimitMs);
  ASSERT_TRUE(lesser) << lesser.error().message;
  EXPECT_EQ(lesser->reason, "this CPU has no CLFLUSH; use another backend");
}

TEST(PluginLoader, refuses_what_cannot_be_opened_with_the_linker_s_reason) {
  EXPECT_THAT(load_refusal("/nowhere/pmembench-x.so"),
              AllOf(HasSubstr("it cannot be opened: "), HasSubstr("No such file")));
  const ScratchFolder folder;
  EXPECT_THAT(load_refusal(folder.file("pmembench-text.so", std::string(4096, 'x'))),
              AllOf(HasSubstr("it cannot be opened: "), HasSubstr("invalid ELF header")));
}

TEST(PluginLoader, a_bare_file_name_is_never_searched_for_among_the_system_s_libraries) {
  EXPECT_THAT(load_refusal("libm.so.6"), HasSubstr("./libm.so.6"));
}

TEST(PluginLoader, refuses_a_library_without_the_symbol) {
  EXPECT_THAT(load_refusal(broken("no_symbol")), HasSubstr("it has no symbol pmembench_backend"));
}

TEST(PluginLoader, refuses_each_faulty_table_with_its_own_sentence) {
  EXPECT_THAT(load_refusal(broken("returns_null")), HasSubstr("returned NULL"));
  EXPECT_THAT(load_refusal(broken("wrong_magic")), HasSubstr("is not a pmembench backend"));
  EXPECT_THAT(load_refusal(broken("other_abi")),
              HasSubstr("version 7 of the backend ABI and this pmembench has version 1"));
  EXPECT_THAT(load_refusal(broken("too_short")), HasSubstr("its table is too short: 24 bytes"));
  EXPECT_THAT(load_refusal(broken("no_drain")), HasSubstr("required operation drain is missing"));
  EXPECT_THAT(load_refusal(broken("bad_name")), HasSubstr("its name 'Bad Name' is not usable"));
  EXPECT_THAT(load_refusal(broken("open_without_close")), HasSubstr("open without close"));
  EXPECT_THAT(load_refusal(broken("no_direct_access")), HasSubstr("claims DAX_CAP_DIRECT_ACCESS"));
}

TEST(PluginLoader, refuses_by_name_what_dies_and_says_where_it_was) {
  EXPECT_THAT(load_refusal(broken("crash_on_load")),
              HasSubstr("it died of SIGSEGV while it was loaded"));
  EXPECT_THAT(load_refusal(broken("crash_in_probe")),
              HasSubstr("it died of SIGSEGV while it was probed"));
  EXPECT_THAT(load_refusal(broken("abort_in_probe")),
              HasSubstr("it died of SIGABRT while it was probed"));
  EXPECT_THAT(load_refusal(broken("exit_in_probe")),
              HasSubstr("it ended the process with exit status 3 while it was probed"));
}

TEST(PluginLoader, refuses_what_hangs_when_its_time_is_over) {
  EXPECT_THAT(load_refusal(broken("hang_in_probe"), 300),
              HasSubstr("it hung while it was probed: not done after 300 ms"));
}

TEST(PluginLoader, lists_the_files_of_a_folder_that_are_called_right) {
  const ScratchFolder folder;
  folder.file("pmembench-b.so", "");
  folder.file("pmembench-a.so", "");
  folder.file("pmembench-.so", "");
  folder.file("pmembench-c.so.1", "");
  folder.file("libpmembench-d.so", "");
  const Result<std::vector<std::string>> files = plugins_in_folder(folder.path());
  ASSERT_TRUE(files);
  EXPECT_THAT(*files, ElementsAre(EndsWith("/pmembench-a.so"), EndsWith("/pmembench-b.so")));
  EXPECT_EQ(plugin_name_of(files->front()), "a");
  EXPECT_EQ(plugin_name_of("/x/odd.so"), "odd");
}

TEST(PluginLoader, a_folder_that_is_not_there_is_empty_and_one_that_is_none_is_refused) {
  const ScratchFolder folder;
  const Result<std::vector<std::string>> none = plugins_in_folder(folder.path() + "/absent");
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
  const std::string file = folder.file("file", "");
  const Result<std::vector<std::string>> refused = plugins_in_folder(file);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::environment);
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("plugin folder " + file + " cannot be read: Not a directory"),
                    HasSubstr("PMEMBENCH_PLUGIN_PATH")));
}

}  // namespace
}  // namespace pmembench
