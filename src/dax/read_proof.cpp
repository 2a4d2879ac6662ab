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

// What the handler must find without being told: one proof at a time.
struct WatchedPages {
  unsigned char* begin = nullptr;
  std::uint64_t size_bytes = 0;
  unsigned char* touched = nullptr;  // one a page
};
WatchedPages watched;
struct sigaction action_before {};

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
  if (mprotect(watched.begin + page * DAX_PAGE_BYTES, DAX_PAGE_BYTES, PROT_READ) != 0) {
    sigaction(SIGSEGV, &action_before, nullptr);
  }
}

// Memory that nobody has touched, and a handler that knows who does.
class WatchedMemory {
 public:
  explicit WatchedMemory(std::uint64_t size_bytes) : touched_(size_bytes / DAX_PAGE_BYTES, 0) {
    void* const at =
        mmap(nullptr, size_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) return;
    watched = {static_cast<unsigned char*>(at), size_bytes, touched_.data()};
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
  std::vector<unsigned char> touched_;
};

std::uint64_t whole_pages(std::uint64_t size_bytes) {
  return (size_bytes + DAX_PAGE_BYTES - 1) / DAX_PAGE_BYTES * DAX_PAGE_BYTES;
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
  const std::uint64_t granule_bytes = whole_pages(size_bytes);
  const bool provable =
      operations.open == nullptr && (operations.capabilities & DAX_CAP_NO_WORK) == 0 &&
      DAX_PAGE_BYTES % operations.alignment_bytes == 0 &&
      size_bytes >= operations.minimum_io_bytes && size_bytes % operations.alignment_bytes == 0;
  const std::uint64_t ranges = std::min(count, kMostProofBytes / granule_bytes);
  if (!provable || ranges < 2) return {};
  const std::uint64_t pages = ranges * granule_bytes / DAX_PAGE_BYTES;
  const std::unique_ptr<unsigned char, FreeBuffer> buffer(
      static_cast<unsigned char*>(std::aligned_alloc(DAX_PAGE_BYTES, granule_bytes)));
  WatchedMemory memory(ranges * granule_bytes);
  if (buffer == nullptr || memory.begin() == nullptr) {
    return environment_error("no memory for the proof that batches are read: {}",
                             std::strerror(errno));
  }
  dax_mapping mapping{sizeof(dax_mapping),
                      host.vector_bytes,
                      host.cpu_features,
                      memory.begin(),
                      ranges * granule_bytes,
                      0,
                      0};
  dax_iter iter{};
  iter.multiplier = 1;
  iter.increment = ~std::uint64_t{0} / ranges + 1;
  iter.slots = ranges;
  iter.granule_bytes = granule_bytes;
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
  if (touched == pages) return {};
  return runtime_error(
      "a batch of {} reads of {} bytes touched {} of {} pages: backend {} does not load every "
      "range, so its times would be of work that was not done",
      ranges, size_bytes, touched, pages, operations.name);
}

}  // namespace pmembench
