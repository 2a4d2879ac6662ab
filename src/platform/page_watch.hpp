// PageWatch: the NUMA node of each page of some memory, asked once and asked again later.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

// Fills in the node of each page, or -1 where the kernel has none (absent, the zero page, device
// memory). False: the kernel cannot report any, and errno has the reason.
using NodeQuery = std::function<bool(std::span<void* const> pages, std::span<int> nodes)>;

// move_pages(2) with no target: it moves nothing and reports.
bool query_nodes(std::span<void* const> pages, std::span<int> nodes);

// Used by one thread at a time. Does not own the memory, which must stay mapped.
class PageWatch {
 public:
  explicit PageWatch(NodeQuery query = query_nodes) : query_(std::move(query)) {}

  // Notes on which nodes the pages of [address, +size) are now. `page_bytes` is the size of the
  // pages that back the range: one question a page. Of very much memory (beyond 4 Mi pages in one
  // call) evenly spread pages are asked for, the same ones every time.
  void add(const void* address, std::uint64_t size_bytes, std::uint64_t page_bytes);

  // All that another one watches too.
  void add(const PageWatch& other);

  // Node -> share of the bytes; empty: the kernel cannot report it, or nothing was added.
  [[nodiscard]] std::map<int, double> shares() const;
  [[nodiscard]] std::uint64_t pages() const;  // that were asked for
  // The errno with which the kernel refused to report nodes; 0: it reported them, or was not asked.
  [[nodiscard]] int refusal() const { return refusal_; }

  // Asks again. A runtime error if a page is on another node than before: how many, from where to
  // where. A page that is gone (or has come) has not moved.
  [[nodiscard]] Status unmoved() const;

 private:
  struct Range {
    std::uintptr_t first = 0;
    std::uint64_t step_bytes = 0;
    std::uint64_t size_bytes = 0;
    std::vector<std::int16_t> nodes;
  };
  [[nodiscard]] bool look(const Range& range, std::vector<std::int16_t>& nodes) const;

  NodeQuery query_;
  std::vector<Range> ranges_;
  int refusal_ = 0;
};

}  // namespace pmembench
