#include "dax/read_proof.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstring>

#include "dax/operations_check.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

constexpr dax_host_info kHost{sizeof(dax_host_info), 16, DAX_CPU_SSE2};

std::int64_t read_range(void* handle, dax_iter* iter) {
  const auto* const mapping = static_cast<const dax_mapping*>(handle);
  const std::uint64_t offset = dax_iter_next(iter);
  std::memcpy(iter->buffer, mapping->address + offset, iter->size_bytes);
  --iter->count;
  return static_cast<std::int64_t>(iter->size_bytes);
}

std::int64_t read_all(void* handle, dax_iter* iter) {
  std::int64_t bytes = 0;
  while (iter->count > 0) bytes += read_range(handle, iter);
  return bytes;
}

dax_operations table(std::int64_t (*read)(void*, dax_iter*)) {
  dax_operations operations{};
  operations.name = "test";
  operations.minimum_io_bytes = operations.alignment_bytes = 1;
  operations.copy_to_iter = read;
  return operations;
}

TEST(ReadProof, holds_for_a_backend_that_reads_every_range) {
  for (const std::uint64_t size_bytes : {1, 64, 100, 4096, 5000, 65536}) {
    for (const std::uint64_t count : {2, 3, 64, 256}) {
      const Status proved = prove_batch_reads(table(read_all), kHost, size_bytes, count);
      EXPECT_TRUE(proved) << size_bytes << " x " << count << ": " << proved.error().message;
    }
  }
}

TEST(ReadProof, finds_a_backend_that_reads_the_last_range_of_a_batch_alone) {
  const Status refused = prove_batch_reads(table([](void* handle, dax_iter* iter) {
                                             std::int64_t bytes = 0;
                                             for (; iter->count > 1; --iter->count) {
                                               (void)dax_iter_next(iter);
                                               bytes += static_cast<std::int64_t>(iter->size_bytes);
                                             }
                                             return bytes + read_range(handle, iter);
                                           }),
                                           kHost, 64, 256);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message,
              HasSubstr("a batch of 256 reads of 64 bytes touched 1 of 256 pages: backend test"));
}

TEST(ReadProof, finds_a_backend_that_reads_the_first_page_of_a_range_alone) {
  const Status refused = prove_batch_reads(table([](void* handle, dax_iter* iter) {
                                             std::int64_t bytes = 0;
                                             const std::uint64_t whole = iter->size_bytes;
                                             while (iter->count > 0) {
                                               iter->size_bytes = 64;
                                               (void)read_range(handle, iter);
                                               iter->size_bytes = whole;
                                               bytes += static_cast<std::int64_t>(whole);
                                             }
                                             return bytes;
                                           }),
                                           kHost, 16384, 4);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("touched 4 of 16 pages"));
}

// The first line of each page and the last line of each range, except the last range of a batch.
std::int64_t read_little(void* handle, dax_iter* iter) {
  const auto* const mapping = static_cast<const dax_mapping*>(handle);
  std::int64_t bytes = 0;
  for (; iter->count > 1; --iter->count) {
    const std::uint64_t offset = dax_iter_next(iter);
    for (std::uint64_t at = 0; at < iter->size_bytes; at += 4096) {
      std::memcpy(iter->buffer + at, mapping->address + offset + at, 64);
    }
    const std::uint64_t last = iter->size_bytes - 64;
    std::memcpy(iter->buffer + last, mapping->address + offset + last, 64);
    bytes += static_cast<std::int64_t>(iter->size_bytes);
  }
  return bytes + read_range(handle, iter);
}

TEST(ReadProof, finds_a_backend_that_reads_a_line_of_each_page_alone) {
  for (const std::uint64_t size_bytes : {1024, 4096, 65536}) {
    const Status refused = prove_batch_reads(table(read_little), kHost, size_bytes, 64);
    ASSERT_FALSE(refused) << size_bytes;
    EXPECT_THAT(refused.error().message, HasSubstr("lines of a range not in the buffer when"));
  }
}

TEST(ReadProof, finds_a_backend_that_reads_the_first_line_of_a_short_range_alone) {
  const Status refused = prove_batch_reads(table([](void* handle, dax_iter* iter) {
                                             std::int64_t bytes = 0;
                                             const std::uint64_t whole = iter->size_bytes;
                                             while (iter->count > 0) {
                                               iter->size_bytes = iter->count > 1 ? 64 : whole;
                                               (void)read_range(handle, iter);
                                               bytes += static_cast<std::int64_t>(whole);
                                             }
                                             iter->size_bytes = whole;
                                             return bytes;
                                           }),
                                           kHost, 256, 64);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("touched 65 of 128 pages"));
}

TEST(ReadProof, finds_a_wrong_count) {
  const Status refused = prove_batch_reads(
      table([](void* handle, dax_iter* iter) { return 2 * read_all(handle, iter); }), kHost, 64, 8);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("a batch of 8 reads of 64 bytes returned 1024"));
}

TEST(ReadProof, refuses_nothing_that_it_cannot_prove) {
  const auto nothing = [](void*, dax_iter* iter) {
    const auto bytes = static_cast<std::int64_t>(iter->count * iter->size_bytes);
    iter->count = 0;
    return bytes;
  };
  dax_operations idle = table(nothing);
  idle.capabilities = DAX_CAP_NO_WORK;
  EXPECT_TRUE(prove_batch_reads(idle, kHost, 64, 256));
  dax_operations opens = table(nothing);
  opens.open = [](const dax_host_info*, const dax_media_info*, void**, std::uint64_t*, char*,
                  std::uint64_t) { return 0; };
  EXPECT_TRUE(prove_batch_reads(opens, kHost, 64, 256));
  EXPECT_TRUE(prove_batch_reads(table(nothing), kHost, 64, 1)) << "no batch";
  EXPECT_FALSE(prove_batch_reads(table(nothing), kHost, 64, 2));
}

TEST(ReadProof, leaves_the_signal_as_it_was) {
  struct sigaction before {
  }, after{};
  sigaction(SIGSEGV, nullptr, &before);
  EXPECT_TRUE(prove_batch_reads(table(read_all), kHost, 64, 8));
  sigaction(SIGSEGV, nullptr, &after);
  EXPECT_EQ(before.sa_sigaction, after.sa_sigaction);
}

}  // namespace
}  // namespace pmembench
