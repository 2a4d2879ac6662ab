#include "dax/media_spec.hpp"

#include <gmock/gmock.h>

#include <string>

#include "base/random.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string spec_refusal(const std::string& text) {
  const Result<MediaSpec> spec = parse_media(text);
  if (spec) return "accepted";
  EXPECT_EQ(spec.error().kind, ErrorKind::usage) << text;
  EXPECT_THAT(spec.error().message, StartsWith("medium '" + text + "': "));
  return spec.error().message;
}

TEST(MediaSpec, reads_dram) {
  const Result<MediaSpec> plain = parse_media("dram:64M");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->text, "dram:64M");
  EXPECT_EQ(plain->kind, DAX_MEDIA_DRAM);
  EXPECT_EQ(plain->size_bytes, 64ULL << 20);
  EXPECT_EQ(plain->path, "");
  EXPECT_EQ(plain->node, -1);
  EXPECT_EQ(plain->pages, PageChoice::kernel_default);
  const Result<MediaSpec> full = parse_media("dram:1.5G,pages=1g,node=3");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->size_bytes, 3ULL << 29);
  EXPECT_EQ(full->node, 3);
  EXPECT_EQ(full->pages, PageChoice::huge_1g);
}

TEST(MediaSpec, leaves_the_size_of_dram_open_where_it_is_auto) {
  const auto spec = parse_media("dram:auto,node=1,pages=2m");
  ASSERT_TRUE(spec) << spec.error().message;
  EXPECT_EQ(spec->size_bytes, 0U);
  EXPECT_EQ(spec->node, 1);
  EXPECT_FALSE(parse_media("file:/x,size=auto"));
}

TEST(MediaSpec, reads_media_that_are_made_of_others) {
  const auto linear =
      parse_media("linear:dram:1M,interleave=0:1+1:1+file:/a+b,size=2M,backend=clwb");
  ASSERT_TRUE(linear) << linear.error().message;
  EXPECT_EQ(linear->kind, DAX_MEDIA_LINEAR);
  ASSERT_EQ(linear->parts.size(), 2U);
  EXPECT_EQ(linear->parts[0].interleave.size(), 2U) << "a + that no medium follows parts nothing";
  EXPECT_EQ(linear->parts[1].path, "/a+b");
  EXPECT_EQ(linear->parts[1].text, "file:/a+b,size=2M");
  EXPECT_EQ(linear->parts[1].backend, "clwb");
  EXPECT_EQ(linear->size_bytes, 3U << 20);
  const auto stripe = parse_media("stripe:3,64K:dram:1M+dram:100K+/dev/dax0.0,size=1M");
  ASSERT_TRUE(stripe) << stripe.error().message;
  EXPECT_EQ(stripe->chunk_bytes, 64U * 1024);
  EXPECT_EQ(stripe->parts[2].kind, DAX_MEDIA_DEVDAX);
  EXPECT_EQ(stripe->size_bytes, 3U * 64 * 1024) << "whole chunks of the smallest";
  const auto logged = parse_media("logwrites:dram:1M,node=0,log=file:/l");
  ASSERT_TRUE(logged) << logged.error().message;
  EXPECT_EQ(logged->parts[1].path, "/l");
  EXPECT_EQ(logged->size_bytes, 1U << 20);
  EXPECT_EQ(simple_media(*logged).size(), 2U);
  EXPECT_EQ(simple_media(logged->parts[0]).size(), 1U);
  EXPECT_TRUE(has_one_address_range(DAX_MEDIA_LINEAR));
  EXPECT_FALSE(has_one_address_range(DAX_MEDIA_STRIPE));
}

TEST(MediaSpec, refuses_stacks_that_are_none) {
  for (const char* text :
       {"linear:", "linear:dram:1M", "linear:dram:1M+", "linear:dram:1M+posix:/tmp",
        "linear:dram:1M+linear:dram:1M+dram:1M",
        "linear:dram:1M+dram:1M,backend=", "linear:dram:1M+dram:5", "stripe:dram:1M+dram:1M",
        "stripe:2,64K:dram:1M", "stripe:3,64K:dram:1M+dram:1M", "stripe:1,64K:dram:1M",
        "stripe:2,1000:dram:1M+dram:1M", "stripe:2,2K:dram:1M+dram:1M", "logwrites:dram:1M",
        "logwrites:dram:1M,log=", "logwrites:,log=dram:1M"}) {
    EXPECT_THAT(spec_refusal(text), testing::Not(HasSubstr("accepted"))) << text;
  }
}

TEST(MediaSpec, reads_an_interleave) {
  const Result<MediaSpec> spec = parse_media("dram:64M,interleave=0:3+12:1,pages=4k");
  ASSERT_TRUE(spec) << spec.error().message;
  EXPECT_EQ(spec->interleave, (std::vector<NodeWeight>{{0, 3}, {12, 1}}));
  EXPECT_EQ(spec->node, -1);
  EXPECT_FALSE(spec->each);
  for (const char* text :
       {"0", "0:", ":1", "0:0", "0:256", "0:1+", "0:1+1", "0:1++1:1", "a:1", ""}) {
    EXPECT_THAT(
        spec_refusal(std::string("dram:64M,interleave=") + text),
        testing::AnyOf(HasSubstr("which is not a node and a weight; write NODE:PAGES with 1 to "
                                 "255 pages, joined by +, as in interleave=0:3+1:1"),
                       HasSubstr("is not the number of a NUMA node")))
        << text;
  }
  EXPECT_THAT(spec_refusal("dram:64M,interleave=0:1+0:2"),
              HasSubstr("interleave '0:1+0:2' names node 0 twice; name it once"));
  EXPECT_THAT(
      spec_refusal("dram:64M,interleave=0:1,node=0"),
      HasSubstr("node= and interleave= both name the nodes of the pages; write one of them"));
  EXPECT_THAT(spec_refusal("dram:64M,node=each,interleave=each"), HasSubstr("write one of them"));
}

TEST(MediaSpec, reads_the_word_that_stands_for_several) {
  for (const char* text : {"dram:1M,node=each", "dram:1M,interleave=each", "devdax:each"}) {
    const Result<MediaSpec> spec = parse_media(text);
    ASSERT_TRUE(spec) << text;
    EXPECT_TRUE(spec->each) << text;
  }
  EXPECT_FALSE(parse_media("file:each").value().each) << "a file may be called so";
}

TEST(MediaSpec, reads_each_choice_of_pages) {
  EXPECT_EQ(parse_media("dram:4K,pages=4k").value().pages, PageChoice::small_4k);
  EXPECT_EQ(parse_media("dram:4K,pages=thp").value().pages, PageChoice::transparent);
  EXPECT_EQ(parse_media("dram:4K,pages=2m").value().pages, PageChoice::huge_2m);
  EXPECT_EQ(parse_media("dram:4K,pages=1g").value().pages, PageChoice::huge_1g);
}

TEST(MediaSpec, reads_paths_of_every_kind) {
  const Result<MediaSpec> file = parse_media("file:/mnt/pmem/x,size=1G");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->kind, DAX_MEDIA_FILE);
  EXPECT_EQ(file->path, "/mnt/pmem/x");
  EXPECT_EQ(file->size_bytes, 1ULL << 30);
  EXPECT_EQ(parse_media("file:relative").value().path, "relative");
  EXPECT_EQ(parse_media("file:relative").value().size_bytes, 0U);
  EXPECT_EQ(parse_media("file:/odd:name").value().path, "/odd:name");
  const Result<MediaSpec> short_dax = parse_media("/dev/dax0.0");
  ASSERT_TRUE(short_dax);
  EXPECT_EQ(short_dax->kind, DAX_MEDIA_DEVDAX);
  EXPECT_EQ(short_dax->path, "/dev/dax0.0");
  EXPECT_EQ(parse_media("/dev/dax1.0,size=2M").value().size_bytes, 2ULL << 20);
  EXPECT_EQ(parse_media("devdax:/dev/dax0.0").value().path, "/dev/dax0.0");
  EXPECT_EQ(parse_media("devdax:/dev/dax0.0").value().kind, DAX_MEDIA_DEVDAX);
  const Result<MediaSpec> block = parse_media("block:/dev/loop0");
  ASSERT_TRUE(block);
  EXPECT_EQ(block->kind, DAX_MEDIA_BLOCK);
  EXPECT_EQ(block->path, "/dev/loop0");
  EXPECT_EQ(parse_media("block:/path,size=64M").value().size_bytes, 64ULL << 20);
  EXPECT_EQ(parse_media("block:/path,size=64M").value().loop, LoopChoice::off);
  EXPECT_EQ(parse_media("block:/path,loop=off").value().loop, LoopChoice::off);
  EXPECT_EQ(parse_media("block:/path,loop=on").value().loop, LoopChoice::on);
  EXPECT_EQ(parse_media("block:/path,loop=auto").value().loop, LoopChoice::automatic);
}

TEST(MediaSpec, reads_where_a_part_begins) {
  EXPECT_EQ(parse_media("file:/x").value().offset_bytes, 0U);
  EXPECT_EQ(parse_media("file:/x,offset=0").value().offset_bytes, 0U);
  EXPECT_EQ(parse_media("file:/x,size=1M,offset=8K").value().offset_bytes, 8192U);
  EXPECT_EQ(parse_media("/dev/dax0.0,offset=2M").value().offset_bytes, 2ULL << 20);
  EXPECT_THAT(spec_refusal("file:/x,offset=5000"),
              HasSubstr("offset 5000 is not a multiple of 4096 bytes; write 4096"));
  EXPECT_THAT(spec_refusal("file:/x,offset=x"), HasSubstr("'x' is not a size"));
  EXPECT_THAT(spec_refusal("dram:1M,offset=4K"), HasSubstr("'offset' is not a key of dram"));
  EXPECT_THAT(spec_refusal("block:/x,offset=4K"), HasSubstr("'offset' is not a key of block"));
}

TEST(MediaSpec, refuses_what_names_no_kind) {
  for (const char* text : {"", "64M", "dram"}) {
    EXPECT_THAT(spec_refusal(text),
                HasSubstr("no kind of medium is named; write dram:SIZE, "
                          "file:PATH, /dev/daxX.Y, block:PATH or posix:DIRECTORY"));
  }
  EXPECT_THAT(spec_refusal("/dev/sda"),
              HasSubstr("write file:/dev/sda to map it or block:/dev/sda for the kernel's block"));
  EXPECT_THAT(spec_refusal("./x:y"), HasSubstr("write file:./x:y to map it"));
}

TEST(MediaSpec, refuses_an_unknown_kind_and_offers_the_nearest) {
  EXPECT_THAT(spec_refusal("darm:64M"), HasSubstr("'darm' is not a kind of medium (did you mean "));
  EXPECT_THAT(spec_refusal("dramm:64M"), HasSubstr("(did you mean dram?)"));
  EXPECT_THAT(spec_refusal("blok:/x"), HasSubstr("(did you mean block?)"));
  EXPECT_THAT(spec_refusal("optane:/x"),
              HasSubstr("'optane' is not a kind of medium; write dram:SIZE, file:PATH"));
  EXPECT_THAT(spec_refusal("simm:a.yaml"), HasSubstr("(did you mean sim?)"));
}

TEST(MediaSpec, takes_the_file_of_a_model) {
  const auto spec = parse_media("sim:a/b.yaml,size=1T");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->kind, DAX_MEDIA_SIM);
  EXPECT_EQ(spec->path, "a/b.yaml");
  EXPECT_EQ(spec->size_bytes, std::uint64_t{1} << 40);
  EXPECT_THAT(spec_refusal("sim:a.yaml,node=0"), HasSubstr("'node' is not a key of sim"));
  EXPECT_THAT(spec_refusal("sim:"), HasSubstr("the path is empty; write sim:FILE[,size=SIZE]"));
  EXPECT_THAT(spec_refusal("linear:sim:a.yaml+dram:1M"),
              HasSubstr("cannot be a part of another medium"));
}

TEST(MediaSpec, refuses_a_missing_size) {
  EXPECT_THAT(spec_refusal("dram:"),
              HasSubstr("the size is missing; write dram:SIZE|auto[,node=N]"));
  EXPECT_THAT(spec_refusal("dram:,node=0"), HasSubstr("the size is missing"));
  EXPECT_THAT(spec_refusal("dram:node=0"), HasSubstr("the size is missing"));
}

TEST(MediaSpec, refuses_sizes_that_are_none) {
  EXPECT_THAT(spec_refusal("dram:0"), HasSubstr("the size is 0; a medium has at least one page"));
  EXPECT_THAT(spec_refusal("file:/x,size=0"), HasSubstr("the size is 0"));
  EXPECT_THAT(spec_refusal("dram:5000"),
              HasSubstr("size 5000 is not a multiple of 4096 bytes; write 4096 or 8192"));
  EXPECT_THAT(spec_refusal("dram:100"), HasSubstr("write 4096 or 4096"));
  EXPECT_THAT(spec_refusal("dram:64X"), HasSubstr("64X"));
  EXPECT_THAT(spec_refusal("dram:-4K"), HasSubstr("-4K"));
}

TEST(MediaSpec, refuses_a_node_that_is_no_number) {
  for (const char* node : {"x", "", "-1", "1.5", "1024", "0x1", "99999999999999999999"}) {
    EXPECT_THAT(spec_refusal(std::string("dram:4K,node=") + node),
                HasSubstr(fmt::format("node '{}' is not the number of a NUMA node", node)));
  }
}

TEST(MediaSpec, refuses_unknown_pages) {
  EXPECT_THAT(
      spec_refusal("dram:4K,pages=huge"),
      HasSubstr("pages 'huge' is unknown; write pages=4k, pages=thp, pages=2m or pages=1g"));
}

TEST(MediaSpec, refuses_keys_that_the_kind_does_not_have) {
  EXPECT_THAT(
      spec_refusal("dram:4K,nodes=1"),
      HasSubstr("'nodes' is not a key of dram (did you mean node=?); write dram:SIZE|auto[,node"));
  EXPECT_THAT(spec_refusal("dram:4K,size=4K"), HasSubstr("'size' is not a key of dram"));
  EXPECT_THAT(spec_refusal("file:/x,node=1"),
              HasSubstr("'node' is not a key of file; write file:PATH[,size=SIZE]"));
  EXPECT_THAT(spec_refusal("file:/a,b"), HasSubstr("'b' is not a key of file"));
  EXPECT_THAT(spec_refusal("block:/x,loop=yes"),
              HasSubstr("loop 'yes' is unknown; write loop=off, loop=on or loop=auto"));
  EXPECT_THAT(spec_refusal("file:/x,loop=on"), HasSubstr("'loop' is not a key of file"));
  EXPECT_THAT(spec_refusal("block:/x,"), HasSubstr("'' is not a key of block"));
}

TEST(MediaSpec, refuses_a_key_without_value_or_given_twice) {
  EXPECT_THAT(spec_refusal("file:/x,size"), HasSubstr("key size has no value"));
  EXPECT_THAT(spec_refusal("dram:4K,node=1,node=1"), HasSubstr("key node is given twice"));
}

TEST(MediaSpec, refuses_an_empty_path) {
  EXPECT_THAT(spec_refusal("file:"), HasSubstr("the path is empty; write file:PATH[,size=SIZE]"));
  EXPECT_THAT(spec_refusal("block:,size=4K"), HasSubstr("the path is empty"));
  EXPECT_THAT(spec_refusal("devdax:"), HasSubstr("the path is empty; write devdax:/dev/daxX.Y"));
}

TEST(MediaSpec, refuses_a_path_that_the_kernel_could_not_be_given) {
  const Result<MediaSpec> spec = parse_media(std::string_view("file:/a\0b", 9));
  ASSERT_FALSE(spec);
  EXPECT_THAT(spec.error().message, HasSubstr("contains a NUL byte"));
  const auto bytes = parse_media("linear:dram:1M+file:/a\xFF\xFE");
  ASSERT_FALSE(bytes) << "results could not name it";
  EXPECT_EQ(bytes.error().kind, ErrorKind::usage);
  EXPECT_THAT(bytes.error().message, HasSubstr("is not UTF-8"));
  EXPECT_TRUE(parse_media("file:/\xC3\xA9"));
}

// Whatever is typed, the answer is a spec that keeps its promises or a usage error.
TEST(MediaSpec, survives_arbitrary_text) {
  constexpr std::uint64_t kSeed = 20240611;
  SCOPED_TRACE(fmt::format("seed {}", kSeed));
  Random random(kSeed);
  const std::vector<std::string> words{"dram", "file",     "block", "devdax", ":",  ",",
                                       "=",    "size",     "node",  "pages",  "4K", "thp",
                                       "/",    "/dev/dax", "0",     "2m",     "x",  "1"};
  unsigned accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::uint64_t i = random.below(9); i > 0; --i) text += words[random.below(words.size())];
    const Result<MediaSpec> spec = parse_media(text);
    if (!spec) {
      ASSERT_EQ(spec.error().kind, ErrorKind::usage) << text;
      continue;
    }
    ++accepted;
    ASSERT_EQ(spec->size_bytes % DAX_PAGE_BYTES, 0U) << text;
    ASSERT_EQ(spec->path.empty(), spec->kind == DAX_MEDIA_DRAM) << text;
    ASSERT_TRUE(spec->kind != DAX_MEDIA_DRAM || spec->size_bytes > 0) << text;
  }
  EXPECT_GT(accepted, 100U);
}

}  // namespace
}  // namespace pmembench
