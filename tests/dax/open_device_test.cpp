#include "dax/open_device.hpp"

#include <gmock/gmock.h>

#include <string>

#include "open_helper.hpp"
#include "scratch_folder.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

OpenOptions with(const std::string& backend_options) {
  OpenOptions options;
  options.backend_options = backend_options;
  return options;
}

TEST(OpenDevice, refuses_a_kind_of_medium_that_the_backend_does_not_serve) {
  EXPECT_THAT(refusal_of("posix_file", "dram:4K"),
              HasSubstr("backend posix_file cannot serve media kind dram; it serves: block"));
  EXPECT_THAT(refusal_of("example", "block:/x,size=4K"),
              HasSubstr("backend example cannot serve media kind block; it serves: dram, file, "
                        "devdax"));
}

TEST(OpenDevice, refuses_the_block_path_for_a_backend_that_leaves_mapping_to_the_host) {
  dax_operations table = *backend_called("example").operations;
  table.media |= 1U << DAX_MEDIA_BLOCK;
  const BackendEntry entry{"odd", "", "built in", "", &table};
  const Status refused = check_media(entry, *parse_media("block:/x,size=4K"), {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(
      refused.error().message,
      HasSubstr("backend odd cannot serve media kind block: it leaves mapping to the host"));
}

TEST(OpenDevice, refuses_a_backend_that_cannot_run_here_with_its_reason) {
  BackendEntry entry = backend_called("example");
  entry.reason = "this CPU has no CLFLUSH; use another backend";
  const Result<OpenedDevice> refused =
      open_device(entry, *parse_media("dram:4K"), plain_host(), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::environment);
  EXPECT_EQ(refused.error().message,
            "medium 'dram:4K': backend example cannot run here: this CPU has no CLFLUSH; use "
            "another backend");
  const BackendEntry tableless{"x", "", "x.so", "", nullptr};
  EXPECT_THAT(check_media(tableless, *parse_media("dram:4K"), {}).error().message,
              HasSubstr("backend x cannot run here: it has no table"));
}

TEST(OpenDevice, options_are_never_ignored) {
  EXPECT_THAT(refusal_of("example", "dram:4K", with("engine=uring")),
              HasSubstr("backend example takes no options, but 'engine=uring' was given"));
}

TEST(OpenDevice, the_sentence_of_a_backend_that_refuses_is_passed_on) {
  const Result<OpenedDevice> refused = open_medium_with("own_memory", "dram:64K", with("refuse"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, EPERM);
  EXPECT_EQ(refused.error().message,
            "medium 'dram:64K': backend own_memory cannot open it: it was told to refuse; leave "
            "the option out");
  const Result<OpenedDevice> mute = open_medium_with("own_memory", "dram:64K", with("mute"));
  ASSERT_FALSE(mute);
  EXPECT_THAT(mute.error().message, HasSubstr("cannot open it: Operation not permitted"));
}

TEST(OpenDevice, the_size_is_what_the_backend_can_use) {
  const Result<OpenedDevice> half = open_medium_with("own_memory", "dram:6M", with("half"));
  ASSERT_TRUE(half) << half.error().message;
  EXPECT_EQ(half->facts.size_bytes, 3U << 20);
  EXPECT_EQ(half->device->size_bytes(), 3U << 20);
  const Result<OpenedDevice> more = open_medium_with("own_memory", "dram:64K", with("liar"));
  ASSERT_FALSE(more);
  EXPECT_THAT(more.error().message, HasSubstr("reports that 69632 of 65536 bytes are usable"));
  const Result<OpenedDevice> none = open_medium_with("own_memory", "dram:4K", with("half"));
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("reports that 2048 of 4096 bytes are usable"));
}

TEST(OpenDevice, what_the_backend_says_of_itself_is_kept) {
  const Result<OpenedDevice> opened = open_medium_with("own_memory", "dram:64K");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->facts.backend_says, "stretch=512 size=65536");
  const Result<OpenedDevice> silent = open_medium_with("example", "dram:64K");
  ASSERT_TRUE(silent) << silent.error().message;
  EXPECT_EQ(silent->facts.backend_says, "");
}

TEST(OpenDevice, addresses_that_a_backend_promises_must_be_there) {
  const Result<OpenedDevice> opened =
      open_medium_with("own_memory", "dram:64K", with("unaddressed"));
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message,
              HasSubstr("gives no address for page 0 of 16 (Input/output error)"));
}

TEST(OpenDevice, a_backend_may_map_a_file_itself_and_its_writes_arrive_there) {
  const ScratchFolder folder;
  const std::string path = folder.file("medium", std::string(64 << 10, '\0'));
  {
    const Result<OpenedDevice> opened = open_medium_with("own_memory", "file:" + path);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_GE(opened->facts.page_bytes, 4096U);
    DaxReader reader = opened->device->make_reader();
    const ReadSection section(reader);
    void* address = nullptr;
    ASSERT_GT(opened->device->direct_access(section, 2, 1, DAX_ACCESS, &address), 0);
    static_cast<char*>(address)[1] = 'w';
  }
  EXPECT_EQ(content_of(path)[8193], 'w');
}

MediaFacts facts(const std::string& kind, dax_persistence_domain domain) {
  MediaFacts result;
  result.kind = kind;
  result.persistence_domain = domain;
  return result;
}

TEST(OpenDevice, only_a_known_and_real_domain_may_claim_durability) {
  for (const char* kind : {"file", "devdax"}) {
    EXPECT_EQ(durable_claim(facts(kind, DAX_DOMAIN_MEMORY_CONTROLLER)), "durable");
    EXPECT_EQ(durable_claim(facts(kind, DAX_DOMAIN_CPU_CACHE)), "durable");
    EXPECT_EQ(durable_claim(facts(kind, DAX_DOMAIN_UNKNOWN)), "emulated");
    EXPECT_EQ(durable_claim(facts(kind, DAX_DOMAIN_NONE)), "emulated");
    EXPECT_EQ(durable_claim(facts(kind, DAX_DOMAIN_PAGE_CACHE)), "emulated");
  }
  EXPECT_EQ(durable_claim(facts("dram", DAX_DOMAIN_NONE)), "emulated");
  EXPECT_EQ(durable_claim(facts("block", DAX_DOMAIN_PAGE_CACHE)), "durable");
  EXPECT_EQ(durable_claim(facts("block", DAX_DOMAIN_NONE)), "emulated");
  EXPECT_EQ(durable_claim(facts("block", DAX_DOMAIN_UNKNOWN)), "emulated");
}

}  // namespace
}  // namespace pmembench
