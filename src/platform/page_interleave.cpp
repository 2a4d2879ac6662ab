#include "platform/page_interleave.hpp"

#include <numaif.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace pmembench {
namespace {

constexpr unsigned kMaskWordBits = 8 * sizeof(unsigned long);
constexpr unsigned kMostNodes = 1024;
constexpr std::uint64_t kSmallPageBytes = 4096;
// Each range with a policy of its own is an area of the process, which may have 65,530 of them.
constexpr unsigned kRangesAtOnce = 8192;
constexpr std::uint64_t kMostSmallPages = std::uint64_t{1} << 22;  // as PageWatch: half a second
constexpr std::size_t kQueryBatch = 4096;

using NodeMask = std::vector<unsigned long>;

NodeMask mask_of(std::span<const NodeWeight> weights) {
  NodeMask mask(kMostNodes / kMaskWordBits, 0UL);
  for (const NodeWeight& each : weights) {
    const auto node = static_cast<unsigned>(each.node);
    PMB_CHECK(node < kMostNodes, "node numbers were checked when the medium was parsed");
    mask[node / kMaskWordBits] |= 1UL << (node % kMaskWordBits);
  }
  return mask;
}

// The kernel reads one bit less than it is given, a quirk that it keeps for old programs.
unsigned long bits_of(const NodeMask& mask) { return mask.size() * kMaskWordBits + 1; }

Error refused(std::span<const NodeWeight> weights, int code) {
  Error error = environment_error(
      "the kernel refuses to put pages on the nodes of interleave={}: {}; name nodes that "
      "`pmembench probe` lists with memory, and allow mbind in a container",
      interleave_text(weights), std::strerror(code));
  error.code = code;
  return error;
}

Status bind(unsigned char* address, std::uint64_t size_bytes, int mode,
            std::span<const NodeWeight> nodes, std::span<const NodeWeight> weights) {
  const NodeMask mask = mask_of(nodes);
  if (mbind(address, size_bytes, mode, mask.data(), bits_of(mask), 0) == 0) return {};
  return refused(weights, errno);
}

void touch(unsigned char* bytes, std::uint64_t size_bytes) {
  for (std::uint64_t at = 0; at < size_bytes; at += kSmallPageBytes) {
    static_cast<volatile unsigned char*>(bytes)[at] = 0;
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
  PMB_CHECK(sum > 0, "an interleave has pages to distribute");
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
  PMB_CHECK(sum > 0 && pages > 0, "an interleave has pages to distribute");
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
  auto* const bytes = static_cast<unsigned char*>(address);
  const std::uint64_t pages = (size_bytes + page_bytes - 1) / page_bytes;
  const auto byte_of = [&](std::uint64_t page) { return std::min(page * page_bytes, size_bytes); };
  for (std::uint64_t page = 0; page < pages;) {
    const std::uint64_t begin = byte_of(page);
    for (unsigned range = 0; range < kRangesAtOnce && page < pages; ++range) {
      const NodeWeight node{interleaved_node(weights, page), 1};
      const std::uint64_t first = byte_of(page);
      while (page < pages && interleaved_node(weights, page) == node.node) ++page;
      const Status bound =
          bind(bytes + first, byte_of(page) - first, MPOL_BIND, std::span(&node, 1), weights);
      if (!bound) return bound;
    }
    const std::uint64_t window_bytes = byte_of(page) - begin;
    touch(bytes + begin, window_bytes);
    // One policy for all of them moves nothing that is there, lets the kernel make one area of them
    // again, and keeps automatic NUMA balancing from moving the pages to the nodes of their
    // readers.
    const Status joined = bind(bytes + begin, window_bytes, MPOL_INTERLEAVE, weights, weights);
    if (!joined) return joined;
  }
  return {};
}

Status verify_interleaved(const void* address, std::uint64_t size_bytes, std::uint64_t page_bytes,
                          std::span<const NodeWeight> weights, const NodeQuery& query) {
  const auto* const bytes = static_cast<const unsigned char*>(address);
  const std::uint64_t small_pages = (size_bytes + kSmallPageBytes - 1) / kSmallPageBytes;
  const std::uint64_t step_bytes = small_pages <= kMostSmallPages ? kSmallPageBytes : page_bytes;
  std::vector<void*> asked;
  std::vector<int> nodes;
  std::uint64_t elsewhere = 0, first_elsewhere = 0, count = 0;
  int found_there = -1;
  for (std::uint64_t at = 0; at < size_bytes;) {
    asked.clear();
    const std::uint64_t begin = at;
    for (; at < size_bytes && asked.size() < kQueryBatch; at += step_bytes) {
      asked.push_back(const_cast<unsigned char*>(bytes) + at);  // NOLINT: move_pages has no const
    }
    nodes.assign(asked.size(), -1);
    if (!query(asked, nodes)) return {};  // the shares are refused then
    for (std::size_t i = 0; i < nodes.size(); ++i, ++count) {
      const std::uint64_t page = (begin + i * step_bytes) / page_bytes;
      if (nodes[i] == interleaved_node(weights, page)) continue;
      if (elsewhere++ == 0) {
        first_elsewhere = page;
        found_there = nodes[i];
      }
    }
  }
  if (elsewhere == 0) return {};
  return environment_error(
      "interleave={} was not kept: {} of {} pages are on another node, first page {} (of {} "
      "bytes), for node {} and on node {}; free memory on its nodes",
      interleave_text(weights), elsewhere, count, first_elsewhere, page_bytes,
      interleaved_node(weights, first_elsewhere), found_there);
}

}  // namespace pmembench
