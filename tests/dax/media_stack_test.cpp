#include "dax/media_stack.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "backends/builtin_backends.h"
#include "dax/char_view.hpp"
#include "dax/media_claim.hpp"
#include "dax/one_range.hpp"
#include "scratch_folder.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

dax_host_info oldest_host() {
  dax_host_info host{};
  host.struct_size = sizeof host;
  host.vector_bytes = 16;
  host.cpu_features = DAX_CPU_SSE2 | DAX_CPU_CLFLUSH;
  return host;
}

const Registry& builtin_registry() {
  static const Result<Registry> registry = [] {
    std::size_t count = 0;
    const dax_operations* const* tables = pmembench_builtin_backends(&count);
    return Registry::build(oldest_host(), {tables, count}, {});
  }();
  return *registry;
}

Result<OpenedDevice> open_stack_of(const std::string& medium, OpenOptions options = {},
                                   const std::string& backend = "movnt") {
  const auto spec = parse_media(medium);
  if (!spec) return spec.error();
  options.registry = &builtin_registry();
  return open_device(**builtin_registry().find(backend), *spec, oldest_host(), options);
}

void put(DaxDevice& device, std::uint64_t offset, unsigned char value) {
  DaxReader reader = device.make_reader();
  dax_iter iter = one_range(offset, &value, 1);
  const ReadSection section(reader);
  ASSERT_EQ(device.copy_from_iter(section, iter), 1);
}

unsigned char get(DaxDevice& device, std::uint64_t offset) {
  DaxReader reader = device.make_reader();
  unsigned char value = 0;
  dax_iter iter = one_range(offset, &value, 1);
  const ReadSection section(reader);
  EXPECT_EQ(device.copy_to_iter(section, iter), 1);
  return value;
}

TEST(MediaStack, is_linear_with_all_addresses_in_one_piece) {
  auto opened = open_stack_of("linear:dram:2M+dram:1M");
  ASSERT_TRUE(opened) << opened.error().message;
  DaxDevice& device = *opened->device;
  EXPECT_EQ(device.size_bytes(), 3U << 20);
  EXPECT_EQ(opened->facts.kind, "linear");
  EXPECT_EQ(opened->facts.size_bytes, 3U << 20);
  EXPECT_EQ(opened->facts.persistence_domain, DAX_DOMAIN_NONE);
  ASSERT_EQ(opened->bases.size(), 2U);
  EXPECT_EQ(opened->mapping, nullptr);
  DaxReader reader = device.make_reader();
  MapRequest whole;
  whole.length_bytes = device.size_bytes();
  {
    const ReadSection section(reader);
    const auto mapped = CharView(device).map(section, whole);
    ASSERT_TRUE(mapped) << mapped.error().message;
    (*mapped)[(2U << 20) + 5] = std::byte{77};
  }
  EXPECT_EQ(get(device, (2U << 20) + 5), 77);
  EXPECT_EQ(get(*opened->bases[1].device, 5), 77) << "it lies on the second part";
}

TEST(MediaStack, stripes_chunks_in_turn_and_gives_no_whole_mapping) {
  auto opened = open_stack_of("stripe:2,64K:dram:1M+dram:1M");
  ASSERT_TRUE(opened) << opened.error().message;
  DaxDevice& device = *opened->device;
  EXPECT_EQ(device.size_bytes(), 2U << 20);
  put(device, 64 * 1024 + 3, 9);
  EXPECT_EQ(get(*opened->bases[1].device, 3), 9);
  DaxReader reader = device.make_reader();
  const ReadSection section(reader);
  MapRequest whole;
  whole.length_bytes = device.size_bytes();
  EXPECT_FALSE(CharView(device).map(section, whole));
}

TEST(MediaStack, has_a_backend_of_its_own_for_each_part) {
  auto opened = open_stack_of("linear:dram:1M+dram:1M,backend=clflush");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->bases[0].backend->name, "movnt");
  EXPECT_EQ(opened->bases[1].backend->name, "clflush");
  EXPECT_THAT(opened->facts.stack, HasSubstr("by clflush"));
  std::vector<unsigned char> page(4096, 1);
  DaxReader reader = opened->device->make_reader();
  const auto lines_at = [&](std::uint64_t offset) {
    dax_iter iter = one_range(offset, page.data(), page.size());
    return opened->device->flush(reader, iter);
  };
  EXPECT_EQ(lines_at(0), 0) << "movnt has nothing to flush";
  EXPECT_EQ(lines_at(1 << 20), 64) << "clflush writes back each line";
  const auto unknown = open_stack_of("linear:dram:1M+dram:1M,backend=nothing");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::usage);
}

TEST(MediaStack, refuses_one_medium_twice_and_names_the_part) {
  const ScratchFolder folder;
  const std::string path = folder.file("a", std::string(1 << 20, '\0'));
  OpenOptions options;
  options.destroy = true;
  options.claim_patience_ms = 0;
  const auto opened = open_stack_of("linear:file:" + path + "+file:" + path, options);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, EBUSY);
  EXPECT_THAT(opened.error().message, HasSubstr("bytes of one file or device"));
  const auto missing = parse_media("linear:dram:1M+file:" + folder.at("none"));
  ASSERT_TRUE(missing);
  const Status looked = check_media(**builtin_registry().find("movnt"), *missing, {});
  ASSERT_FALSE(looked);
  EXPECT_THAT(looked.error().message, HasSubstr(folder.at("none")));
}

TEST(MediaStack, dies_with_any_of_its_parts) {
  auto opened = open_stack_of("linear:dram:1M+dram:1M");
  ASSERT_TRUE(opened);
  opened->bases[1].device->kill();
  EXPECT_FALSE(opened->device->alive());
}

TEST(MediaStack, keeps_a_log_of_writes_on_its_second_part) {
  auto opened = open_stack_of("logwrites:dram:1M,log=dram:1M");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->device->size_bytes(), 1U << 20);
  put(*opened->device, 100, 42);
  EXPECT_EQ(get(*opened->bases[0].device, 100), 42);
  EXPECT_NE(get(*opened->bases[1].device, 0), 0) << "the head of the log";
}

TEST(MediaStack, joins_identities_so_that_they_can_be_split) {
  EXPECT_EQ(join_identities({"", ""}), "");
  EXPECT_EQ(join_identities({"file 1:2:3"}), "file 1:2:3");
  const std::vector<std::string> two{"file 8:1:42", "nothing"};
  EXPECT_EQ(join_identities(two), "file 8:1:42 + nothing");
  EXPECT_EQ(split_identities(join_identities(two)), two);
  EXPECT_EQ(split_identities(""), std::vector<std::string>{""});
}

TEST(MediaStack, refuses_parts_that_are_the_same_bytes) {
  const ScratchFolder folder;
  const std::string file = folder.file("file", std::string(64 << 10, '\0'));
  std::filesystem::create_hard_link(file, folder.at("hard"));
  std::filesystem::create_symlink(file, folder.at("soft"));
  for (const std::string& other : {file, folder.at("hard"), folder.at("soft")}) {
    const std::string medium = "linear:file:" + file + "+file:" + other;
    const auto opened = open_stack_of(medium);
    ASSERT_FALSE(opened) << medium;
    EXPECT_EQ(opened.error().kind, ErrorKind::usage);
    EXPECT_THAT(opened.error().message, HasSubstr("bytes of one file or device"));
    OpenOptions options;
    options.registry = &builtin_registry();
    EXPECT_FALSE(check_media(**builtin_registry().find("movnt"), *parse_media(medium), options))
        << "known before anything is measured";
  }
  const auto overlapping =
      open_stack_of("linear:file:" + file + ",size=32K+file:" + file + ",offset=28K");
  EXPECT_FALSE(overlapping);
  const auto apart =
      open_stack_of("linear:file:" + file + ",size=32K+file:" + file + ",offset=32K");
  EXPECT_TRUE(apart) << apart.error().message;
  const std::string absent = folder.at("absent") + ",size=1M";
  EXPECT_FALSE(open_stack_of("linear:file:" + absent + "+file:" + absent));
}

}  // namespace
}  // namespace pmembench
