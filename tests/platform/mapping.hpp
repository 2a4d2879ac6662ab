// A private anonymous mapping for the tests of placement and page size.
#pragma once

#include <sys/mman.h>

#include <cstdint>
#include <stdexcept>

namespace pmembench {

class Mapping {
 public:
  // Aligned to 2 MiB, with a guard behind each end, so that the kernel merges it with no neighbour.
  // Without huge pages unless they are asked for.
  explicit Mapping(std::uint64_t size_bytes, int advice = MADV_NOHUGEPAGE)
      : size_bytes_(size_bytes), reserved_bytes_(size_bytes + 3 * kAlign) {
    reserved_ = ::mmap(nullptr, reserved_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (reserved_ == MAP_FAILED) throw std::runtime_error("no address space");
    const auto start = reinterpret_cast<std::uintptr_t>(reserved_);
    address_ = static_cast<unsigned char*>(reserved_) + (2 * kAlign - start % kAlign);
    if (::mprotect(address_, size_bytes, PROT_READ | PROT_WRITE) != 0) {
      throw std::runtime_error("no memory");
    }
    advised_ = ::madvise(address_, size_bytes, advice) == 0;
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { ::munmap(reserved_, reserved_bytes_); }

  [[nodiscard]] unsigned char* address() const { return address_; }
  [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }
  [[nodiscard]] bool advised() const { return advised_; }

 private:
  static constexpr std::uint64_t kAlign = std::uint64_t{2} << 20;
  std::uint64_t size_bytes_, reserved_bytes_;
  void* reserved_ = nullptr;
  unsigned char* address_ = nullptr;
  bool advised_ = false;
};

}  // namespace pmembench
