// The engine of pread and pwrite: one system call a range, one range at a time.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include "backends/io_engine.h"

namespace pmembench {
namespace {

class PreadEngine final : public IoEngine {
 public:
  explicit PreadEngine(const IoTarget& target) noexcept : target_(target) {}
  int setup() noexcept { return bounce_.reserve(kIoPieceBytes); }
  std::int64_t read(dax_iter* iter) noexcept override { return run<false>(iter); }
  std::int64_t write(dax_iter* iter) noexcept override { return run<true>(iter); }

 private:
  template <bool is_write>
  std::int64_t run(dax_iter* iter) noexcept;
  template <bool is_write>
  int bounced(unsigned char* buffer, std::uint64_t offset, std::uint64_t size) noexcept;
  template <bool is_write>
  int transfer(unsigned char* memory, std::uint64_t offset, std::uint64_t size) noexcept;

  IoTarget target_;
  IoMemory bounce_;
};

template <bool is_write>
int PreadEngine::transfer(unsigned char* memory, std::uint64_t offset,
                          std::uint64_t size) noexcept {
  while (size != 0) {
    const auto at = static_cast<off_t>(offset);
    const ssize_t done =
        is_write ? ::pwrite(target_.fd, memory, size, at) : ::pread(target_.fd, memory, size, at);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return -errno;
    if (done == 0) return -EIO;
    memory += done;
    offset += static_cast<std::uint64_t>(done);
    size -= static_cast<std::uint64_t>(done);
  }
  return 0;
}

// For a buffer that O_DIRECT does not take as it is: by way of one that it does.
template <bool is_write>
int PreadEngine::bounced(unsigned char* buffer, std::uint64_t offset, std::uint64_t size) noexcept {
  for (std::uint64_t at = 0; at < size; at += kIoPieceBytes) {
    const std::uint64_t piece = std::min(kIoPieceBytes, size - at);
    if (is_write) std::memcpy(bounce_.data(), buffer + at, piece);
    const int error = transfer<is_write>(bounce_.data(), offset + at, piece);
    if (error != 0) return error;
    if (!is_write) std::memcpy(buffer + at, bounce_.data(), piece);
  }
  return 0;
}

template <bool is_write>
std::int64_t PreadEngine::run(dax_iter* iter) noexcept {
  const std::uint64_t size = iter->size_bytes;
  const bool aligned =
      reinterpret_cast<std::uintptr_t>(iter->buffer) % target_.buffer_alignment == 0;
  std::int64_t bytes = 0;
  while (iter->count != 0) {
    dax_iter next = *iter;
    const std::uint64_t offset = dax_iter_next(&next);
    const int error = aligned ? transfer<is_write>(iter->buffer, offset, size)
                              : bounced<is_write>(iter->buffer, offset, size);
    if (error != 0) return bytes != 0 ? bytes : error;
    iter->state = next.state;
    --iter->count;
    bytes += static_cast<std::int64_t>(size);
  }
  return bytes;
}

}  // namespace

IoMemory::~IoMemory() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

int IoMemory::reserve(std::uint64_t bytes) noexcept {
  void* const memory =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return -errno;
  data_ = static_cast<unsigned char*>(memory);
  size_ = bytes;
  return 0;
}

std::unique_ptr<IoEngine> make_pread_engine(const IoTarget& target, int* error) noexcept {
  std::unique_ptr<PreadEngine> engine(new (std::nothrow) PreadEngine(target));
  *error = engine == nullptr ? -ENOMEM : engine->setup();
  if (*error != 0) return nullptr;
  return engine;
}

}  // namespace pmembench
