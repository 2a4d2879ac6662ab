#include "dax/read_proof.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "dax/float_control.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kMostProofBytes = std::uint64_t{1} << 20;
// A loop may load the beginning of a range before it has stored the end of the one before.
constexpr std::uint64_t kLinesUnderWay = 8;

// The words of a range, none of which is found at another place.
std::uint64_t word_of(std::uint64_t range, std::uint64_t word) {
  std::uint64_t value = (range + 1) * 0x9E3779B97F4A7C15U + (word + 1) * 0xBF58476D1CE4E5B9U;
  value ^= value >> 29;
  return value * 0x94D049BB133111EBU;
}

std::array<std::uint64_t, DAX_LINE_BYTES / 8> line_of(std::uint64_t range, std::uint64_t line) {
  std::array<std::uint64_t, DAX_LINE_BYTES / 8> words{};
  for (std::uint64_t i = 0; i < words.size(); ++i)
    words[i] = word_of(range, line * words.size() + i);
  return words;
}

// What the handler must find without arguments: one proof at a time.
struct WatchedPages {
  unsigned char* begin = nullptr;
  std::uint64_t size_bytes = 0;
  unsigned char* touched = nullptr;  // one a page
  std::uint64_t pages_of_range = 1;
  std::uint64_t range_bytes = 0;
  const unsigned char* buffer = nullptr;
  std::uint64_t range = UINT64_MAX;  // which is being read
  std::uint64_t most_missing = 0;    // lines of a range when the next one began, at most
};
WatchedPages watched;
struct sigaction action_before {};

// Lines of this range that are not in the buffer. Called by the handler too: memory alone.
std::uint64_t missing_lines(std::uint64_t range) {
  std::uint64_t missing = 0;
  for (std::uint64_t at = 0; at < watched.range_bytes; at += DAX_LINE_BYTES) {
    const auto line = line_of(range, at / DAX_LINE_BYTES);
    const std::uint64_t bytes = std::min<std::uint64_t>(DAX_LINE_BYTES, watched.range_bytes - at);
    missing += std::memcmp(watched.buffer + at, line.data(), bytes) == 0 ? 0 : 1;
  }
  return missing;
}

// A range begins: the one before is in the buffer, for the last time.
void begin_range(std::uint64_t range) {
  if (range == watched.range) return;
  if (watched.range != UINT64_MAX) {
    watched.most_missing = std::max(watched.most_missing, missing_lines(watched.range));
  }
  watched.range = range;
}

// mprotect is not listed as safe in a handler; it is one system call and takes no lock.
void on_touch(int /*signal*/, siginfo_t* info, void* /*context*/) {
  auto* const at = static_cast<unsigned char*>(info->si_addr);
  if (at < watched.begin || at >= watched.begin + watched.size_bytes) {
    // Another's fault: the instruction is repeated when this returns, with the handler of before.
    sigaction(SIGSEGV, &action_before, nullptr);
    return;
  }
  const auto page = static_cast<std::uint64_t>(at - watched.begin) / DAX_PAGE_BYTES;
  watched.touched[page] = 1;
  begin_range(page / watched.pages_of_range);
  if (mprotect(watched.begin + page * DAX_PAGE_BYTES, DAX_PAGE_BYTES, PROT_READ) != 0) {
    sigaction(SIGSEGV, &action_before, nullptr);
  }
}

// Where the ranges are in the memory: no two in one page.
struct ProofLayout {
  std::uint64_t ranges = 0, granule_bytes = 0, offset_bytes = 0, range_bytes = 0;
  [[nodiscard]] std::uint64_t size_bytes() const { return ranges * granule_bytes; }
};

// Ranges that were not read yet, and a handler that records which of their pages are touched.
class WatchedMemory {
 public:
  WatchedMemory(const ProofLayout& layout, const unsigned char* buffer)
      : touched_(layout.size_bytes() / DAX_PAGE_BYTES, 0) {
    void* const at = mmap(nullptr, layout.size_bytes(), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return;
    auto* const begin = static_cast<unsigned char*>(at);
    fill(begin, layout);
    if (mprotect(at, layout.size_bytes(), PROT_NONE) != 0) {
      munmap(at, layout.size_bytes());
      return;
    }
    watched = {begin,
               layout.size_bytes(),
               touched_.data(),
               layout.granule_bytes / DAX_PAGE_BYTES,
               layout.range_bytes,
               buffer};
    struct sigaction action {};
    action.sa_sigaction = on_touch;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &action, &action_before);
  }
  WatchedMemory(const WatchedMemory&) = delete;
  WatchedMemory& operator=(const WatchedMemory&) = delete;
  ~WatchedMemory() {
    if (watched.begin == nullptr) return;
    sigaction(SIGSEGV, &action_before, nullptr);
    munmap(watched.begin, watched.size_bytes);
    watched = {};
  }
  [[nodiscard]] unsigned char* begin() const { return watched.begin; }
  [[nodiscard]] std::uint64_t touched_pages() const {
    return static_cast<std::uint64_t>(std::count(touched_.begin(), touched_.end(), 1));
  }

 private:
  static void fill(unsigned char* begin, const ProofLayout& layout) {
    for (std::uint64_t range = 0; range < layout.ranges; ++range) {
      unsigned char* const first = begin + layout.offset_bytes + range * layout.granule_bytes;
      for (std::uint64_t at = 0; at < layout.range_bytes; at += DAX_LINE_BYTES) {
        const auto line = line_of(range, at / DAX_LINE_BYTES);
        std::memcpy(first + at, line.data(),
                    std::min<std::uint64_t>(DAX_LINE_BYTES, layout.range_bytes - at));
      }
    }
  }

  std::vector<unsigned char> touched_;
};

std::uint64_t whole_pages(std::uint64_t size_bytes) {
  return (size_bytes + DAX_PAGE_BYTES - 1) / DAX_PAGE_BYTES * DAX_PAGE_BYTES;
}

// Ranges of a few lines reach from one page into the next, so that their first lines alone are not
// enough. The buffer shows more of longer ones.
ProofLayout layout_of(const dax_operations& operations, std::uint64_t size_bytes,
                      std::uint64_t count) {
  ProofLayout layout;
  layout.range_bytes = size_bytes;
  layout.granule_bytes = whole_pages(size_bytes);
  const std::uint64_t step_bytes =
      std::max<std::uint64_t>(DAX_LINE_BYTES, operations.alignment_bytes);
  const std::uint64_t first_bytes = size_bytes / 2 / step_bytes * step_bytes;
  if (size_bytes <= kLinesUnderWay * DAX_LINE_BYTES && first_bytes != 0) {
    layout.granule_bytes = 2 * DAX_PAGE_BYTES;
    layout.offset_bytes = DAX_PAGE_BYTES - first_bytes;
  }
  layout.ranges = std::min(count, kMostProofBytes / layout.granule_bytes);
  return layout;
}

// The loop of that name in force; the first one where there is none.
void read_by(const dax_operations& operations, const std::string& kernel, dax_mapping& mapping) {
  if (kernel.empty() || operations.choose_read_kernel == nullptr) return;
  std::array<char, 64> name{};
  for (std::uint32_t index = 0;; ++index) {
    if (operations.choose_read_kernel(&mapping, index, name.data(), name.size()) != 0) break;
    if (kernel == name.data()) return;
  }
  (void)operations.choose_read_kernel(&mapping, 0, name.data(), name.size());
}

struct FreeBuffer {
  void operator()(unsigned char* bytes) const { std::free(bytes); }
};

}  // namespace

Status prove_batch_reads(const dax_operations& operations, const dax_host_info& host,
                         std::uint64_t size_bytes, std::uint64_t count, const std::string& kernel) {
  const bool provable =
      operations.open == nullptr && (operations.capabilities & DAX_CAP_NO_WORK) == 0 &&
      DAX_PAGE_BYTES % operations.alignment_bytes == 0 &&
      size_bytes >= operations.minimum_io_bytes && size_bytes % operations.alignment_bytes == 0;
  const ProofLayout layout = layout_of(operations, size_bytes, count);
  const std::uint64_t ranges = layout.ranges;
  if (!provable || ranges < 2) return {};
  const std::uint64_t pages = layout.size_bytes() / DAX_PAGE_BYTES;
  const std::unique_ptr<unsigned char, FreeBuffer> buffer(
      static_cast<unsigned char*>(std::aligned_alloc(DAX_PAGE_BYTES, whole_pages(size_bytes))));
  if (buffer != nullptr) std::memset(buffer.get(), 0, whole_pages(size_bytes));
  WatchedMemory memory(layout, buffer.get());
  if (buffer == nullptr || memory.begin() == nullptr) {
    return environment_error("no memory for the proof that batches are read: {}",
                             std::strerror(errno));
  }
  dax_mapping mapping{sizeof(dax_mapping),
                      host.vector_bytes,
                      host.cpu_features,
                      memory.begin(),
                      layout.size_bytes(),
                      0,
                      0};
  dax_iter iter{};
  iter.multiplier = 1;
  iter.increment = ~std::uint64_t{0} / ranges + 1;
  iter.slots = ranges;
  iter.offset_bytes = layout.offset_bytes;
  iter.granule_bytes = layout.granule_bytes;
  iter.size_bytes = size_bytes;
  iter.count = ranges;
  iter.buffer = buffer.get();
  const FloatControl kept;
  read_by(operations, kernel, mapping);
  const std::int64_t bytes = operations.copy_to_iter(&mapping, &iter);
  if (bytes != static_cast<std::int64_t>(ranges * size_bytes) || iter.count != 0) {
    return runtime_error("a batch of {} reads of {} bytes returned {} and left {} of them", ranges,
                         size_bytes, bytes, iter.count);
  }
  const std::uint64_t touched = memory.touched_pages();
  if (touched != pages) {
    return runtime_error(
        "a batch of {} reads of {} bytes touched {} of {} pages: backend {} does not load every "
        "range, so its times would be of work that was not done",
        ranges, size_bytes, touched, pages, operations.name);
  }
  const std::uint64_t lines = (size_bytes + DAX_LINE_BYTES - 1) / DAX_LINE_BYTES;
  const std::uint64_t missing =
      watched.most_missing > kLinesUnderWay ? watched.most_missing : missing_lines(watched.range);
  if (missing == 0) return {};
  return runtime_error(
      "a batch of {} reads of {} bytes had {} of the {} lines of a range not in the buffer when "
      "the next one began: backend {} does not load every byte, so its times would be of work that "
      "was not done",
      ranges, size_bytes, missing, lines, operations.name);
}

}  // namespace pmembench
