#include "run/in_parallel.hpp"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

#include "platform/online_cpus.hpp"

namespace pmembench {
namespace {

// More do not touch memory faster: the kernel clears pages at the memory's speed with fewer.
constexpr std::uint64_t kMostThreads = 32;

}  // namespace

void in_parallel(std::uint64_t parts, const std::function<void(std::uint64_t)>& part) {
  std::atomic<std::uint64_t> next{0};
  const auto work = [&] {
    for (std::uint64_t i = next++; i < parts; i = next++) part(i);
  };
  const std::uint64_t threads = std::min(
      {parts, kMostThreads, std::uint64_t{std::max<std::size_t>(allowed_cpus().size(), 1)}});
  std::vector<std::jthread> helpers;
  try {
    while (helpers.size() + 1 < threads) helpers.emplace_back(work);
  } catch (const std::system_error&) {
    // A limit on processes: those that could be made and the caller do it.
  }
  work();
}

}  // namespace pmembench
