#include "platform/page_interleave.hpp"

#include <numaif.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace pmembench {
namespace {

constexpr unsigned kWordBits = 8 * sizeof(unsigned long);
constexpr unsigned kMostNodes = 1024;
constexpr std::uint64_t kSmallPageBytes = 4096;

using NodeMask = std::vector<unsigned long>;

NodeMask mask_of(std::span<const NodeWeight> weights) {
  NodeMask mask(kMostNodes / kWordBits, 0UL);
  for (const NodeWeight& each : weights) {
    const auto node = static_cast<unsigned>(each.node);
    PMB_CHECK(node < kMostNodes, "node numbers were checked when the medium was parsed");
    mask[node / kWordBits] |= 1UL << (node % kWordBits);
  }
  return mask;
}

// The kernel reads one bit less than it is told, a quirk that it keeps for old programs.
unsigned long bits_of(const NodeMask& mask) { return mask.size() * kWordBits + 1; }

Error refused(std::span<const NodeWeight> weights, int code) {
  Error error = environment_error(
      "the kernel refuses to put pages on the nodes of interleave={}: {}; name nodes that "
      "`pmembench probe` lists with memory, and allow set_mempolicy and mbind in a container",
      interleave_text(weights), std::strerror(code));
  error.code = code;
  return error;
}

// The thread's policy as it was found, back in place at the end.
class PolicyAside {
 public:
  PolicyAside() : mask_(kMostNodes / kWordBits, 0UL) {
    known_ = get_mempolicy(&mode_, mask_.data(), mask_.size() * kWordBits, nullptr, 0) == 0;
  }
  PolicyAside(const PolicyAside&) = delete;
  PolicyAside& operator=(const PolicyAside&) = delete;
  ~PolicyAside() {
    const bool had_one = known_ && mode_ != MPOL_DEFAULT;
    if (had_one && set_mempolicy(mode_, mask_.data(), bits_of(mask_)) == 0) return;
    set_mempolicy(MPOL_DEFAULT, nullptr, 0);
  }

 private:
  int mode_ = MPOL_DEFAULT;
  NodeMask mask_;
  bool known_ = false;
};

void touch_pages_of(int node, unsigned char* bytes, std::uint64_t size_bytes,
                    std::uint64_t page_bytes, std::span<const NodeWeight> weights) {
  for (std::uint64_t page = 0; page * page_bytes < size_bytes; ++page) {
    if (interleaved_node(weights, page) != node) continue;
    const std::uint64_t end = std::min((page + 1) * page_bytes, size_bytes);
    for (std::uint64_t at = page * page_bytes; at < end; at += kSmallPageBytes) {
      static_cast<volatile unsigned char*>(bytes)[at] = 0;
    }
  }
}

}  // namespace

std::string interleave_text(std::span<const NodeWeight> weights) {
  std::string text;
  for (const NodeWeight& each : weights) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : "+", each.node, each.weight);
  }
  return text;
}

int interleaved_node(std::span<const NodeWeight> weights, std::uint64_t index) {
  std::uint64_t sum = 0;
  for (const NodeWeight& each : weights) sum += each.weight;
  PMB_CHECK(sum > 0, "an interleave has pages to deal out");
  std::uint64_t place = index % sum;
  for (const NodeWeight& each : weights) {
    if (place < each.weight) return each.node;
    place -= each.weight;
  }
  return -1;
}

std::map<int, double> interleaved_shares(std::span<const NodeWeight> weights, std::uint64_t pages) {
  std::uint64_t sum = 0;
  for (const NodeWeight& each : weights) sum += each.weight;
  PMB_CHECK(sum > 0 && pages > 0, "an interleave has pages to deal out");
  std::map<int, double> shares;
  std::uint64_t rest = pages % sum;
  for (const NodeWeight& each : weights) {
    const std::uint64_t more = std::min<std::uint64_t>(rest, each.weight);
    rest -= more;
    const std::uint64_t here = pages / sum * each.weight + more;
    shares[each.node] = static_cast<double>(here) / static_cast<double>(pages);
  }
  return shares;
}

Status touch_interleaved(void* address, std::uint64_t size_bytes, std::uint64_t page_bytes,
                         std::span<const NodeWeight> weights) {
  {
    const PolicyAside aside;
    for (const NodeWeight& each : weights) {
      const NodeMask mask = mask_of(std::span(&each, 1));
      if (set_mempolicy(MPOL_BIND, mask.data(), bits_of(mask)) != 0) return refused(weights, errno);
      touch_pages_of(each.node, static_cast<unsigned char*>(address), size_bytes, page_bytes,
                     weights);
    }
  }
  // A policy of the mapping's own, which moves nothing that is there, keeps automatic NUMA
  // balancing from carrying the pages to whoever reads them.
  const NodeMask all = mask_of(weights);
  if (mbind(address, size_bytes, MPOL_INTERLEAVE, all.data(), bits_of(all), 0) != 0) {
    return refused(weights, errno);
  }
  return {};
}

}  // namespace pmembench
