// sim: a model as a medium: what is refused, how much of the host it takes, whose operations it
// has.
#include <gmock/gmock.h>

#include <cstring>
#include <vector>

#include "dax/one_range.hpp"
#include "dax/sim_model.hpp"
#include "open_helper.hpp"
#include "scratch_folder.hpp"
#include "sim/memory.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

constexpr const char* kPlainModel =
    "size: 1M\nlatency: 300ns\nstore: 40ns\nflush: 9ns\nfence: 25ns\n";

OpenOptions in_virtual_time() {
  OpenOptions options;
  options.virtual_time = true;
  return options;
}

std::string model_in(const ScratchFolder& folder, const std::string& text) {
  folder.file("m.yaml", text);
  return "sim:" + folder.path() + "/m.yaml";
}

TEST(MediaSim, is_opened_and_claims_nothing) {
  const ScratchFolder folder;
  auto opened = open_medium_with("example", model_in(folder, kPlainModel), in_virtual_time());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->facts.kind, "sim");
  EXPECT_EQ(opened->facts.size_bytes, 1U << 20);
  EXPECT_EQ(opened->facts.page_bytes, 0U) << "no page of it is proved";
  EXPECT_TRUE(opened->facts.node_share.empty());
  EXPECT_EQ(durable_claim(opened->facts), "simulated");
  EXPECT_EQ(opened->mapping, nullptr) << "a caller that divided it would bypass the model";
  ASSERT_NE(opened->simulation, nullptr);
  EXPECT_EQ(opened->device->facts().simulation, opened->simulation);
}

TEST(MediaSim, is_for_who_reads_its_clock) {
  const ScratchFolder folder;
  const auto opened = open_medium_with("example", model_in(folder, kPlainModel));
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("it is a model in virtual time"));
  EXPECT_EQ(opened.error().kind, ErrorKind::usage);
}

TEST(MediaSim, may_have_a_tebibyte_or_a_page) {
  const ScratchFolder folder;
  const std::string medium = model_in(folder, kPlainModel);
  OpenOptions options = in_virtual_time();
  const auto page = open_medium_with("example", medium + ",size=4K", options);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->facts.size_bytes, 4096U);
  auto large = open_medium_with("example", medium + ",size=1T", options);
  ASSERT_TRUE(large) << large.error().message;
  EXPECT_EQ(large->device->size_bytes(), std::uint64_t{1} << 40);
  options.used_bytes = 1 << 16;
  const auto part = open_medium_with("example", medium + ",size=1T", options);
  ASSERT_TRUE(part) << part.error().message;
  EXPECT_EQ(part->facts.size_bytes, 1U << 16);
  EXPECT_EQ(part->facts.whole_bytes, std::uint64_t{1} << 40);
}

TEST(MediaSim, refuses_a_model_by_its_key) {
  const ScratchFolder folder;
  const OpenOptions options = in_virtual_time();
  EXPECT_THAT(
      refusal_of("example", model_in(folder, "size: 1M\nlatency: 1ns\nspeed: 2\n"), options),
      HasSubstr("unknown key 'speed'"));
  EXPECT_THAT(
      refusal_of("example", model_in(folder, "size: 1M\nlatency: 1ns\nread_only: true\n"), options),
      HasSubstr("read-only"));
  EXPECT_THAT(refusal_of("example", "sim:" + folder.path() + "/none.yaml", options),
              HasSubstr("cannot be read: No such file"));
  EXPECT_THAT(
      refusal_of("example",
                 model_in(folder, std::string(kPlainModel) + "bad_pages: [200]\n") + ",size=64K",
                 options),
      HasSubstr("bad_pages: page 200 is beyond the medium of 16 pages"));
}

TEST(MediaSim, knows_what_its_levels_hold) {
  const ScratchFolder folder;
  const auto spec = parse_media(model_in(
      folder, "size: 1M\nlatency: 300ns\nlevels: [{name: a, capacity: 16K, latency: 9ns}]\n"));
  ASSERT_TRUE(spec);
  EXPECT_EQ(sim_cache_bytes(*spec), 16384U);
  EXPECT_EQ(sim_cache_bytes(*parse_media("sim:/nowhere")), 0U);
}

TEST(MediaSim, knows_its_bad_pages) {
  const ScratchFolder folder;
  auto opened =
      open_medium_with("example", model_in(folder, std::string(kPlainModel) + "bad_pages: [3]\n"),
                       in_virtual_time());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->device->bad_blocks().first_in(0, 1 << 20), 3U * 4096);
}

}  // namespace
}  // namespace pmembench
