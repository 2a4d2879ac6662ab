// Binding memory to a node, and asking the kernel on which node it is.
#include <numaif.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "platform/topology.hpp"

namespace pmembench {
namespace {

constexpr unsigned kWordBits = 8 * sizeof(unsigned long);

std::uint64_t base_page_bytes() { return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)); }

std::string cause_of_refused_bind(int code, int node) {
  switch (code) {
    case ENOSYS:
      return "this kernel has no NUMA support, or the host forbids mbind";
    case EINVAL:
      return fmt::format(
          "node {} does not exist, has no memory, or is not allowed to this process; choose a node "
          "that `pmembench probe` lists with memory",
          node);
    case EIO:
      return "some of its pages are already on another node; bind before the first touch";
    case EPERM:
      return "the host forbids mbind; allow it in the container's seccomp profile";
    default:
      return fmt::format("{}; name another node, or fewer bytes", std::strerror(code));
  }
}

}  // namespace

Status bind_memory(void* address, std::uint64_t size_bytes, int node) {
  PMB_CHECK(reinterpret_cast<std::uintptr_t>(address) % base_page_bytes() == 0,
            "bind_memory takes a page-aligned address");
  int code = EINVAL;
  if (node >= 0 && node < 1 << 16) {
    const unsigned index = static_cast<unsigned>(node);
    std::vector<unsigned long> mask(index / kWordBits + 1, 0UL);
    mask[index / kWordBits] |= 1UL << (index % kWordBits);
    // The kernel reads one bit less than it is given, a quirk that it keeps for old programs.
    const unsigned long bits = mask.size() * kWordBits + 1;
    if (mbind(address, size_bytes, MPOL_BIND, mask.data(), bits, MPOL_MF_STRICT) == 0) return {};
    code = errno;
  }
  Error error = environment_error("cannot bind {} bytes to node {}: {}", size_bytes, node,
                                  cause_of_refused_bind(code, node));
  error.code = code;
  return error;
}

std::map<int, double> page_nodes(const void* address, std::uint64_t size_bytes,
                                 std::uint64_t samples) {
  const std::uint64_t page_bytes = base_page_bytes();
  const std::uint64_t start = reinterpret_cast<std::uintptr_t>(address) / page_bytes * page_bytes;
  const std::uint64_t end = reinterpret_cast<std::uintptr_t>(address) + size_bytes;
  const std::uint64_t pages = (end - start + page_bytes - 1) / page_bytes;
  const std::uint64_t asked = samples == 0 ? pages : std::min(samples, pages);
  constexpr std::uint64_t kBatch = 4096;
  std::map<int, std::uint64_t> counts;
  std::vector<void*> addresses;
  std::vector<int> nodes;
  for (std::uint64_t first = 0; first < asked; first += kBatch) {
    const std::uint64_t count = std::min(kBatch, asked - first);
    addresses.clear();
    for (std::uint64_t i = first; i < first + count; ++i) {
      __extension__ using Wide = unsigned __int128;
      const auto page = static_cast<std::uint64_t>(Wide{i} * pages / asked);
      addresses.push_back(reinterpret_cast<void*>(start + page * page_bytes));
    }
    nodes.assign(count, -1);
    // With no target nodes the call moves nothing: it reports the node of each page, or -errno.
    if (move_pages(0, count, addresses.data(), nullptr, nodes.data(), 0) != 0) return {};
    for (const int node : nodes) ++counts[std::max(node, -1)];
  }
  std::map<int, double> shares;
  for (const auto& [node, count] : counts) {
    shares[node] = static_cast<double>(count) / static_cast<double>(asked);
  }
  return shares;
}

}  // namespace pmembench
