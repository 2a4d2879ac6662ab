#include "dax/poison.hpp"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "backends/dax_operations.h"
#include "base/check.hpp"

namespace pmembench {
namespace {

// Of linux/userfaultfd.h since 6.6; older headers than the kernel that runs are common.
constexpr std::uint64_t kFeaturePoison = std::uint64_t{1} << 14;
constexpr unsigned kPoisonNumber = 0x08;
struct PoisonRequest {
  uffdio_range range;
  std::uint64_t mode;
  std::int64_t updated;
};
constexpr unsigned long kPoisonRequest = _IOWR(UFFDIO, kPoisonNumber, PoisonRequest);
// UFFD_USER_MODE_ONLY: granted to any user.
constexpr int kUserModeOnly = 1;

uffdio_range range_of(const unsigned char* page) {
  return {reinterpret_cast<std::uintptr_t>(page), DAX_PAGE_BYTES};
}

Error cannot(const char* step) {
  return runtime_error("a page cannot be poisoned: {}: {}; use poison=list", step,
                       std::strerror(errno));
}

}  // namespace

Result<Poison> Poison::make(void* address, std::uint64_t size_bytes) {
  UniqueFd fd(static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | kUserModeOnly)));
  if (!fd) {
    return environment_error(
        "poison needs userfaultfd, which the kernel refuses: {}; use "
        "poison=list",
        std::strerror(errno));
  }
  uffdio_api api{};
  api.api = UFFD_API;
  api.features = kFeaturePoison;
  if (ioctl(fd.get(), UFFDIO_API, &api) != 0) {
    return environment_error(
        "poison needs UFFDIO_POISON, which came with Linux 6.6 and is not there: {}; use "
        "poison=list",
        std::strerror(errno));
  }
  // Whether this memory can be watched at all shows when a page of it is registered.
  auto* const begin = static_cast<unsigned char*>(address);
  uffdio_register registration{};
  registration.range = range_of(begin);
  registration.mode = UFFDIO_REGISTER_MODE_MISSING;
  const bool fits = ioctl(fd.get(), UFFDIO_REGISTER, &registration) == 0;
  if (!fits || (registration.ioctls >> kPoisonNumber & 1U) == 0) {
    return environment_error(
        "poison needs anonymous memory or a file of tmpfs with pages of 4 KiB, and the medium is "
        "neither; use poison=list");
  }
  if (ioctl(fd.get(), UFFDIO_UNREGISTER, &registration.range) != 0) return cannot("unregistering");
  return Poison(std::move(fd), begin, size_bytes);
}

// Takes the page's memory away, of a file too, so that the next touch asks the kernel for it.
Status Poison::drop(unsigned char* page) const {
  if (madvise(page, DAX_PAGE_BYTES, MADV_REMOVE) != 0 && errno != EINVAL) {
    return cannot("removing its bytes from the file");
  }
  if (madvise(page, DAX_PAGE_BYTES, MADV_DONTNEED) != 0) return cannot("dropping its bytes");
  return {};
}

Status Poison::add(std::uint64_t page) {
  PMB_CHECK(page < size_bytes_ / DAX_PAGE_BYTES, "a page of the mapping");
  if (pages_.contains(page)) return {};
  unsigned char* const at = address_ + page * DAX_PAGE_BYTES;
  // Only the page itself is watched: any other that is missing must be filled as ever.
  uffdio_register registration{};
  registration.range = range_of(at);
  registration.mode = UFFDIO_REGISTER_MODE_MISSING;
  if (ioctl(fd_.get(), UFFDIO_REGISTER, &registration) != 0) return cannot("registering");
  if (const Status dropped = drop(at); !dropped) return dropped;
  PoisonRequest request{};
  request.range = range_of(at);
  if (ioctl(fd_.get(), kPoisonRequest, &request) != 0) return cannot("poisoning");
  pages_.insert(page);
  return {};
}

Status Poison::clear(std::uint64_t page) {
  if (pages_.erase(page) == 0) return {};
  unsigned char* const at = address_ + page * DAX_PAGE_BYTES;
  uffdio_range range = range_of(at);
  if (ioctl(fd_.get(), UFFDIO_UNREGISTER, &range) != 0) return cannot("unregistering");
  return drop(at);
}

}  // namespace pmembench
