// Poison: pages of a mapping that raise SIGBUS when touched, by userfaultfd's UFFDIO_POISON (Linux
// 6.6). It stands in for a memory error; every result with it is labelled `simulated`.
#pragma once

#include <cstdint>
#include <set>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace pmembench {

// Pages of DAX_PAGE_BYTES, counted from the mapping's start. Not thread-safe; no thread may touch a
// page while it is poisoned or cleared. Move-only; poisoned pages stay poisoned after it is
// destroyed.
class Poison {
 public:
  // Errors (environment): the kernel has no userfaultfd, does not let this user have it, or
  // cannot poison; the memory is neither anonymous nor of tmpfs. Tries it on no page.
  static Result<Poison> make(void* address, std::uint64_t size_bytes);

  // The page's bytes are lost; from now on touching it raises SIGBUS. Errors (runtime) say why not.
  Status add(std::uint64_t page);
  // The page may be touched again and holds zeroes. Nothing where it was not poisoned.
  Status clear(std::uint64_t page);

 private:
  Poison(UniqueFd fd, unsigned char* address, std::uint64_t size_bytes)
      : fd_(std::move(fd)), address_(address), size_bytes_(size_bytes) {}
  Status drop(unsigned char* page) const;

  UniqueFd fd_;
  unsigned char* address_ = nullptr;
  std::uint64_t size_bytes_ = 0;
  std::set<std::uint64_t> pages_;  // that are poisoned
};

}  // namespace pmembench
