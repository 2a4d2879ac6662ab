// The CPU's own instructions on a mapping.
#include <immintrin.h>

#include "backends/flush_kernels.h"
#include "visibility/host_memory.hpp"

namespace pmembench {
namespace {

// Each word is a separate store or load: the compiler must neither merge nor repeat them.
void store_words(unsigned char* at, const MemoryLine& line) {
  auto* words = reinterpret_cast<volatile std::uint64_t*>(at);
  for (std::size_t i = 0; i < line.size(); ++i) words[i] = line[i];
}

void stream_words(unsigned char* at, const MemoryLine& line) {
  auto* words = reinterpret_cast<long long*>(at);
  for (std::size_t i = 0; i < line.size(); ++i) {
    _mm_stream_si64(words + i, static_cast<long long>(line[i]));
  }
}

[[gnu::target("movdir64b")]] void store_direct(unsigned char* at, const MemoryLine& line) {
  alignas(kLineBytes) const MemoryLine source = line;
  compiler_barrier();  // the instruction reads `source`, which the compiler does not know
  _movdir64b(at, source.data());
}

[[gnu::target("clwb,clflushopt")]] void write_line_back(unsigned char* at, StoreWay way) {
  if (way == StoreWay::clwb) return flush_line<Flush::clwb>(at);
  if (way == StoreWay::clflushopt) return flush_line<Flush::clflushopt>(at);
  if (way == StoreWay::clflush) return flush_line<Flush::clflush>(at);
}

MemoryLine load_words(const unsigned char* at) {
  const auto* words = reinterpret_cast<const volatile std::uint64_t*>(at);
  MemoryLine line{};
  for (std::size_t i = 0; i < line.size(); ++i) line[i] = words[i];
  return line;
}

[[gnu::target("sse4.1")]] MemoryLine stream_load(unsigned char* at) {
  alignas(kLineBytes) MemoryLine line{};
  auto* from = reinterpret_cast<__m128i*>(at);
  auto* to = reinterpret_cast<__m128i*>(line.data());
  for (int i = 0; i < 4; ++i) _mm_store_si128(to + i, _mm_stream_load_si128(from + i));
  return line;
}

class MappedHostMemory final : public HostMemory {
 public:
  explicit MappedHostMemory(unsigned char* home) : home_(home) {}

  void store(std::uint64_t offset, const MemoryLine& line, StoreWay way) override {
    compiler_barrier();
    if (way == StoreWay::movnt) {
      stream_words(home_ + offset, line);
    } else if (way == StoreWay::movdir64b) {
      store_direct(home_ + offset, line);
    } else {
      store_words(home_ + offset, line);
    }
    compiler_barrier();
  }

  void write_back(std::uint64_t offset, StoreWay way) override {
    write_line_back(home_ + offset, way);
    compiler_barrier();
  }

  void fence() override { _mm_sfence(); }

  MemoryLine load(std::uint64_t offset, LoadWay way) override {
    unsigned char* const at = home_ + offset;
    if (way == LoadWay::clflush) {
      _mm_clflush(at);
      // A load may pass a clflush of its own line only if nothing orders them.
      _mm_mfence();
    }
    compiler_barrier();
    const MemoryLine line = way == LoadWay::nontemporal ? stream_load(at) : load_words(at);
    _mm_lfence();  // what is loaded next is loaded after this line
    return line;
  }

 private:
  unsigned char* home_;
};

}  // namespace

std::unique_ptr<HostMemory> mapped_host_memory(unsigned char* home) {
  return std::make_unique<MappedHostMemory>(home);
}

}  // namespace pmembench
