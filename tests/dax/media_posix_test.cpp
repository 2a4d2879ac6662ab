// posix media: what is made in the user's directory, what is learnt of its mount, and what stays.
#include <gmock/gmock.h>

#include "open_helper.hpp"
#include "scratch_folder.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

// The plugin's table, said to serve posix media too.
BackendEntry entry_of(const dax_operations& table) {
  return {"posix_file", "", "built in", "", &table};
}

dax_operations table_for_posix() {
  dax_operations table = *backend_called("posix_file").operations;
  table.media |= 1U << DAX_MEDIA_POSIX;
  return table;
}

std::string refused(const std::string& medium) {
  const dax_operations table = table_for_posix();
  const auto spec = parse_media(medium);
  if (!spec) return spec.error().message;
  const Status looked = check_media(entry_of(table), *spec, {});
  const auto opened = open_device(entry_of(table), *spec, plain_host(), {});
  if (looked || opened) return "accepted";
  EXPECT_EQ(looked.error().message, opened.error().message);
  return looked.error().message;
}

std::size_t entries_of(const std::string& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

TEST(PosixMedium, lives_in_a_directory_of_its_own_and_goes_with_it) {
  const ScratchFolder folder("/dev/shm");
  folder.file("of-the-user", "x");
  const dax_operations table = table_for_posix();
  const auto spec = parse_media("posix:" + folder.path() + ",size=64K");
  ASSERT_TRUE(check_media(entry_of(table), *spec, {}));
  EXPECT_EQ(entries_of(folder.path()), 1U) << "looking makes nothing";
  {
    const auto opened = open_device(entry_of(table), *spec, plain_host(), {});
    ASSERT_TRUE(opened) << opened.error().message;
    const MediaFacts& facts = opened->facts;
    EXPECT_EQ(facts.kind, "posix");
    EXPECT_EQ(facts.size_bytes, 65536U);
    EXPECT_EQ(facts.file_system, "tmpfs");
    EXPECT_FALSE(facts.map_sync) << "tmpfs would accept MAP_SHARED with it";
    EXPECT_EQ(facts.persistence_domain, DAX_DOMAIN_NONE);
    EXPECT_EQ(durable_claim(facts), "emulated");
    EXPECT_TRUE(facts.dax_attribute == "off" || facts.dax_attribute == "unknown");
    EXPECT_TRUE(facts.directory.starts_with(folder.path() + "/pmembench-"));
    EXPECT_EQ(std::filesystem::file_size(facts.directory + "/range"), 65536U);
  }
  EXPECT_EQ(entries_of(folder.path()), 1U);
  EXPECT_EQ(content_of(folder.at("of-the-user")), "x");
}

TEST(PosixMedium, has_64_mib_where_no_size_is_named) {
  const auto spec = parse_media("posix:/tmp");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->size_bytes, 64U << 20);
  EXPECT_EQ(spec->path, "/tmp");
}

TEST(PosixMedium, claims_durability_only_of_a_device_that_keeps_it) {
  MediaFacts facts;
  facts.kind = "posix";
  for (const auto& [domain, claim] :
       {std::pair{DAX_DOMAIN_NONE, "emulated"}, std::pair{DAX_DOMAIN_UNKNOWN, "emulated"},
        std::pair{DAX_DOMAIN_PAGE_CACHE, "durable"},
        std::pair{DAX_DOMAIN_MEMORY_CONTROLLER, "durable"}}) {
    facts.persistence_domain = domain;
    EXPECT_EQ(durable_claim(facts), claim) << domain;
  }
}

TEST(PosixMedium, refuses_what_is_no_directory_or_too_small) {
  const ScratchFolder folder;
  const std::string file = folder.file("file", "x");
  EXPECT_THAT(refused("posix:" + file), HasSubstr("file is not a directory; name one on the file "
                                                  "system that is meant"));
  EXPECT_THAT(refused("posix:/nowhere"), HasSubstr("directory /nowhere cannot be opened; make it "
                                                   "first (No such file or directory)"));
  EXPECT_THAT(refused("posix:" + folder.path() + ",size=1024T"),
              HasSubstr("1024 TiB asked for, twice that is needed, and the file system of " +
                        folder.path() + " has only "));
  EXPECT_THAT(refused("posix:"), HasSubstr("the path is empty; write posix:DIRECTORY[,size=SIZE]"));
  EXPECT_THAT(refused("posix:/tmp,node=1"), HasSubstr("'node' is not a key of posix"));
  EXPECT_EQ(entries_of(folder.path()), 1U);
}

TEST(PosixMedium, is_refused_by_a_backend_that_leaves_mapping_to_the_host) {
  dax_operations table = *backend_called("example").operations;
  table.media |= 1U << DAX_MEDIA_POSIX;
  const Status status = check_media(entry_of(table), *parse_media("posix:/tmp"), {});
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message,
              HasSubstr("cannot serve media kind posix: it leaves mapping to the host"));
}

TEST(PosixMedium, refuses_a_directory_that_cannot_be_written) {
  const ScratchFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  const OrdinaryUser user;
  if (!user.possible) GTEST_SKIP() << "only root can become somebody else";
  EXPECT_THAT(refused("posix:" + folder.path() + ",size=64K"),
              HasSubstr("no directory can be made in " + folder.path()));
}

}  // namespace
}  // namespace pmembench
