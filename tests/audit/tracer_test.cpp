// The tracer: which bytes of the medium each kind of store, flush and call is seen to touch.
#include "audit/tracer.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <unistd.h>

#include "platform/cpu.hpp"
#include "tests/audit/injected.hpp"

namespace pmembench {
namespace {

// What one call of copy_from_iter did, by its events.
class Seen final : public TraceObserver {
 public:
  void on_event(const TraceEvent& event) override {
    if (event.kind == TraceEvent::Kind::store) {
      for (std::uint64_t i = 0; i < event.size_bytes; ++i) {
        stored.push_back(event.address + i - kPageOffset);
      }
      past_cache = event.past_cache;
    }
    if (event.kind == TraceEvent::Kind::flush) flushed.push_back(event.address - kPageOffset);
    if (event.kind == TraceEvent::Kind::fence) ++fences;
    if (event.kind == TraceEvent::Kind::system_call) calls.push_back(event.number);
    if (event.kind == TraceEvent::Kind::library_call) names.emplace_back(event.name);
  }
  static constexpr std::uint64_t kPageOffset = 4096;
  std::vector<std::uint64_t> stored, flushed, calls;
  std::vector<std::string> names;
  bool past_cache = false;
  unsigned fences = 0;
};

using Copy = std::int64_t (*)(void*, dax_iter*);

AuditCase one_copy(std::uint64_t size) {
  AuditCase work;
  work.calls[0] = AuditCall::copy;
  work.call_count = 1;
  work.iter.multiplier = 1;
  work.iter.slots = 1;
  work.iter.count = 1;
  work.iter.offset_bytes = Seen::kPageOffset;
  work.iter.granule_bytes = size;
  work.iter.size_bytes = size;
  return work;
}

// Runs `copy` twice, the second time traced.
void see(Copy copy, Seen& seen, std::uint64_t size = 64) {
  dax_operations table = injected::table();
  table.copy_from_iter = copy;
  auto tracee = Tracee::start(injected::body(table));
  ASSERT_TRUE(tracee) << tracee.error().message;
  Tracer tracer(*std::move(tracee));
  const Status started = tracer.start();
  ASSERT_TRUE(started) << started.error().message;
  ASSERT_FALSE(tracer.run({one_copy(size)}, nullptr));
  const auto fault = tracer.run({one_copy(size)}, &seen);
  ASSERT_FALSE(fault) << fault->sentence;
  tracer.end();
}

unsigned char* place(const dax_iter* iter) { return injected::base() + iter->offset_bytes; }

std::vector<std::uint64_t> bytes_from_to(std::uint64_t begin, std::uint64_t end) {
  std::vector<std::uint64_t> bytes;
  for (; begin < end; ++begin) bytes.push_back(begin);
  return bytes;
}

TEST(Tracer, a_plain_store_is_seen_with_its_bytes) {
  Seen seen;
  see(
      [](void*, dax_iter* iter) {
        *reinterpret_cast<volatile std::uint64_t*>(place(iter) + 16) = 7;
        return std::int64_t{64};
      },
      seen);
  EXPECT_EQ(seen.stored, bytes_from_to(16, 24));
  EXPECT_FALSE(seen.past_cache);
}

TEST(Tracer, a_repeated_string_store_is_seen_to_its_last_byte) {
  Seen seen;
  see(
      [](void*, dax_iter* iter) {
        void* to = place(iter);
        const void* from = iter->buffer;
        std::uint64_t count = 200;
        asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
        return std::int64_t{200};
      },
      seen, 200);
  EXPECT_EQ(seen.stored, bytes_from_to(0, 200));
}

TEST(Tracer, masked_stores_leave_out_the_masked_bytes) {
  Seen seen;
  see(
      [](void*, dax_iter* iter) {
        const __m128i mask = _mm_setr_epi8(-1, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0);
        _mm_maskmoveu_si128(_mm_set1_epi8(9), mask, reinterpret_cast<char*>(place(iter)));
        return std::int64_t{64};
      },
      seen);
  EXPECT_EQ(seen.stored, (std::vector<std::uint64_t>{0, 7}));
  EXPECT_TRUE(seen.past_cache);
}

[[gnu::target("avx2")]] std::int64_t vpmaskmov(void* /*handle*/, dax_iter* iter) {
  _mm256_maskstore_epi32(reinterpret_cast<int*>(place(iter)),
                         _mm256_setr_epi32(-1, 0, 0, 0, 0, 0, 0, -1), _mm256_set1_epi32(4));
  return 64;
}

TEST(Tracer, vector_masks_of_avx2_are_read) {
  if (!detect_cpu_features().avx2) GTEST_SKIP() << "no AVX2";
  Seen seen;
  see(vpmaskmov, seen);
  EXPECT_EQ(seen.stored, (std::vector<std::uint64_t>{0, 1, 2, 3, 28, 29, 30, 31}));
}

[[gnu::target("avx512f")]] std::int64_t opmask_store(void* /*handle*/, dax_iter* iter) {
  _mm512_mask_storeu_epi32(place(iter), 0x8003, _mm512_set1_epi32(4));
  return 64;
}
[[gnu::target("avx512f")]] std::int64_t scatter(void* /*handle*/, dax_iter* iter) {
  const __m512i index = _mm512_setr_epi64(0, 8, 16, -8, 32, 40, 48, 56);
  _mm512_mask_i64scatter_epi64(place(iter), 0x0B, index, _mm512_set1_epi64(4), 1);
  return 64;
}
[[gnu::target("avx512f")]] std::int64_t compress(void* /*handle*/, dax_iter* iter) {
  _mm512_mask_compressstoreu_epi64(place(iter), 0x42, _mm512_set1_epi64(4));
  return 64;
}

TEST(Tracer, mask_registers_and_vector_indices_of_avx512_are_read) {
  if (!detect_cpu_features().avx512f) GTEST_SKIP() << "no AVX-512";
  Seen masked;
  see(opmask_store, masked);
  EXPECT_EQ(masked.stored, (std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5, 6, 7, 60, 61, 62, 63}));
  Seen scattered;
  see(scatter, scattered);
  std::vector<std::uint64_t> wanted = bytes_from_to(0, 16);
  for (int i = 0; i < 8; ++i) wanted.push_back(static_cast<std::uint64_t>(-8 + i));
  EXPECT_EQ(scattered.stored, wanted);
  Seen compressed;
  see(compress, compressed);
  EXPECT_EQ(compressed.stored, bytes_from_to(0, 16));
}

[[gnu::target("movdir64b")]] std::int64_t direct_store(void* /*handle*/, dax_iter* iter) {
  _movdir64b(place(iter), iter->buffer);
  return 64;
}

TEST(Tracer, a_direct_store_of_a_line_is_seen) {
  if (!detect_cpu_features().movdir64b) GTEST_SKIP() << "no movdir64b";
  Seen seen;
  see(direct_store, seen);
  EXPECT_EQ(seen.stored, bytes_from_to(0, 64));
  EXPECT_TRUE(seen.past_cache);
}

TEST(Tracer, segment_bases_and_indices_lead_to_the_place) {
  Seen seen;
  see(
      [](void*, dax_iter* iter) {
        std::uint64_t self = 0;
        asm volatile("mov %%fs:0, %0" : "=r"(self));
        const std::uint64_t offset = reinterpret_cast<std::uint64_t>(place(iter)) - self;
        const std::uint64_t index = 2;
        asm volatile("movq $5, %%fs:8(%0,%1,4)" : : "r"(offset), "r"(index) : "memory");
        return std::int64_t{64};
      },
      seen);
  EXPECT_EQ(seen.stored, bytes_from_to(16, 24));
}

TEST(Tracer, what_the_kernel_writes_is_a_store) {
  Seen seen;
  see(
      [](void*, dax_iter* iter) {
        const int fd = open("/dev/zero", O_RDONLY);
        const auto got = pread(fd, place(iter), 10, 0);
        close(fd);
        return static_cast<std::int64_t>(got + 54);
      },
      seen);
  EXPECT_EQ(seen.stored, bytes_from_to(0, 10));
  EXPECT_EQ(seen.calls.size(), 3U);
}

// A page of code: a store of rax to [rdi], or none.
int code_file(bool stores) {
  const int fd = memfd_create("code", 0);
  const unsigned char storing[] = {0x48, 0x89, 0x07, 0xC3};
  const unsigned char idle[] = {0x90, 0x90, 0x90, 0xC3};
  if (ftruncate(fd, 4096) != 0 || pwrite(fd, stores ? storing : idle, 4, 0) != 4) return -1;
  return fd;
}

// The second call has other code at the addresses of the first one's, which no store of it made:
// only the mapping changed.
template <bool Unmaps>
std::int64_t run_mapped_code(void* /*handle*/, dax_iter* iter) {
  static void* code = nullptr;
  static int calls = 0;
  const int fd = code_file(++calls == 3);  // 1: untraced, 2: idle, 3: stores
  if (Unmaps && code != nullptr) munmap(code, 4096);
  code = mmap(code, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | (code == nullptr ? 0 : MAP_FIXED),
              fd, 0);
  close(fd);
  reinterpret_cast<void (*)(void*)>(code)(place(iter));
  return 64;
}

void see_second_call(Copy copy, Seen& seen) {
  dax_operations table = injected::table();
  table.copy_from_iter = copy;
  auto tracee = Tracee::start(injected::body(table));
  ASSERT_TRUE(tracee) << tracee.error().message;
  Tracer tracer(*std::move(tracee));
  ASSERT_TRUE(tracer.start());
  Seen first;
  ASSERT_FALSE(tracer.run({one_copy(64)}, nullptr));
  ASSERT_FALSE(tracer.run({one_copy(64)}, &first));
  EXPECT_THAT(first.stored, testing::IsEmpty());
  const auto fault = tracer.run({one_copy(64)}, &seen);
  ASSERT_FALSE(fault) << fault->sentence;
  tracer.end();
}

TEST(Tracer, code_that_is_mapped_over_other_code_is_decoded_again) {
  Seen seen;
  see_second_call(run_mapped_code<false>, seen);
  EXPECT_EQ(seen.stored, bytes_from_to(0, 8));
}

TEST(Tracer, code_that_is_mapped_where_other_code_was_unmapped_is_decoded_again) {
  Seen seen;
  see_second_call(run_mapped_code<true>, seen);
  EXPECT_EQ(seen.stored, bytes_from_to(0, 8));
}

TEST(Tracer, flushes_fences_and_calls_of_the_library_are_seen) {
  Seen seen;
  see(
      [](void*, dax_iter* iter) {
        injected::clflush(place(iter) + 70);
        injected::sfence();
        std::uint64_t x = 1;
        asm volatile("lock incq %0" : "+m"(x));
        void* volatile memory = std::malloc(10);
        std::free(memory);
        return std::int64_t{64};
      },
      seen);
  EXPECT_EQ(seen.flushed, std::vector<std::uint64_t>{64});
  EXPECT_GE(seen.fences, 2U);
  EXPECT_THAT(seen.names, testing::IsSupersetOf({"malloc", "free"}));
}

}  // namespace
}  // namespace pmembench
