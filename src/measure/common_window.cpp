#include "measure/common_window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/check.hpp"
#include "base/units.hpp"

namespace pmembench {
namespace {

constexpr double kNever_ns = std::numeric_limits<double>::infinity();

CommonWindow::Counted slices_within(const RankSlices& rank, double begin_ns, double end_ns) {
  CommonWindow::Counted counted;
  while (counted.first < rank.slices.size() &&
         rank.slices[counted.first].begin_ns - rank.bound_ns < begin_ns) {
    ++counted.first;
  }
  counted.end = counted.first;
  while (counted.end < rank.slices.size() &&
         rank.slices[counted.end].end_ns + rank.bound_ns <= end_ns) {
    ++counted.end;
  }
  return counted;
}

double time_in(const RankSlices& rank, const CommonWindow::Counted& counted) {
  double sum_ns = 0;
  for (std::size_t i = counted.first; i < counted.end; ++i) {
    sum_ns += rank.slices[i].end_ns - rank.slices[i].begin_ns;
  }
  return sum_ns;
}

}  // namespace

CommonWindow common_window(std::span<const RankSlices> ranks, double start_ns) {
  PMB_CHECK(!ranks.empty(), "a window is common to at least one rank");
  CommonWindow window;
  window.begin_ns = -kNever_ns;
  window.end_ns = kNever_ns;
  double first_done_ns = kNever_ns, last_done_ns = -kNever_ns;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    const RankSlices& each = ranks[rank];
    // A rank that took no slice never ran: nothing is common to all.
    const double begin_ns = each.slices.empty() ? kNever_ns : each.slices.front().begin_ns;
    const double end_ns = each.slices.empty() ? -kNever_ns : each.slices.back().end_ns;
    window.begin_ns = std::max(window.begin_ns, begin_ns + each.bound_ns);
    window.end_ns = std::min(window.end_ns, end_ns - each.bound_ns);
    window.lateness_ns.push_back(each.slices.empty() ? 0 : begin_ns - start_ns);
    if (each.slices.empty()) continue;
    if (end_ns < first_done_ns) {
      first_done_ns = end_ns;
      window.first_done = rank;
    }
    if (end_ns > last_done_ns) {
      last_done_ns = end_ns;
      window.last_done = rank;
    }
  }
  window.first_done_ns = first_done_ns < kNever_ns ? first_done_ns - start_ns : 0;
  window.last_done_ns = last_done_ns > -kNever_ns ? last_done_ns - start_ns : 0;
  for (const RankSlices& each : ranks) {
    window.counted.push_back(slices_within(each, window.begin_ns, window.end_ns));
    const double length_ns = window.length_ns();
    const double busy_ns = time_in(each, window.counted.back());
    window.busy_share.push_back(length_ns > 0 && length_ns < kNever_ns ? busy_ns / length_ns : 0);
  }
  return window;
}

std::string empty_window(const CommonWindow& window, std::span<const std::string> hosts) {
  for (std::size_t rank = 0; rank < window.counted.size(); ++rank) {
    if (window.counted[rank].count() > 0) continue;
    const double late_ns = *std::max_element(window.lateness_ns.begin(), window.lateness_ns.end());
    return fmt::format(
        "{} has no whole slice in the time in which all hosts ran ({}; the latest began {} after "
        "the agreed start): take more slices or shorter ones, or give each rank its own CPUs",
        hosts[rank],
        window.length_ns() > 0 ? format_duration_ns(window.length_ns()) : "there was none",
        format_duration_ns(std::max(late_ns, 0.0)));
  }
  return {};
}

}  // namespace pmembench
