#include "dax/operations_check.hpp"

#include <gmock/gmock.h>

#include <cerrno>
#include <cstddef>
#include <string>

#include "plain_table.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

std::string refusal_of(const dax_operations* table) {
  const Result<dax_operations> complete = complete_operations(table);
  if (complete) return "accepted";
  EXPECT_EQ(complete.error().kind, ErrorKind::environment);
  return complete.error().message;
}

std::string refusal_of(void (*spoil)(dax_operations&)) {
  dax_operations table = plain_table("plain");
  spoil(table);
  return refusal_of(&table);
}

TEST(OperationsCheck, accepts_a_complete_table_and_changes_nothing_in_it) {
  const dax_operations table = plain_table("plain-0_a");
  const Result<dax_operations> complete = complete_operations(&table);
  ASSERT_TRUE(complete);
  EXPECT_EQ(std::memcmp(&*complete, &table, sizeof(table)), 0);
}

TEST(OperationsCheck, refuses_null) {
  EXPECT_THAT(refusal_of(static_cast<const dax_operations*>(nullptr)), HasSubstr("returned NULL"));
}

TEST(OperationsCheck, refuses_a_foreign_magic_before_it_reads_on) {
  // Only the first 16 bytes are there: the sanitizers see a read beyond them.
  alignas(8) unsigned char head[16] = {1, 2, 3};
  EXPECT_THAT(refusal_of(reinterpret_cast<const dax_operations*>(head)),
              HasSubstr("not a pmembench backend: its table begins with 0x0000000000030201"));
}

TEST(OperationsCheck, refuses_another_abi_and_names_both_versions) {
  EXPECT_THAT(refusal_of([](dax_operations& table) { table.abi_version = 7; }),
              HasSubstr("version 7 of the backend ABI and this pmembench has version 1"));
}

TEST(OperationsCheck, refuses_a_table_that_does_not_hold_the_facts) {
  EXPECT_THAT(refusal_of([](dax_operations& table) {
                table.struct_size = offsetof(dax_operations, media);
              }),
              HasSubstr("too short: 40 bytes"));
}

TEST(OperationsCheck, refuses_each_required_operation_that_is_missing_by_its_name) {
  EXPECT_THAT(refusal_of([](dax_operations& table) { table.probe = nullptr; }),
              HasSubstr("operation probe is missing"));
  EXPECT_THAT(refusal_of([](dax_operations& table) { table.copy_from_iter = nullptr; }),
              HasSubstr("operation copy_from_iter is missing"));
  EXPECT_THAT(refusal_of([](dax_operations& table) { table.copy_to_iter = nullptr; }),
              HasSubstr("operation copy_to_iter is missing"));
  EXPECT_THAT(refusal_of([](dax_operations& table) { table.flush = nullptr; }),
              HasSubstr("operation flush is missing"));
  EXPECT_THAT(refusal_of([](dax_operations& table) { table.drain = nullptr; }),
              HasSubstr("operation drain is missing"));
  EXPECT_THAT(refusal_of([](dax_operations& table) { table.zero_page_range = nullptr; }),
              HasSubstr("operation zero_page_range is missing"));
}

TEST(OperationsCheck,
     refuses_a_required_operation_that_the_table_does_not_reach_or_reaches_in_part) {
  EXPECT_THAT(refusal_of([](dax_operations& table) {
                table.struct_size = offsetof(dax_operations, flush);
              }),
              HasSubstr("operation flush is missing"));
  EXPECT_THAT(refusal_of([](dax_operations& table) {
                table.struct_size = offsetof(dax_operations, flush) + 4;
              }),
              HasSubstr("operation flush is missing"));
}

TEST(OperationsCheck, takes_an_older_table_and_leaves_out_what_lies_beyond_its_end) {
  dax_operations table = plain_table("older");
  table.recovery_write = table.copy_from_iter;
  table.persist_from_iter = table.copy_from_iter;
  table.struct_size = offsetof(dax_operations, persist_from_iter);
  const Result<dax_operations> complete = complete_operations(&table);
  ASSERT_TRUE(complete);
  EXPECT_EQ(complete->recovery_write, table.recovery_write);
  EXPECT_EQ(complete->persist_from_iter, nullptr);
  EXPECT_EQ(complete->struct_size, sizeof(dax_operations));
}

TEST(OperationsCheck, takes_a_newer_and_longer_table) {
  struct {
    dax_operations known = plain_table("newer");
    void* later = nullptr;
  } table;
  table.known.struct_size = sizeof(table);
  EXPECT_TRUE(complete_operations(&table.known));
}

TEST(OperationsCheck, refuses_bad_names) {
  EXPECT_THAT(refusal_of([](dax_operations& table) { table.name = nullptr; }),
              HasSubstr("its name NULL is not usable"));
  for (const char* name :
       {"", "Movnt", "a b", "a/b", "a,b", "0123456789012345678901234567890123"}) {
    const dax_operations table = plain_table(name);
    EXPECT_THAT(refusal_of(&table), HasSubstr(fmt::format("its name '{}' is not usable", name)));
  }
}

TEST(OperationsCheck, refuses_missing_facts) {
  EXPECT_THAT(refusal_of([](dax_operations& table) { table.summary = nullptr; }),
              HasSubstr("has no summary"));
  EXPECT_THAT(refusal_of([](dax_operations& table) { table.media = 0; }),
              HasSubstr("serves no kind of medium"));
  EXPECT_THAT(refusal_of([](dax_operations& table) { table.media = 1U << 9; }),
              HasSubstr("serves no kind of medium"));
  EXPECT_THAT(refusal_of([](dax_operations& table) { table.minimum_io_bytes = 0; }),
              HasSubstr("minimum_io_bytes is 0"));
  EXPECT_THAT(refusal_of([](dax_operations& table) { table.alignment_bytes = 0; }),
              HasSubstr("alignment_bytes is 0"));
}

int open_nothing(const dax_host_info*, const dax_media_info*, void**, std::uint64_t*, char*,
                 std::uint64_t) {
  return -ENOSYS;
}

TEST(OperationsCheck, refuses_open_without_close) {
  EXPECT_THAT(refusal_of([](dax_operations& table) { table.open = open_nothing; }),
              HasSubstr("open without close"));
}

TEST(OperationsCheck, refuses_direct_access_that_is_claimed_and_not_there) {
  EXPECT_THAT(refusal_of([](dax_operations& table) {
                table.open = open_nothing;
                table.close = [](void*) {};
              }),
              HasSubstr("claims DAX_CAP_DIRECT_ACCESS"));
}

TEST(OperationsCheck, a_probe_is_quoted_or_its_silence_described) {
  dax_operations table = plain_table("plain");
  EXPECT_EQ(probe_operations(table, plain_host()), "");
  table.probe = [](const dax_host_info* host, char* reason, std::uint64_t reason_bytes) {
    snprintf(reason, reason_bytes, "%u bytes are not enough", host->vector_bytes);
    return -EOPNOTSUPP;
  };
  EXPECT_EQ(probe_operations(table, plain_host()), "16 bytes are not enough");
  table.probe = [](const dax_host_info*, char*, std::uint64_t) { return -ENODEV; };
  EXPECT_EQ(probe_operations(table, plain_host()),
            "its probe refused without a reason (No such device)");
  table.probe = [](const dax_host_info*, char* reason, std::uint64_t reason_bytes) {
    std::memset(reason, 'x', reason_bytes);  // no NUL
    return -ENODEV;
  };
  EXPECT_EQ(probe_operations(table, plain_host()), std::string(511, 'x'));
}

}  // namespace
}  // namespace pmembench
