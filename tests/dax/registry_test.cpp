#include "dax/registry.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "plain_table.hpp"
#include "scratch_folder.hpp"

namespace pmembench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kGood = PMEMBENCH_BINARY_DIR "/plugins/good";
const std::string kBroken = PMEMBENCH_BINARY_DIR "/plugins/broken";
const std::string kTwin = PMEMBENCH_BINARY_DIR "/plugins/twin/pmembench-twin.so";

const dax_operations kMovnt = plain_table("movnt");
const dax_operations kClwb = plain_table("clwb");
const std::vector<const dax_operations*> kBuiltins{&kMovnt, &kClwb};

PluginSearch search(std::vector<std::string> files, std::vector<std::string> folders = {}) {
#ifdef PMEMBENCH_SANITIZED
  constexpr std::uint64_t kLimit_ms = 5000;  // a process under a sanitizer ends slowly
#else
  constexpr std::uint64_t kLimit_ms = 300;
#endif
  return {std::move(files), std::move(folders), kLimit_ms};
}

std::vector<std::string> names_of(const Registry& registry) {
  std::vector<std::string> names;
  for (const BackendEntry& entry : registry.entries()) names.push_back(entry.name);
  return names;
}

TEST(Registry, lists_the_built_ins_in_order) {
  const Result<Registry> registry = Registry::build(plain_host(), kBuiltins, {});
  ASSERT_TRUE(registry);
  EXPECT_THAT(names_of(*registry), ElementsAre("movnt", "clwb"));
  const BackendEntry& first = registry->entries()[0];
  EXPECT_EQ(first.origin, "built in");
  EXPECT_EQ(first.summary, "does nothing");
  EXPECT_TRUE(first.usable());
}

TEST(Registry, a_built_in_passes_the_same_checks_and_is_probed) {
  dax_operations faulty = plain_table("faulty");
  faulty.drain = nullptr;
  dax_operations unable = plain_table("unable");
  unable.probe = [](const dax_host_info*, char* reason, std::uint64_t reason_bytes) {
    snprintf(reason, reason_bytes, "not on this host");
    return -1;
  };
  const std::vector<const dax_operations*> builtins{&faulty, &unable};
  const Result<Registry> registry = Registry::build(plain_host(), builtins, {});
  ASSERT_TRUE(registry);
  EXPECT_FALSE(registry->entries()[0].usable());
  EXPECT_EQ(registry->entries()[0].operations, nullptr);
  EXPECT_THAT(registry->entries()[0].reason, HasSubstr("drain is missing"));
  EXPECT_FALSE(registry->entries()[1].usable());
  EXPECT_NE(registry->entries()[1].operations, nullptr);
  EXPECT_EQ(registry->entries()[1].reason, "not on this host");
}

TEST(Registry, looks_at_named_files_first_then_at_folders) {
  const std::string file = kGood + "/pmembench-posix_file.so";
  const Result<Registry> registry =
      Registry::build(plain_host(), kBuiltins, search({file}, {kGood, "/no/such/folder"}));
  ASSERT_TRUE(registry) << registry.error().message;
  EXPECT_THAT(names_of(*registry),
              ElementsAre("movnt", "clwb", "posix_file", "example", "older", "own_memory"));
  EXPECT_EQ(registry->entries()[2].origin, file);
}

TEST(Registry, one_file_reached_by_two_ways_counts_once) {
  const ScratchFolder folder;
  std::filesystem::create_symlink(kGood + "/pmembench-example.so", folder.at("pmembench-other.so"));
  const Result<Registry> registry = Registry::build(
      plain_host(), kBuiltins,
      search({kGood + "/pmembench-example.so", kGood + "/../good/pmembench-example.so"},
             {folder.path()}));
  ASSERT_TRUE(registry) << registry.error().message;
  EXPECT_THAT(names_of(*registry), ElementsAre("movnt", "clwb", "example"));
}

TEST(Registry, a_named_file_that_is_refused_is_an_error) {
  const Result<Registry> registry =
      Registry::build(plain_host(), kBuiltins, search({kBroken + "/pmembench-crash_in_probe.so"}));
  ASSERT_FALSE(registry);
  EXPECT_EQ(registry.error().kind, ErrorKind::environment);
  EXPECT_THAT(registry.error().message,
              AllOf(HasSubstr("pmembench-crash_in_probe.so"), HasSubstr("it died of SIGSEGV")));
}

TEST(Registry, what_is_refused_in_a_folder_is_listed_with_its_reason_and_hurts_nobody) {
  const Result<Registry> registry =
      Registry::build(plain_host(), kBuiltins, search({}, {kBroken, kGood}));
  ASSERT_TRUE(registry) << registry.error().message;
  std::map<std::string, const BackendEntry*> by_name;
  for (const BackendEntry& entry : registry->entries()) by_name[entry.name] = &entry;
  const std::map<std::string, std::string> reasons{
      {"abort_in_probe", "SIGABRT"},
      {"bad_name", "'Bad Name'"},
      {"crash_in_probe", "SIGSEGV"},
      {"crash_on_load", "SIGSEGV"},
      {"exit_in_probe", "exit status 3"},
      {"hang_in_probe", "hung"},
      {"no_direct_access", "DAX_CAP_DIRECT_ACCESS"},
      {"no_drain", "drain"},
      {"no_symbol", "no symbol"},
      {"open_without_close", "open without close"},
      {"other_abi", "ABI"},
      {"probe_is_mute", "without a reason"},
      {"probe_says_no", "unobtainium"},
      {"returns_null", "NULL"},
      {"too_short", "too short"},
      {"wrong_magic", "not a pmembench backend"},
  };
  for (const auto& [name, reason] : reasons) {
    ASSERT_TRUE(by_name.contains(name)) << name;
    EXPECT_FALSE(by_name[name]->usable()) << name;
    EXPECT_THAT(by_name[name]->reason, HasSubstr(reason));
    EXPECT_EQ(by_name[name]->origin, kBroken + "/pmembench-" + name + ".so");
    EXPECT_EQ(by_name[name]->operations != nullptr, name.starts_with("probe_")) << name;
  }
  ASSERT_TRUE(by_name.contains("example"));
  EXPECT_TRUE(by_name["example"]->usable());
  EXPECT_EQ(registry->entries().size(), 2 + reasons.size() + 4) << "nothing else is in the folders";
}

TEST(Registry, a_name_seen_twice_is_an_error_that_names_both_origins) {
  const Result<Registry> registry = Registry::build(plain_host(), kBuiltins, search({kTwin}));
  ASSERT_FALSE(registry);
  EXPECT_EQ(registry.error().kind, ErrorKind::usage);
  EXPECT_THAT(registry.error().message,
              HasSubstr("'movnt' is given twice: by built in and by " + kTwin));
  const ScratchFolder folder;
  std::filesystem::copy_file(kTwin, folder.at("pmembench-copy.so"));
  const Result<Registry> copies =
      Registry::build(plain_host(), {}, search({kTwin}, {folder.path()}));
  ASSERT_FALSE(copies);
  EXPECT_THAT(copies.error().message,
              HasSubstr("by " + kTwin + " and by " + folder.at("pmembench-copy.so")));
}

TEST(Registry, a_folder_that_cannot_be_read_is_an_error) {
  const Result<Registry> registry = Registry::build(plain_host(), kBuiltins, search({}, {kTwin}));
  ASSERT_FALSE(registry);
  EXPECT_THAT(registry.error().message, HasSubstr("cannot be read: Not a directory"));
}

TEST(Registry, finds_by_name_and_offers_the_nearest) {
  const Result<Registry> registry = Registry::build(plain_host(), kBuiltins, {});
  ASSERT_TRUE(registry);
  const Result<const BackendEntry*> found = registry->find("clwb");
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)->name, "clwb");
  const Result<const BackendEntry*> near = registry->find("clwbb");
  ASSERT_FALSE(near);
  EXPECT_EQ(near.error().kind, ErrorKind::usage);
  EXPECT_EQ(near.error().message,
            "there is no backend 'clwbb' (did you mean 'clwb'?); there are: movnt, clwb");
  const Result<const BackendEntry*> far = registry->find("something");
  ASSERT_FALSE(far);
  EXPECT_EQ(far.error().message, "there is no backend 'something'; there are: movnt, clwb");
}

TEST(Registry, a_refused_file_does_not_hide_the_backend_of_its_name) {
  const ScratchFolder folder;
  folder.file("pmembench-clwb.so", "no library");
  folder.file("pmembench-lone.so", "no library");
  const Result<Registry> registry =
      Registry::build(plain_host(), kBuiltins, search({}, {folder.path()}));
  ASSERT_TRUE(registry) << registry.error().message;
  const Result<const BackendEntry*> found = registry->find("clwb");
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)->origin, "built in");
  const Result<const BackendEntry*> refused = registry->find("lone");
  ASSERT_TRUE(refused);
  EXPECT_THAT((*refused)->reason, HasSubstr("cannot be opened"));
}

TEST(Registry, its_tables_stay_where_they_are_when_it_is_moved) {
  Result<Registry> registry = Registry::build(plain_host(), kBuiltins, {});
  ASSERT_TRUE(registry);
  const dax_operations* before = registry->entries()[0].operations;
  const Registry moved = std::move(*registry);
  EXPECT_EQ(moved.entries()[0].operations, before);
  EXPECT_STREQ(before->name, "movnt");
}

}  // namespace
}  // namespace pmembench
