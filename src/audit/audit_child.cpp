#include "audit/audit_child.hpp"

#include <emmintrin.h>
#include <pthread.h>
#include <semaphore.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

namespace pmembench {
namespace {

[[gnu::noinline]] std::uint64_t mark(Marker marker, const void* first, std::uint64_t second = 0,
                                     std::uint64_t third = 0) {
  auto code = static_cast<std::uint64_t>(marker);
  asm volatile("int3" : "+a"(code) : "D"(first), "S"(second), "d"(third) : "memory");
  return code;
}

// A number in the place of a pointer.
[[gnu::noinline]] void mark_number(Marker marker, std::uint64_t number) {
  auto code = static_cast<std::uint64_t>(marker);
  asm volatile("int3" : "+a"(code) : "D"(number) : "memory");
}

constexpr std::size_t kBufferBytes = 1 << 20;
constexpr std::size_t kPageBytes = DAX_PAGE_BYTES;

// One thread's memory for cases.
struct Server {
  const AuditTarget& target;
  AuditCase slot{};
  std::vector<unsigned char> memory = std::vector<unsigned char>(kBufferBytes + 2 * kPageBytes);
  std::vector<std::uint32_t> table{};

  unsigned char* buffer() {
    const auto at = reinterpret_cast<std::uintptr_t>(memory.data());
    return memory.data() + (kPageBytes - at % kPageBytes) % kPageBytes + slot.buffer_shift;
  }
  // In vectors, since each step of the tracer costs some 20 us; never one call of memcpy, which may
  // store byte by byte.
  void store(const dax_iter& batch) const {
    dax_iter iter = batch;
    for (; iter.count > 0; --iter.count) {
      unsigned char* const to = target.address + dax_iter_next(&iter);
      std::uint64_t at = 0;
      for (; at + sizeof(__m128i) <= iter.size_bytes; at += sizeof(__m128i)) {
        __m128i piece = _mm_loadu_si128(reinterpret_cast<const __m128i*>(iter.buffer + at));
        asm volatile("" : "+x"(piece));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to + at), piece);
      }
      for (; at < iter.size_bytes; ++at) {
        reinterpret_cast<volatile unsigned char*>(to)[at] = iter.buffer[at];
      }
    }
  }
  void publish() const {
    unsigned char* const to = target.address + slot.publish_offset_bytes;
    *reinterpret_cast<volatile std::uint64_t*>(to) = 1;
  }
  dax_iter publish_range(unsigned char* word) const {
    dax_iter iter{};
    iter.multiplier = 1;
    iter.slots = 1;
    iter.count = 1;
    iter.offset_bytes = slot.publish_offset_bytes;
    iter.granule_bytes = kPublishBytes;
    iter.size_bytes = kPublishBytes;
    iter.buffer = word;
    return iter;
  }
};

std::int64_t make_call(Server& server, AuditCall call, dax_iter* iter) {
  const dax_operations& table = *server.target.operations;
  void* const handle = server.target.handle;
  switch (call) {
    case AuditCall::copy:
      return table.copy_from_iter(handle, iter);
    case AuditCall::flush:
    case AuditCall::flush_stored:
      return table.flush(handle, iter);
    case AuditCall::drain:
      return table.drain(handle);
    case AuditCall::persist:
    case AuditCall::persist_skip:
      return table.persist_from_iter(handle, iter);
    case AuditCall::zero:
      return table.zero_page_range(handle, iter->offset_bytes / DAX_PAGE_BYTES,
                                   iter->size_bytes / DAX_PAGE_BYTES);
    case AuditCall::recovery:
      return table.recovery_write(handle, iter);
    case AuditCall::read:
      return table.copy_to_iter(handle, iter);
    case AuditCall::store:
      server.store(*iter);
      return 0;
    case AuditCall::publish:
      server.publish();
      return 0;
  }
  return -EINVAL;
}

void run_case(Server& server) {
  const AuditCase& work = server.slot;
  server.table = table_of(work);
  unsigned char* const buffer = server.buffer();
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(work.iter.size_bytes, kBufferBytes); ++i) {
    buffer[i] = static_cast<unsigned char>(content_byte(work, i));
  }
  bool published = false;
  for (std::uint32_t i = 0; i < work.call_count; ++i) {
    const AuditCall call = work.calls[i];
    dax_iter iter = published ? server.publish_range(buffer) : work.iter;
    iter.buffer = buffer;
    iter.table = server.table.empty() || published ? nullptr : server.table.data();
    if (call == AuditCall::flush_stored) iter.flags |= DAX_ITER_STORED;
    if (call == AuditCall::persist_skip) iter.flags |= DAX_ITER_SKIP_FLUSH;
    published = published || call == AuditCall::publish;
    mark_number(Marker::begin, i);
    const std::int64_t result = make_call(server, call, &iter);
    mark_number(Marker::end, static_cast<std::uint64_t>(result));
  }
}

void* serve(void* target) {
  auto server = std::make_unique<Server>(*static_cast<const AuditTarget*>(target));
  while (mark(Marker::ask, &server->slot) != 0) run_case(*server);
  return nullptr;
}

std::uint64_t address_of_function(void (*function)()) {
  return reinterpret_cast<std::uint64_t>(function);
}

// A cast between types of functions, for the address alone.
template <class Function>
std::uint64_t entry(Function* function) {
  return address_of_function(reinterpret_cast<void (*)()>(function));
}

ChildFacts facts_of(const AuditTarget& target) {
  const dax_operations& table = *target.operations;
  ChildFacts facts;
  facts.address = reinterpret_cast<std::uint64_t>(target.address);
  facts.size_bytes = target.size_bytes;
  facts.capabilities = table.capabilities;
  facts.minimum_io_bytes = std::max<std::uint64_t>(1, table.minimum_io_bytes);
  facts.alignment_bytes = std::max<std::uint64_t>(1, table.alignment_bytes);
  facts.nontemporal_from_bytes = table.nontemporal_from_bytes;
  facts.domain = target.domain;
  facts.media_kind = target.media_kind;
  facts.has_persist = table.persist_from_iter != nullptr ? 1 : 0;
  facts.has_recovery = table.recovery_write != nullptr ? 1 : 0;
  facts.forbidden = {entry(&std::malloc),
                     entry(&std::calloc),
                     entry(&std::realloc),
                     entry(&std::free),
                     entry(&std::aligned_alloc),
                     entry(&pthread_mutex_lock),
                     entry(&pthread_rwlock_wrlock),
                     entry(&pthread_spin_lock),
                     entry(&sem_wait)};
  return facts;
}

}  // namespace

const std::array<const char*, kForbiddenFunctions> kForbiddenNames = {"malloc",
                                                                      "calloc",
                                                                      "realloc",
                                                                      "free",
                                                                      "aligned_alloc",
                                                                      "pthread_mutex_lock",
                                                                      "pthread_rwlock_wrlock",
                                                                      "pthread_spin_lock",
                                                                      "sem_wait"};

void serve_cases(const AuditTarget& target) {
  const ChildFacts facts = facts_of(target);
  AuditTarget own = target;
  pthread_t second{};
  const bool started = pthread_create(&second, nullptr, serve, &own) == 0;
  mark(Marker::ready, &facts, started ? 1 : 0);
  serve(&own);
  if (started) pthread_join(second, nullptr);
}

void serve_subject(const AuditTarget& target, DaxDevice& device, CutSubject& subject) {
  if (const Status ready = subject.prepare(device); !ready) return report_failure(ready.error());
  const ChildFacts facts = facts_of(target);
  static AuditCase slot;  // of which nothing is read
  mark(Marker::ready, &facts, 0);
  mark(Marker::ask, &slot);
  const Status worked = subject.work(
      device, [](std::uint64_t operation) { mark_number(Marker::begin, operation); },
      [](std::uint64_t) { mark_number(Marker::end, 0); });
  if (!worked) return report_failure(worked.error());
  mark(Marker::ask, &slot);
}

void report_failure(const Error& error) {
  mark(Marker::failed, error.message.data(), error.message.size(),
       static_cast<std::uint64_t>(error.kind) | static_cast<std::uint64_t>(error.code) << 8);
}

}  // namespace pmembench
