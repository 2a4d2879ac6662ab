#include "platform/host_load.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "platform/environment.hpp"
#include "platform/host_tree.hpp"

namespace pmembench {
namespace {

double ticks_per_s() { return static_cast<double>(std::max(1L, ::sysconf(_SC_CLK_TCK))); }

std::uint64_t cpu_ns_of(int who) {
  rusage usage{};
  if (::getrusage(who, &usage) != 0) return 0;
  const auto us = [](const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(time.tv_usec);
  };
  return (us(usage.ru_utime) + us(usage.ru_stime)) * 1000;
}

// "some avg10=0.00 avg60=0.00 avg300=0.00 total=12345": microseconds.
std::optional<std::uint64_t> waiting_us(const HostTree& tree) {
  const auto words = split_words(tree.line("proc/pressure/cpu").value_or(""));
  if (words.empty() || words.front() != "some" || !words.back().starts_with("total=")) {
    return std::nullopt;
  }
  return parse_number(words.back().substr(6));
}

std::uint64_t grown(std::uint64_t before, std::uint64_t after) {
  return after > before ? after - before : 0;
}

}  // namespace

std::optional<HostLoad> read_host_load(const std::string& root) {
  const auto times = read_cpu_times(root);
  if (!times) return std::nullopt;
  HostLoad load;
  load.total_ticks = times->total;
  load.busy_ticks = times->total - std::min(times->total, times->idle + times->steal);
  load.waiting_us = waiting_us(HostTree(root));
  load.own_cpu_ns = cpu_ns_of(RUSAGE_SELF) + cpu_ns_of(RUSAGE_CHILDREN);
  return load;
}

std::optional<OtherLoad> other_load(const HostLoad& before, const HostLoad& after) {
  const double total_s =
      static_cast<double>(grown(before.total_ticks, after.total_ticks)) / ticks_per_s();
  if (total_s < 0.1) return std::nullopt;
  const double busy_s =
      static_cast<double>(grown(before.busy_ticks, after.busy_ticks)) / ticks_per_s();
  const double own_s = static_cast<double>(grown(before.own_cpu_ns, after.own_cpu_ns)) * 1e-9;
  const double cpus = static_cast<double>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
  OtherLoad load;
  load.share = std::clamp((busy_s - own_s) / total_s, 0.0, 1.0);
  load.cpus_taken = load.share * cpus;
  if (before.waiting_us && after.waiting_us) {
    const double waited_s =
        static_cast<double>(grown(*before.waiting_us, *after.waiting_us)) * 1e-6;
    load.waiting_share = std::clamp(waited_s / (total_s / cpus), 0.0, 1.0);
  }
  return load;
}

}  // namespace pmembench
