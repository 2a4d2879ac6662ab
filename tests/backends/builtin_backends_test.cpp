// The rules that every table must keep, and what each built-in says of itself.
#include "backends/builtin_backends.h"

#include <set>

#include "backend_fixture.hpp"

namespace pmembench {
namespace {

TEST(BuiltinBackends, are_all_there_in_order) {
  std::vector<std::string> names;
  for (const dax_operations* table : builtins()) names.emplace_back(table->name);
  EXPECT_EQ(names, (std::vector<std::string>{"movnt", "clwb", "movdir64b", "clflushopt", "clflush",
                                             "eadr", "libpmem2", "devdax", "block", "null"}));
}

TEST(BuiltinBackends, have_the_operations_that_the_abi_requires) {
  for (const dax_operations* table : builtins()) {
    SCOPED_TRACE(table->name);
    EXPECT_EQ(table->magic, DAX_OPERATIONS_MAGIC);
    EXPECT_EQ(table->abi_version, DAX_OPERATIONS_ABI_VERSION);
    EXPECT_EQ(table->struct_size, sizeof(dax_operations));
    EXPECT_GT(std::strlen(table->summary), 10U);
    EXPECT_EQ(std::strchr(table->summary, '\n'), nullptr);
    EXPECT_NE(table->media, 0U);
    EXPECT_GE(table->minimum_io_bytes, 1U);
    EXPECT_GE(table->alignment_bytes, 1U);
    EXPECT_NE(table->probe, nullptr);
    EXPECT_EQ(table->open == nullptr, table->close == nullptr);
    EXPECT_NE(table->copy_from_iter, nullptr);
    EXPECT_NE(table->copy_to_iter, nullptr);
    EXPECT_NE(table->flush, nullptr);
    EXPECT_NE(table->drain, nullptr);
    EXPECT_NE(table->zero_page_range, nullptr);
    const bool direct = (table->capabilities & DAX_CAP_DIRECT_ACCESS) != 0;
    EXPECT_EQ(table->direct_access != nullptr, direct);
  }
}

struct Facts {
  const char* name;
  std::uint64_t capabilities;
  std::uint64_t media;
};

TEST(BuiltinBackends, tell_their_facts) {
  constexpr std::uint64_t kDirect = DAX_CAP_DIRECT_ACCESS | DAX_CAP_SYNCHRONOUS;
  constexpr std::uint64_t kDram = 1U << DAX_MEDIA_DRAM, kFile = 1U << DAX_MEDIA_FILE,
                          kDevdax = 1U << DAX_MEDIA_DEVDAX, kBlock = 1U << DAX_MEDIA_BLOCK,
                          kPosix = 1U << DAX_MEDIA_POSIX;
  const Facts all[] = {
      {"movnt", kDirect, kDram | kFile | kDevdax},
      {"clwb", kDirect | DAX_CAP_NEEDS_FLUSH, kDram | kFile | kDevdax},
      {"movdir64b", kDirect, kDram | kFile | kDevdax},
      {"clflushopt", kDirect | DAX_CAP_NEEDS_FLUSH, kDram | kFile | kDevdax},
      {"clflush", kDirect | DAX_CAP_NEEDS_FLUSH, kDram | kFile | kDevdax},
      {"eadr", kDirect, kDram | kFile | kDevdax},
      {"libpmem2", kDirect | DAX_CAP_NVDIMM_ONLY, kDram | kFile | kDevdax},
      {"devdax", kDirect | DAX_CAP_NEEDS_FLUSH, kDevdax},
      {"block", DAX_CAP_EMULATED, kBlock | kPosix},
      {"null", DAX_CAP_NO_WORK, kDram | kFile | kDevdax | kBlock},
  };
  ASSERT_EQ(std::size(all), builtins().size());
  for (const Facts& facts : all) {
    const dax_operations& table = *builtin(facts.name);
    EXPECT_EQ(table.capabilities, facts.capabilities) << facts.name;
    EXPECT_EQ(table.media, facts.media) << facts.name;
    const std::uint32_t unit = (table.capabilities & DAX_CAP_EMULATED) != 0 ? 512 : 1;
    EXPECT_EQ(table.minimum_io_bytes, unit) << facts.name;
    EXPECT_EQ(table.alignment_bytes, unit) << facts.name;
  }
}

std::string refusal(const char* name, std::uint64_t features) {
  const dax_host_info host{sizeof(dax_host_info), 16, features};
  std::array<char, 256> reason{};
  const int error = builtin(name)->probe(&host, reason.data(), reason.size());
  EXPECT_EQ(error, reason[0] == '\0' ? 0 : -EOPNOTSUPP);
  return reason.data();
}

TEST(BuiltinBackends, say_which_instruction_a_cpu_lacks) {
  EXPECT_EQ(refusal("clwb", DAX_CPU_SSE2 | DAX_CPU_CLFLUSH | DAX_CPU_CLFLUSHOPT),
            "clwb needs the instruction of its name, which this CPU does not have; use clflushopt "
            "or clflush");
  EXPECT_EQ(refusal("clflushopt", DAX_CPU_SSE2 | DAX_CPU_CLFLUSH),
            "clflushopt needs the instruction of its name, which this CPU does not have; use "
            "clflush");
  EXPECT_EQ(refusal("clflush", DAX_CPU_SSE2),
            "clflush needs the instruction of its name, which this CPU does not have; use movnt or "
            "eadr");
  EXPECT_EQ(refusal("movnt", DAX_CPU_CLFLUSH),
            "movnt needs SSE2's non-temporal stores, which this CPU does not have; use eadr");
  EXPECT_EQ(refusal("movnt", DAX_CPU_SSE2),
            "movnt needs clwb, clflushopt or clflush for the lines at a range's ends, and this CPU "
            "has none of them; use eadr");
  EXPECT_EQ(refusal("devdax", DAX_CPU_SSE2),
            "devdax needs clwb, clflushopt or clflush to write lines back, and this CPU has none "
            "of them; use eadr");
}

TEST(BuiltinBackends, run_where_the_cpu_has_what_they_need) {
  EXPECT_EQ(refusal("clwb", DAX_CPU_CLWB), "");
  EXPECT_EQ(refusal("clflushopt", DAX_CPU_CLFLUSHOPT), "");
  EXPECT_EQ(refusal("clflush", DAX_CPU_CLFLUSH), "");
  EXPECT_EQ(refusal("movnt", DAX_CPU_SSE2 | DAX_CPU_CLFLUSH), "");
  EXPECT_NE(refusal("movdir64b", DAX_CPU_SSE2 | DAX_CPU_CLFLUSH), "");
  EXPECT_NE(refusal("movdir64b", DAX_CPU_SSE2 | DAX_CPU_MOVDIR64B), "") << "nothing for the edges";
  EXPECT_EQ(refusal("movdir64b", DAX_CPU_SSE2 | DAX_CPU_CLFLUSH | DAX_CPU_MOVDIR64B), "");
  EXPECT_EQ(refusal("eadr", DAX_CPU_SSE2), "");
  EXPECT_EQ(refusal("devdax", DAX_CPU_CLFLUSH), "");
  EXPECT_EQ(refusal("block", 0), "");
  EXPECT_EQ(refusal("null", 0), "");
}

TEST(BuiltinBackends, probe_without_room_for_a_reason) {
  const dax_host_info host{sizeof(dax_host_info), 16, 0};
  EXPECT_EQ(builtin("clwb")->probe(&host, nullptr, 0), -EOPNOTSUPP);
  std::array<char, 5> reason{'x', 'x', 'x', 'x', 'x'};
  EXPECT_EQ(builtin("clwb")->probe(&host, reason.data(), 4), -EOPNOTSUPP);
  EXPECT_STREQ(reason.data(), "clw");
}

}  // namespace
}  // namespace pmembench
