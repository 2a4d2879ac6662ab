#include "platform/page_watch.hpp"

#include <numaif.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace pmembench {
namespace {

// 16 GiB of base pages: half a second of questions on the slowest host this was tried on.
constexpr std::uint64_t kMostPages = std::uint64_t{1} << 22;
constexpr std::size_t kBatch = 4096;

std::int16_t narrow(int node) {
  constexpr int kMost = std::numeric_limits<std::int16_t>::max();
  return static_cast<std::int16_t>(std::clamp(node, -1, kMost));
}

struct Move {
  std::int16_t from, to;
  bool operator<(const Move& other) const {
    return from != other.from ? from < other.from : to < other.to;
  }
};

}  // namespace

bool query_nodes(std::span<void* const> pages, std::span<int> nodes) {
  // The kernel does not write to the list; its C interface only lacks the const.
  auto* list = const_cast<void**>(pages.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  return move_pages(0, pages.size(), list, nullptr, nodes.data(), 0) == 0;
}

void PageWatch::add(const void* address, std::uint64_t size_bytes, std::uint64_t page_bytes) {
  PMB_CHECK(page_bytes > 0, "a page has a size");
  Range range;
  const auto begin = reinterpret_cast<std::uintptr_t>(address);
  range.first = begin / page_bytes * page_bytes;
  const std::uint64_t span_bytes = begin + size_bytes - range.first;
  const std::uint64_t pages = (span_bytes + page_bytes - 1) / page_bytes;
  range.step_bytes = (pages + kMostPages - 1) / kMostPages * page_bytes;
  range.size_bytes = size_bytes;
  const std::uint64_t asked = (span_bytes + range.step_bytes - 1) / range.step_bytes;
  range.nodes.resize(asked);
  std::vector<std::int16_t> nodes(asked);
  errno = 0;
  if (!look(range, nodes)) {
    refusal_ = errno == 0 ? ENOSYS : errno;
    return;
  }
  range.nodes = std::move(nodes);
  ranges_.push_back(std::move(range));
}

void PageWatch::add(const PageWatch& other) {
  ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end());
  if (refusal_ == 0) refusal_ = other.refusal_;
}

bool PageWatch::look(const Range& range, std::vector<std::int16_t>& nodes) const {
  std::vector<void*> pages;
  std::vector<int> found;
  for (std::size_t first = 0; first < nodes.size(); first += kBatch) {
    const std::size_t count = std::min(kBatch, nodes.size() - first);
    pages.clear();
    for (std::size_t i = first; i < first + count; ++i) {
      pages.push_back(reinterpret_cast<void*>(range.first + i * range.step_bytes));
    }
    found.assign(count, -1);
    if (!query_(pages, found)) return false;
    std::transform(found.begin(), found.end(), nodes.begin() + static_cast<std::ptrdiff_t>(first),
                   narrow);
  }
  return true;
}

std::map<int, double> PageWatch::shares() const {
  double total_bytes = 0;
  for (const Range& range : ranges_) total_bytes += static_cast<double>(range.size_bytes);
  std::map<int, double> shares;
  for (const Range& range : ranges_) {
    std::map<int, std::uint64_t> counts;
    for (const std::int16_t node : range.nodes) ++counts[node];
    const double weight = static_cast<double>(range.size_bytes) / total_bytes;
    for (const auto& [node, count] : counts) {
      shares[node] += weight * static_cast<double>(count) / static_cast<double>(range.nodes.size());
    }
  }
  return shares;
}

std::uint64_t PageWatch::pages() const {
  std::uint64_t pages = 0;
  for (const Range& range : ranges_) pages += range.nodes.size();
  return pages;
}

Status PageWatch::unmoved() const {
  std::map<Move, std::uint64_t> moves;
  std::uint64_t moved = 0;
  for (const Range& range : ranges_) {
    std::vector<std::int16_t> now(range.nodes.size());
    if (!look(range, now)) continue;
    for (std::size_t i = 0; i < now.size(); ++i) {
      const Move move{range.nodes[i], now[i]};
      if (move.from < 0 || move.to < 0 || move.from == move.to) continue;
      ++moves[move];
      ++moved;
    }
  }
  if (moved == 0) return {};
  const auto most = std::max_element(
      moves.begin(), moves.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return runtime_error(
      "{} of {} pages moved to another NUMA node since they were touched, most of them from node "
      "{} to node {}: what was measured is neither; turn numa_balancing off, and keep others from "
      "migrating this process",
      moved, pages(), most->first.from, most->first.to);
}

}  // namespace pmembench
