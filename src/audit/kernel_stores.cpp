#include "audit/kernel_stores.hpp"

#include <sys/syscall.h>
#include <sys/uio.h>

#include <algorithm>
#include <span>

namespace pmembench {

std::vector<MemoryAccess> kernel_stores(const Tracee& tracee, const user_regs_struct& before,
                                        std::uint64_t number, std::int64_t result) {
  if (result <= 0) return {};
  auto left = static_cast<std::uint64_t>(result);
  std::vector<iovec> parts;
  if (number == SYS_read || number == SYS_pread64 || number == SYS_recvfrom) {
    parts.push_back({reinterpret_cast<void*>(before.rsi), left});
  } else if (number == SYS_getrandom) {
    parts.push_back({reinterpret_cast<void*>(before.rdi), left});
  } else if (number == SYS_readv || number == SYS_preadv || number == SYS_preadv2) {
    parts.resize(std::min<std::uint64_t>(before.rdx, 1024));
    tracee.read(before.rsi, std::as_writable_bytes(std::span(parts)));
  }
  std::vector<MemoryAccess> stores;
  for (const iovec& part : parts) {
    const std::uint64_t size = std::min<std::uint64_t>(part.iov_len, left);
    left -= size;
    if (size == 0) continue;
    stores.push_back({reinterpret_cast<std::uint64_t>(part.iov_base), size, false, true});
  }
  return stores;
}

}  // namespace pmembench
